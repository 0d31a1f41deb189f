import { describe, expect, it } from 'vitest';
import type { FeatureValue } from '../event.ts';
import { TextDescriptor } from './text.ts';

const note = new TextDescriptor('note');

function described(value: unknown): Record<string, FeatureValue> {
  const features: Record<string, FeatureValue> = {};
  note.describe(value, features);
  return Object.fromEntries(Object.entries(features).map(([name, number]) => [name.slice('note.'.length), number]));
}

describe('a text', () => {
  it('becomes its length, its words and shares of what it is made of', () => {
    expect(described('Pay 30 EUR, pay now!')).toEqual({
      characters: 20,
      words: 5,
      mean_word_length: Math.fround(14 / 5),
      letter_share: Math.fround(12 / 20),
      digit_share: Math.fround(2 / 20),
      upper_share: Math.fround(4 / 12),
      non_ascii_share: 0,
      repeated_word_share: 0,
    });
    expect(described('go go go stop')).toMatchObject({ words: 4, repeated_word_share: 0.5 });
  });

  it('is described in any script', () => {
    expect(described('Größe')).toMatchObject({ words: 1, letter_share: 1, non_ascii_share: Math.fround(2 / 5) });
    expect(described('Привет мир')).toMatchObject({ words: 2, upper_share: Math.fround(1 / 9) });
    expect(described('今日は')).toMatchObject({ words: 1, letter_share: 1, upper_share: 0, non_ascii_share: 1 });
    expect(described('٣ ٤')).toMatchObject({ words: 2, digit_share: Math.fround(2 / 3) });
    expect(described('😀😀')).toMatchObject({ characters: 4, words: 0, letter_share: 0, non_ascii_share: 1 });
  });

  it('that is empty has no words, and no shares of nothing', () => {
    expect(described('')).toEqual({
      characters: 0,
      words: 0,
      mean_word_length: null,
      letter_share: null,
      digit_share: null,
      upper_share: null,
      non_ascii_share: null,
      repeated_word_share: null,
    });
    expect(described('...')).toMatchObject({ characters: 3, words: 0, mean_word_length: null, letter_share: 0 });
  });

  it('that is long is described by its beginning, save for its length', () => {
    expect(described('ab '.repeat(100_000))).toMatchObject({ characters: 300_000, words: 1_366 });
  });

  it('that is none is invalid, and one that is missing says nothing', () => {
    for (const value of [17, true, ['a'], { toString: () => 'a' }]) {
      expect(new Set(Object.values(described(value)))).toEqual(new Set([Number.POSITIVE_INFINITY]));
    }
    expect(described(null)).toEqual({});
    expect(described(undefined)).toEqual({});
  });
});

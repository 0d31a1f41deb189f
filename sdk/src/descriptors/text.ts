import type { FeatureValue } from '../event.ts';
import { type Descriptor, describeInvalid } from './descriptor.ts';

/**
 * A text as a few numbers that need no knowledge of its language:
 *
 * - `characters`: UTF-16 units of the whole text; the rest describes its first 4,096
 * - `words`: runs of letters and digits, so a sentence in a script without spaces is one
 * - `mean_word_length`: letters and digits of a word
 * - `letter_share`, `digit_share`, `non_ascii_share`: of the characters
 * - `upper_share`: of the letters
 * - `repeated_word_share`: words that have come before in the text, of the words
 *
 * A share of nothing is missing.
 */
export class TextDescriptor implements Descriptor {
  readonly names: readonly string[];

  constructor(feature: string) {
    this.names = descriptorsOfText.map((name) => `${feature}.${name}`);
  }

  describe(value: unknown, into: Record<string, FeatureValue>): void {
    if (value === null || value === undefined) {
      return;
    }
    if (typeof value !== 'string') {
      describeInvalid(this.names, into);
      return;
    }
    const { characters, letters, upper, digits, nonAscii, words, distinctWords } = countsOf(value);
    const numbers: Readonly<Record<DescriptorOfText, number | null>> = {
      characters: value.length,
      words,
      mean_word_length: share(letters + digits, words),
      letter_share: share(letters, characters),
      digit_share: share(digits, characters),
      upper_share: share(upper, letters),
      non_ascii_share: share(nonAscii, characters),
      repeated_word_share: share(words - distinctWords, words),
    };
    for (const [index, name] of descriptorsOfText.entries()) {
      into[this.names[index]!] = numbers[name];
    }
  }
}

const descriptorsOfText = [
  ...(['characters', 'words', 'mean_word_length', 'letter_share', 'digit_share'] as const),
  ...(['upper_share', 'non_ascii_share', 'repeated_word_share'] as const),
];

type DescriptorOfText = (typeof descriptorsOfText)[number];

/** One pass, about twelve nanoseconds a character. */
function countsOf(text: string) {
  const counts = { characters: Math.min(text.length, maxRead), letters: 0, upper: 0, digits: 0, nonAscii: 0, words: 0 };
  const distinct = new Set<number>();
  let word = noWord;
  for (let index = 0; index < counts.characters; index++) {
    const unit = text.charCodeAt(index);
    const kind = kindOf(unit);
    counts.letters += kind === upperCase || kind === otherLetter ? 1 : 0;
    counts.upper += kind === upperCase ? 1 : 0;
    counts.digits += kind === digit ? 1 : 0;
    counts.nonAscii += unit > 0x7f ? 1 : 0;
    if (kind === noPartOfWords) {
      distinct.add(word);
      word = noWord;
    } else {
      counts.words += word === noWord ? 1 : 0;
      word = Math.imul(word ^ unit, fnvPrime);
    }
  }
  distinct.add(word);
  distinct.delete(noWord);
  return { ...counts, distinctWords: distinct.size };
}

/** More of a long text tells little more, and the app waits. */
const maxRead = 4_096;

/** Words are told apart by their FNV-1a hash of 32 bits, which begins with this. */
const noWord = 0x811c9dc5 | 0;
const fnvPrime = 0x01000193;

const [upperCase, otherLetter, digit, noPartOfWords] = [1, 2, 3, 4] as const;

/** By UTF-16 unit, each as it is first met: 0 is not known yet. Halves of a pair (pictures, rare scripts) are no letters. */
const kinds = new Uint8Array(0x1_0000);

function kindOf(unit: number): number {
  const known = kinds[unit]!;
  if (known !== 0) {
    return known;
  }
  const character = String.fromCharCode(unit);
  const kind = /\p{Lu}/u.test(character)
    ? upperCase
    : /[\p{L}\p{M}]/u.test(character)
      ? otherLetter
      : /\p{N}/u.test(character)
        ? digit
        : noPartOfWords;
  kinds[unit] = kind;
  return kind;
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.fround(part / whole);
}

import { describe, expect, test } from 'vitest';
import { BoundedCache } from './boundedCache.ts';

describe('what takes long to make', () => {
  test('is made once as long as there is room', () => {
    const { ask, made } = cacheOf(3);
    for (const key of ['a', 'b', 'c', 'a', 'b', 'c']) ask(key);
    expect(made).toEqual(['a', 'b', 'c']);
  });

  test('stays for those who have it when more come in turn than there is room for', () => {
    const { ask, made } = cacheOf(3);
    const turn = ['a', 'b', 'c', 'd', 'e'];
    for (let round = 0; round < 4; round++) turn.forEach(ask);
    expect(made.filter((key) => 'abc'.includes(key))).toEqual(['a', 'b', 'c']);
    expect(made.filter((key) => key === 'e')).toHaveLength(4);
  });

  test('makes room once nobody has asked for it for long', () => {
    const { ask, made } = cacheOf(1);
    ask('old');
    for (let asking = 0; asking < 25; asking++) ask('new');
    expect(made.filter((key) => key === 'new').length).toBeLessThanOrEqual(wantedFor + 1);
    ask('old');
    expect(made.at(-1)).toBe('old');
  });

  test('is not kept when it is larger than all the room, and takes nothing else away', () => {
    const { ask, made } = cacheOf(2);
    ask('a');
    ask('larger than all');
    ask('larger than all');
    ask('a');
    expect(made).toEqual(['a', 'larger than all', 'larger than all']);
  });
});

const wantedFor = 20;

/** A cache with room for so many characters of keys; `made`: for which keys something was made. */
function cacheOf(bytes: number) {
  const made: string[] = [];
  const cache = new BoundedCache<string>({ bytes, bytesOf: (value) => (value.length > 3 ? 9 : 1), wantedFor });
  const ask = (key: string) =>
    cache.get(key, () => {
      made.push(key);
      return key;
    });
  return { ask, made };
}

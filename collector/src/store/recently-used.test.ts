import { expect, test } from 'vitest';
import { RecentlyUsed } from './recently-used.ts';

test('who is new takes the place of what was asked for longest ago, and of nothing else', () => {
  const known = new RecentlyUsed<number>(3);
  for (const [number, key] of ['a', 'b', 'c'].entries()) known.set(key, number);
  expect(known.get('a')).toBe(0);
  known.set('d', 3);
  known.set('d', 4);
  expect(['a', 'b', 'c', 'd'].map((key) => known.get(key))).toEqual([0, undefined, 2, 4]);
});

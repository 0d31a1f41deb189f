import { expect, it } from 'vitest';
import { sampleSizes } from './sampleSizes.ts';

it('counts both samples, and a cell that the current one does not have as empty', () => {
  expect(sampleSizes([2, 3], [1, 4, 5])).toEqual({ n: 5, m: 10 });
});

it.each([
  [
    [0, 0],
    [1, 2],
  ],
  [
    [1, 2],
    [0, 0],
  ],
  [[], []],
])('cannot compare %j with %j: a side is empty', (current, reference) => {
  expect(sampleSizes(current, reference)).toBeNull();
});

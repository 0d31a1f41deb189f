import { expect, it } from 'vitest';
import { differenceOfConfidences } from './differenceOfConfidences.ts';

it('adds to the error rate of the reference what confidence was lost', () => {
  // By hand: 2 of 10 were wrong, mean confidence 0.7 then and 0.6 now.
  expect(differenceOfConfidences([0.6, 0.8], [5, 5], 2, [10, 0])).toBeCloseTo(0.3, 12);
  expect(differenceOfConfidences([0.6, 0.8], [5, 5], 2, [5, 5])).toBeCloseTo(0.2, 12);
});

it('stays a share, and says nothing without rows', () => {
  expect(differenceOfConfidences([0.5, 1], [10, 0], 1, [0, 10])).toBe(0);
  expect(differenceOfConfidences([0.5, 1], [0, 10], 9, [10, 0])).toBe(1);
  expect(differenceOfConfidences([0.5], [0], 0, [1])).toBeNull();
  expect(differenceOfConfidences([0.5], [1], 0, [0])).toBeNull();
});

import { expect, it } from 'vitest';
import { averageThresholdedConfidence } from './averageThresholdedConfidence.ts';

it('counts the rows below the threshold that has as many below it in the reference as were wrong', () => {
  // By hand: 6 of 10 were wrong, 4 rows at 0.6 and half of those at 0.8; now 5 + 4 / 2 of 10.
  expect(averageThresholdedConfidence([0.6, 0.8, 0.9], [4, 4, 2], 6, [5, 4, 1])).toBeCloseTo(0.7, 12);
  // Whatever the order of the cells, and whether those of one confidence are one or two.
  expect(averageThresholdedConfidence([0.9, 0.8, 0.6, 0.8], [2, 1, 4, 3], 6, [1, 3, 5, 1])).toBeCloseTo(0.7, 12);
});

it('is the error rate of the reference on the reference, on any scale of confidence', () => {
  for (const confidences of [
    [0.5, 0.6, 0.9],
    [-4, 0, 1_000],
  ]) {
    expect(averageThresholdedConfidence(confidences, [10, 20, 30], 17, [10, 20, 30])).toBeCloseTo(17 / 60, 12);
  }
  expect(averageThresholdedConfidence([0.5, 0.9], [5, 5], 0, [9, 1])).toBe(0);
});

it('says nothing without rows', () => {
  expect(averageThresholdedConfidence([0.5], [0], 0, [3])).toBeNull();
  expect(averageThresholdedConfidence([0.5], [3], 1, [0])).toBeNull();
});

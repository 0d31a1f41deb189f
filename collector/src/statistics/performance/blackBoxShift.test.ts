import { expect, it } from 'vitest';
import { blackBoxShift } from './blackBoxShift.ts';

const reference = { truePositive: 8, falseNegative: 2, falsePositive: 9, trueNegative: 81 };

it('finds the share of positives that makes the decisions what they are', () => {
  // By hand: TPR 0.8, FPR 0.1, q = (0.45 - 0.1) / 0.7 = 0.5; 0.5 x 0.2 + 0.5 x 0.1.
  expect(blackBoxShift(reference, { positive: 45, negative: 55 })).toBeCloseTo(0.15, 12);
  // Its own decisions give back its own error rate, 11 of 100.
  expect(blackBoxShift(reference, { positive: 17, negative: 83 })).toBeCloseTo(0.11, 12);
});

it('weighs the joint confusion as the inverse of it says', () => {
  // C = [[0.81, 0.02], [0.09, 0.08]] (rows: decided negative, positive), determinant 0.063; w = C^-1 [0.55, 0.45].
  const weights = [(0.08 * 0.55 - 0.02 * 0.45) / 0.063, (0.81 * 0.45 - 0.09 * 0.55) / 0.063];
  expect(blackBoxShift(reference, { positive: 45, negative: 55 })).toBeCloseTo(
    weights[0]! * 0.09 + weights[1]! * 0.02,
    12,
  );
});

it('takes decisions that no share explains for the nearest one', () => {
  expect(blackBoxShift(reference, { positive: 0, negative: 10 })).toBeCloseTo(0.1, 12);
  expect(blackBoxShift(reference, { positive: 10, negative: 0 })).toBeCloseTo(0.2, 12);
});

it('says nothing where decisions hardly depend on the class, nor without rows', () => {
  const blind = { truePositive: 5, falseNegative: 5, falsePositive: 41, trueNegative: 59 };
  expect(blackBoxShift(blind, { positive: 5, negative: 5 })).toBeNull();
  expect(blackBoxShift(reference, { positive: 0, negative: 0 })).toBeNull();
  expect(blackBoxShift({ ...reference, truePositive: 0, falseNegative: 0 }, { positive: 1, negative: 1 })).toBeNull();
});

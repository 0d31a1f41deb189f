import { describe, expect, it } from 'vitest';
import { normal, seededRandom } from '../simulate.ts';
import { type MeanSums, meanDifference, meanRatio } from './meanGap.ts';

const sumsOf = (values: readonly number[]): MeanSums => ({
  n: values.length,
  sum: values.reduce((sum, value) => sum + value, 0),
  squareSum: values.reduce((sum, value) => sum + value * value, 0),
});

describe('the gap between the means of two groups', () => {
  // Means 3 and 1; variances 2.5 / 5 and 1 / 3.
  const [a, b] = [sumsOf([1, 2, 3, 4, 5]), sumsOf([0, 1, 2])];

  it('is their difference, with the standard error of Welch', () => {
    const { value, low, high, n } = meanDifference(a, b);
    expect({ value, n }).toEqual({ value: 2, n: 3 });
    expect((high! - low!) / 2 / 1.959963984540054).toBeCloseTo(Math.sqrt(2.5 / 5 + 1 / 3), 12);
  });

  it('is their ratio, with the delta method on the logarithm', () => {
    const { value, low, high } = meanRatio(a, b);
    expect(value).toBe(3);
    expect(Math.log(high! / low!) / 2 / 1.959963984540054).toBeCloseTo(Math.sqrt(0.5 / 9 + 1 / 3), 12);
    expect(meanRatio(a, sumsOf([0, 0])).value).toBeNull();
  });

  it('is held by nine intervals of ten and more where groups differ in spread', () => {
    const random = seededRandom(11);
    const draw = (rows: number, spread: number) =>
      sumsOf(Array.from({ length: rows }, () => 5 + spread * normal(random)));
    const covered = Array.from({ length: 400 }, () => {
      const [first, second] = [draw(40, 1), draw(200, 3)];
      const [difference, ratio] = [meanDifference(first, second), meanRatio(first, second)];
      return difference.low! <= 0 && 0 <= difference.high! && ratio.low! <= 1 && 1 <= ratio.high!;
    }).filter(Boolean).length;
    expect(covered).toBeGreaterThan(360);
    expect(covered).toBeLessThan(396);
  });

  it('has no value without rows and no interval of one', () => {
    expect(meanDifference(a, sumsOf([])).value).toBeNull();
    expect(meanRatio(sumsOf([]), a).value).toBeNull();
    expect(meanDifference(a, sumsOf([1]))).toEqual({ value: 2, low: null, high: null, n: 1 });
    // Two rows, one of which stands for both: worth less than one.
    const light = { n: 0.75, sum: 0.75, squareSum: 0.75 };
    expect(meanDifference(a, light)).toEqual({ value: 2, low: null, high: null, n: 0.75 });
    expect(meanRatio(a, light)).toEqual({ value: 3, low: null, high: null, n: 0.75 });
  });
});

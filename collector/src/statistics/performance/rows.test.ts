import { describe, expect, it } from 'vitest';
import { wilsonInterval } from '../wilsonInterval.ts';
import { meanOfQueries } from './meanOfQueries.ts';
import { normalisedDiscountedGain, precisionAt, rankedAveragePrecision, recallAt, reciprocalRank } from './ranking.ts';
import { pinballLoss, relativeErrors } from './relativeErrors.ts';

describe('ranking', () => {
  it("gives Jarvelin and Kekalainen's discounted gain of a worked example", () => {
    // DCG 3 + 2/log2(3) + 3/2 + 0 + 1/log2(6) + 2/log2(7) = 6.861127; the best order gives 7.140995.
    expect(normalisedDiscountedGain([3, 2, 3, 0, 1, 2], 6)).toBeCloseTo(6.861127 / 7.140995, 6);
    expect(normalisedDiscountedGain([3, 2, 3, 0, 1, 2], 1)).toBe(1);
    expect(normalisedDiscountedGain([0, 1], 2, [1, 1])).toBeCloseTo(1 / Math.log2(3) / (1 + 1 / Math.log2(3)), 12);
    expect(normalisedDiscountedGain([0, 0], 2)).toBeNull();
  });

  it('gives reciprocal ranks and average precision', () => {
    expect([reciprocalRank([0, 0, 1]), reciprocalRank([1]), reciprocalRank([0])]).toEqual([1 / 3, 1, 0]);
    expect(rankedAveragePrecision([1, 0, 1])).toBeCloseTo(5 / 6, 12);
    expect(rankedAveragePrecision([1, 0, 1], 4)).toBeCloseTo(5 / 12, 12);
    expect(rankedAveragePrecision([0, 0])).toBeNull();
  });

  it('gives precision and recall at k, places without an item counting as irrelevant', () => {
    expect(precisionAt([1, 0, 1], 2)).toBe(0.5);
    expect(precisionAt([1, 0, 1], 4)).toBe(0.5);
    expect(recallAt([1, 0, 1], 2)).toBe(0.5);
    expect(recallAt([1, 0, 1], 3, 5)).toBe(0.4);
    expect([precisionAt([1], 0), recallAt([0], 1)]).toEqual([null, null]);
  });

  it('gives the mean over queries with its interval', () => {
    const { value, low, high, n } = meanOfQueries([1, 0.5, null, 0]);
    expect([value, n]).toEqual([0.5, 3]);
    expect((high ?? 0) - (value ?? 0)).toBeCloseTo((1.959964 * 0.5) / Math.sqrt(3), 6);
    expect((value ?? 0) - (low ?? 0)).toBeCloseTo((1.959964 * 0.5) / Math.sqrt(3), 6);
    expect(meanOfQueries([1])).toEqual({ value: 1, low: null, high: null, n: 1 });
    expect(meanOfQueries([null]).value).toBeNull();
  });
});

describe('relativeErrors', () => {
  it('weighs by the labels, or leaves small ones out and says how many', () => {
    const found = relativeErrors([110, 45, 1], [100, 50, 0], 1);
    expect(found.weightedAbsolutePercentageError.value).toBeCloseTo(16 / 150, 12);
    expect(found.meanAbsolutePercentageError.value).toBeCloseTo(0.1, 12);
    expect(found.meanAbsolutePercentageError.n).toBe(2);
    expect(found.excludedShare).toBeCloseTo(1 / 3, 12);
  });

  it('says nothing when all labels are 0 or there are none', () => {
    expect(relativeErrors([1], [0], 0).weightedAbsolutePercentageError.value).toBeNull();
    expect(relativeErrors([1], [0], 0).meanAbsolutePercentageError.value).toBeNull();
    expect(relativeErrors([], [], 0).excludedShare).toBeNull();
  });

  it('punishes the two sides of a quantile by its share', () => {
    expect(pinballLoss([8, 12], [10, 10], 0.9)).toBeCloseTo((0.9 * 2 + 0.1 * 2) / 2, 12);
    expect(pinballLoss([], [], 0.5)).toBeNull();
  });
});

describe('wilsonInterval', () => {
  it('gives the reference interval of 8 in 100', () => {
    const { low, high } = wilsonInterval(8, 100);
    expect([low, high].map((limit) => Number(limit?.toFixed(6)))).toEqual([0.041093, 0.149981]);
  });
});

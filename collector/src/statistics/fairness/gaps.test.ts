import { describe, expect, it } from 'vitest';
import type { ConfusionCounts } from '../confusionMetrics.ts';
import type { Estimated } from '../estimated.ts';
import { binomial, seededRandom } from '../simulate.ts';
import { averageOddsDifference } from './averageOddsDifference.ts';
import { equalisedOddsDifference } from './equalisedOddsDifference.ts';
import { africanAmerican, caucasian } from './publishedCounts.ts';
import { treatmentEqualityRatio } from './treatmentEqualityRatio.ts';

const nobody: ConfusionCounts = { truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 0 };
const tiny: ConfusionCounts = { truePositive: 1, falsePositive: 0, falseNegative: 0, trueNegative: 1 };

/** Two groups of 400, positive labels .4, with the given true and false positive rates. */
function groups(seed: number, rates: readonly [number, number, number, number]): [ConfusionCounts, ConfusionCounts] {
  const random = seededRandom(seed);
  const group = (tpr: number, fpr: number): ConfusionCounts => {
    const positives = binomial(random, 400, 0.4);
    const truePositive = binomial(random, positives, tpr);
    const falsePositive = binomial(random, 400 - positives, fpr);
    return {
      truePositive,
      falsePositive,
      falseNegative: positives - truePositive,
      trueNegative: 400 - positives - falsePositive,
    };
  };
  return [group(rates[0], rates[1]), group(rates[2], rates[3])];
}

function coverage(of: (a: ConfusionCounts, b: ConfusionCounts) => Estimated, truth: number): number {
  let covered = 0;
  for (let seed = 0; seed < 2_000; seed++) {
    const { low, high } = of(...groups(seed, [0.8, 0.3, 0.7, 0.1]));
    if (low !== null && high !== null && low <= truth && truth <= high) covered++;
  }
  return covered / 2_000;
}

describe('equalisedOddsDifference', () => {
  it('is the larger of both gaps', () => {
    const { value, low, high, n } = equalisedOddsDifference(africanAmerican, caucasian);
    expect(value).toBeCloseTo(0.213925, 6);
    expect(n).toBe(966);
    expect(low).toBeGreaterThan(0.17);
    expect(high).toBeLessThan(0.26);
    expect(equalisedOddsDifference(caucasian, africanAmerican)).toEqual({ value, low, high, n });
  });

  it('covers the true value in at least 95 % of samples', () => {
    expect(coverage(equalisedOddsDifference, 0.2)).toBeGreaterThan(0.94);
  });

  it('reaches 0 when both gaps may be chance, and says nothing about nobody', () => {
    expect(equalisedOddsDifference(africanAmerican, africanAmerican)).toMatchObject({ value: 0, low: 0 });
    expect(equalisedOddsDifference(tiny, nobody)).toEqual({ value: null, low: null, high: null, n: 0 });
  });
});

describe('averageOddsDifference', () => {
  it('is half of both gaps together', () => {
    expect(averageOddsDifference(africanAmerican, caucasian).value).toBeCloseTo(0.205649, 6);
  });

  it('covers the true value in about 95 % of samples', () => {
    const covered = coverage(averageOddsDifference, 0.15);
    expect(covered).toBeGreaterThan(0.935);
    expect(covered).toBeLessThan(0.965);
  });

  it('is not certain for want of mistakes, and says nothing about nobody', () => {
    const { value, low, high } = averageOddsDifference(tiny, tiny);
    expect(value).toBe(0);
    expect(low).toBeLessThan(-0.4);
    expect(high).toBeGreaterThan(0.4);
    expect(averageOddsDifference(tiny, nobody).value).toBeNull();
  });
});

describe('treatmentEqualityRatio', () => {
  it('compares 0.660870 missed per raised with 1.320917', () => {
    expect(treatmentEqualityRatio(africanAmerican, caucasian).value).toBeCloseTo(532 / 805 / (461 / 349), 12);
  });

  it('covers the true value in about 95 % of samples', () => {
    const truth = (0.4 * 0.2) / (0.6 * 0.3) / ((0.4 * 0.3) / (0.6 * 0.1));
    const covered = coverage(treatmentEqualityRatio, truth);
    expect(covered).toBeGreaterThan(0.935);
    expect(covered).toBeLessThan(0.97);
  });

  it('stays finite with no missed ones, and says nothing without mistakes', () => {
    const { value, high } = treatmentEqualityRatio({ ...tiny, falsePositive: 3 }, caucasian);
    expect(value).toBeGreaterThan(0);
    expect(Number.isFinite(high)).toBe(true);
    expect(treatmentEqualityRatio(tiny, caucasian).value).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { confusionMetrics } from '../confusionMetrics.ts';
import { seededRandom } from '../simulate.ts';
import { balancedAccuracy } from './balancedAccuracy.ts';
import { matthewsCorrelation } from './matthewsCorrelation.ts';
import { multiclassMetrics } from './multiclassMetrics.ts';

/** COMPAS two-year scores: counts[prediction * 2 + label], class 1 = re-offended. */
const compas = [2_681, 1_216, 1_282, 2_035];

/** Predictions [0, 2, 1, 0, 0, 1] of labels [0, 1, 2, 0, 1, 2]. */
const example = [2, 1, 0, 0, 0, 2, 0, 1, 0];

describe('multiclassMetrics', () => {
  it('gives macro, micro and weighted means by hand', () => {
    // Class 0: precision 2/3, recall 1, F1 0.8; classes 1 and 2: nothing right.
    const metrics = multiclassMetrics(example, 3);
    expect(metrics.macroPrecision.value).toBeCloseTo(2 / 9, 12);
    expect(metrics.macroRecall.value).toBeCloseTo(1 / 3, 12);
    expect(metrics.macroF1.value).toBeCloseTo(0.8 / 3, 12);
    expect(metrics.weightedF1.value).toBeCloseTo(0.8 / 3, 12);
    expect(metrics.microF1.value).toBeCloseTo(1 / 3, 12);
    expect(metrics.classes[0]).toMatchObject({ labels: 2, predictions: 3 });
    expect(metrics.classes[0]?.f1.value).toBeCloseTo(0.8, 12);
  });

  it('agrees with the binary metrics for two classes', () => {
    const [, positive] = multiclassMetrics(compas, 2).classes;
    const { precision, recall, f1 } = confusionMetrics({
      truePositive: 2_035,
      falsePositive: 1_282,
      falseNegative: 1_216,
      trueNegative: 2_681,
    });
    expect(positive).toMatchObject({ precision, recall, f1 });
  });

  it('leaves a class that is never predicted out of macro precision, not out of recall', () => {
    const metrics = multiclassMetrics([5, 0, 2, 0, 3, 0, 0, 0, 0], 3);
    expect(metrics.classes[2]?.precision.value).toBeNull();
    expect(metrics.macroPrecision.value).toBeCloseTo((5 / 7 + 1) / 2, 12);
    expect(metrics.macroRecall.value).toBeCloseTo(2 / 3, 12);
    expect(metrics.macroF1.value).toBeCloseTo((10 / 12 + 1) / 3, 12);
  });

  it('counts rows of unnamed classes as mistakes of the named ones, not as classes', () => {
    // Named classes 0 and 1; two rows predicted as 0 belong to a third class.
    const metrics = multiclassMetrics([4, 0, 2, 0, 3, 0, 0, 0, 0], 3, 2);
    expect(metrics.classes).toHaveLength(2);
    expect(metrics.macroPrecision.value).toBeCloseTo((4 / 6 + 1) / 2, 12);
    expect(metrics.macroRecall.value).toBe(1);
    expect(metrics.weightedF1.value).toBeCloseTo((4 * 0.8 + 3) / 7, 12);
    expect(metrics.microF1.value).toBeCloseTo(7 / 9, 12);
  });

  it('covers the true means in about 95 % of samples', () => {
    const truth = [0.25, 0.05, 0.02, 0.06, 0.3, 0.05, 0.04, 0.03, 0.2];
    const cumulative = truth.map((_, cell) => truth.slice(0, cell + 1).reduce((sum, share) => sum + share, 0));
    const scaled = (counts: readonly number[]) => {
      const metrics = multiclassMetrics(counts, 3);
      const { macroPrecision, macroRecall, macroF1, weightedF1, weightedPrecision } = metrics;
      return [macroPrecision, macroRecall, macroF1, weightedF1, weightedPrecision, matthewsCorrelation(counts, 3)];
    };
    const expected = scaled(truth).map(({ value }) => value ?? Number.NaN);
    const covered = expected.map(() => 0);
    const random = seededRandom(3);
    for (let sample = 0; sample < 2_000; sample++) {
      const counts = truth.map(() => 0);
      for (let row = 0; row < 300; row++) {
        const draw = random();
        const cell = cumulative.findIndex((share) => draw < share);
        counts[cell < 0 ? 8 : cell]! += 1;
      }
      scaled(counts).forEach(({ low, high }, index) => {
        const value = expected[index]!;
        if (low !== null && high !== null && low <= value && value <= high) covered[index]! += 1;
      });
    }
    for (const count of covered) {
      expect(count / 2_000).toBeGreaterThan(0.93);
      expect(count / 2_000).toBeLessThan(0.97);
    }
  });

  it('says nothing without rows', () => {
    const { macroF1, microF1 } = multiclassMetrics(new Float64Array(9), 3);
    expect(macroF1).toEqual({ value: null, low: null, high: null, n: 0 });
    expect(microF1.value).toBeNull();
  });
});

describe('matthewsCorrelation', () => {
  it('gives the value of COMPAS', () => {
    expect(matthewsCorrelation(compas, 2).value).toBeCloseTo(0.30197, 6);
  });

  it('is 1 when all is right, -1 when all is wrong, 0 when independent', () => {
    expect(matthewsCorrelation([4, 0, 0, 6], 2)).toMatchObject({ value: 1, high: 1 });
    expect(matthewsCorrelation([0, 4, 6, 0], 2).value).toBeCloseTo(-1, 12);
    expect(matthewsCorrelation([4, 8, 2, 4], 2).value).toBeCloseTo(0, 12);
    expect(matthewsCorrelation([3, 0, 0, 0, 3, 0, 0, 0, 3], 3).value).toBeCloseTo(1, 12);
  });

  it('is undefined when a side does not vary', () => {
    expect(matthewsCorrelation([4, 6, 0, 0], 2)).toEqual({ value: null, low: null, high: null, n: 10 });
    expect(matthewsCorrelation([0, 0, 0, 0], 2).value).toBeNull();
  });
});

describe('balancedAccuracy', () => {
  it('gives the value of COMPAS, inside its interval', () => {
    const counts = { truePositive: 2_035, falsePositive: 1_282, falseNegative: 1_216, trueNegative: 2_681 };
    const { value, low, high } = balancedAccuracy(counts);
    expect(value).toBeCloseTo(0.651234, 6);
    expect(low).toBeGreaterThan(0.638);
    expect(high).toBeLessThan(0.664);
    expect(balancedAccuracy({ ...counts, truePositive: 0, falseNegative: 0 }).value).toBeNull();
  });
});

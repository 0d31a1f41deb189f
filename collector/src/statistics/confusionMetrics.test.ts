import { describe, expect, it } from 'vitest';
import { confusionMetrics } from './confusionMetrics.ts';
import { binomial, seededRandom } from './simulate.ts';

describe('confusionMetrics', () => {
  it('gives the published rates of COMPAS', () => {
    const all = confusionMetrics({
      truePositive: 2_035,
      falsePositive: 1_282,
      falseNegative: 1_216,
      trueNegative: 2_681,
    });
    expect(all.accuracy.value).toBeCloseTo(0.653729, 6);
    expect(all.precision.value).toBeCloseTo(0.613506, 6);
    expect(all.f1.value).toBeCloseTo(0.619671, 6);
    expect(all.falsePositiveRate.value).toBeCloseTo(0.323492, 6);
    expect(all.falseNegativeRate.value).toBeCloseTo(0.374039, 6);
    expect(all.recall.value).toBeCloseTo(1 - 0.374039, 6);
  });

  it('covers the true F1 in about 95 % of samples', () => {
    const random = seededRandom(9);
    const truth = (2 * 0.2) / (2 * 0.2 + 0.1 + 0.15);
    let covered = 0;
    const samples = 3_000;
    for (let sample = 0; sample < samples; sample++) {
      const truePositive = binomial(random, 200, 0.2);
      const falsePositive = binomial(random, 200 - truePositive, 0.1 / 0.8);
      const falseNegative = binomial(random, 200 - truePositive - falsePositive, 0.15 / 0.7);
      const { f1 } = confusionMetrics({
        truePositive,
        falsePositive,
        falseNegative,
        trueNegative: 200 - truePositive - falsePositive - falseNegative,
      });
      if (f1.low! <= truth && truth <= f1.high!) covered++;
    }
    expect(covered / samples).toBeGreaterThan(0.935);
    expect(covered / samples).toBeLessThan(0.965);
  });

  it('says nothing where a rate has no rows', () => {
    const none = confusionMetrics({ truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 4 });
    expect(none.accuracy.value).toBe(1);
    for (const metric of [none.precision, none.recall, none.f1, none.falseNegativeRate]) {
      expect(metric).toEqual({ value: null, low: null, high: null, n: 0 });
    }
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confusionMetrics } from './confusionMetrics.ts';
import { confusionBounds } from './labelBounds.ts';

describe('confusionBounds', () => {
  it('is [known / n, (known + unlabelled) / n] for a share of rows', () => {
    const { accuracy, precision } = confusionBounds({
      truePositive: 40,
      falsePositive: 10,
      falseNegative: 5,
      trueNegative: 25,
      unlabelledPositive: 8,
      unlabelledNegative: 12,
    });
    expect(accuracy).toEqual({ low: 0.65, high: 0.85 });
    expect(precision).toEqual({ low: 40 / 58, high: 48 / 58 });
  });

  it('holds whatever the missing labels are, and is reached by some', () => {
    const few = fc.nat({ max: 6 });
    fc.assert(
      fc.property(few, few, few, few, few, few, (tp, fp, fn, tn, positive, negative) => {
        const known = { truePositive: tp, falsePositive: fp, falseNegative: fn, trueNegative: tn };
        const bounds = confusionBounds({ ...known, unlabelledPositive: positive, unlabelledNegative: negative });
        for (const name of [
          'accuracy',
          'precision',
          'recall',
          'f1',
          'falsePositiveRate',
          'falseNegativeRate',
        ] as const) {
          const seen: number[] = [];
          for (let right = 0; right <= positive; right++) {
            for (let missed = 0; missed <= negative; missed++) {
              const { value } = confusionMetrics({
                truePositive: tp + right,
                falsePositive: fp + positive - right,
                falseNegative: fn + missed,
                trueNegative: tn + negative - missed,
              })[name];
              if (value !== null) seen.push(value);
            }
          }
          const bound = bounds[name];
          if (seen.length === 0) {
            expect(bound).toBeNull();
            continue;
          }
          expect(bound?.low).toBeLessThanOrEqual(Math.min(...seen) + 1e-12);
          expect(bound?.high).toBeGreaterThanOrEqual(Math.max(...seen) - 1e-12);
          // Where the rate always has a denominator the bounds are the least possible.
          if (tp + fn > 0 && fp + tn > 0 && tp + fp > 0) {
            expect(bound?.low).toBeCloseTo(Math.min(...seen), 12);
            expect(bound?.high).toBeCloseTo(Math.max(...seen), 12);
          }
        }
      }),
    );
  });

  it('says nothing where there is no row', () => {
    const nothing = { truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 0 };
    expect(Object.values(confusionBounds({ ...nothing, unlabelledPositive: 0, unlabelledNegative: 0 }))).toEqual(
      Array(8).fill(null),
    );
  });
});

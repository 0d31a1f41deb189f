import { describe, expect, it } from 'vitest';
import { residualMetrics } from './residualMetrics.ts';

describe('residualMetrics', () => {
  it('equals what the rows give', () => {
    // Labels 1, 2, 3, 4 predicted as 1.5, 2, 2, 5: e = 0.5, 0, -1, 1.
    const metrics = residualMetrics({ n: 4, sum: 0.5, absoluteSum: 2.5, squareSum: 2.25, totalSumOfSquares: 5 });
    expect(metrics.meanAbsoluteError.value).toBe(0.625);
    expect(metrics.rootMeanSquaredError.value).toBe(0.75);
    expect(metrics.meanError.value).toBe(0.125);
    expect(metrics.rSquared.value).toBe(0.55);
  });

  it('says nothing without rows or with equal labels', () => {
    const none = residualMetrics({ n: 0, sum: 0, absoluteSum: 0, squareSum: 0, totalSumOfSquares: 0 });
    for (const metric of Object.values(none)) expect(metric.value).toBeNull();
  });
});

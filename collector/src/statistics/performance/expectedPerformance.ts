import type { ConfusionCounts } from '../confusionMetrics.ts';

export interface ExpectedPerformance {
  /** Expected counts; not whole numbers. */
  readonly confusion: ConfusionCounts;
  readonly accuracy: number | null;
  readonly f1: number | null;
  /** Probability that an event scores higher than a non-event, each row being both in part. */
  readonly areaUnderCurve: number | null;
  /** Standard deviation of the accuracy when labels are drawn from the probabilities. */
  readonly accuracyDeviation: number | null;
}

/**
 * How good are decisions whose labels nobody knows yet, if calibrated probabilities still hold? Each row counts as
 * positive with its probability. Nothing here can see that what follows from the inputs has changed (concept drift): show
 * it only with that said, and beside real outcomes.
 *
 * `probabilities`: calibrated, in [0, 1]; a decision is positive at or above `threshold`.
 *
 * Source: confidence-based performance estimation, Kivimaki, Bialek, Nurminen and Kuberski 2025.
 */
export function expectedPerformance(probabilities: ArrayLike<number>, threshold: number): ExpectedPerformance {
  const n = probabilities.length;
  let [truePositive, falsePositive, falseNegative, trueNegative, variance] = [0, 0, 0, 0, 0];
  for (let row = 0; row < n; row++) {
    const probability = probabilities[row]!;
    variance += probability * (1 - probability);
    if (probability >= threshold) {
      truePositive += probability;
      falsePositive += 1 - probability;
    } else {
      falseNegative += probability;
      trueNegative += 1 - probability;
    }
  }
  const f1Denominator = 2 * truePositive + falsePositive + falseNegative;
  return {
    confusion: { truePositive, falsePositive, falseNegative, trueNegative },
    accuracy: n === 0 ? null : (truePositive + trueNegative) / n,
    f1: f1Denominator === 0 ? null : (2 * truePositive) / f1Denominator,
    areaUnderCurve: expectedArea(probabilities),
    accuracyDeviation: n === 0 ? null : Math.sqrt(variance) / n,
  };
}

function expectedArea(probabilities: ArrayLike<number>): number | null {
  const ascending = Float64Array.from(probabilities).sort();
  const positives = ascending.reduce((sum, probability) => sum + probability, 0);
  const negatives = ascending.length - positives;
  if (!(positives > 0 && negatives > 0)) return null;
  let below = 0;
  let area = 0;
  for (let start = 0; start < ascending.length; ) {
    let end = start;
    while (end < ascending.length && ascending[end] === ascending[start]) end++;
    const probability = ascending[start]!;
    const rows = end - start;
    area += rows * probability * (below + (rows * (1 - probability)) / 2);
    below += rows * (1 - probability);
    start = end;
  }
  return area / (positives * negatives);
}

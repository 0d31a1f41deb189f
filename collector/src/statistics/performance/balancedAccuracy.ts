import type { ConfusionCounts } from '../confusionMetrics.ts';
import { type Estimated, nothing } from '../estimated.ts';
import { newcombeDifference } from '../newcombeDifference.ts';

/**
 * How often is a decision right when both labels count the same? Half of (true positive rate + true negative rate), in
 * [0, 1]; 0.5 is guessing.
 *
 * Interval: it is (1 + TPR - FPR) / 2, so Newcombe's 95 % interval of the difference gives its limits. `null` when a class
 * has no labels. `n` is the smaller class.
 *
 * Source: Brodersen, Ong, Stephan and Buhmann 2010; Newcombe 1998.
 */
export function balancedAccuracy(counts: ConfusionCounts): Estimated {
  const { truePositive, falsePositive, falseNegative, trueNegative } = counts;
  const { value, low, high, n } = newcombeDifference(
    { events: truePositive, n: truePositive + falseNegative },
    { events: falsePositive, n: falsePositive + trueNegative },
  );
  if (value === null || low === null || high === null) return nothing(n);
  return { value: (1 + value) / 2, low: (1 + low) / 2, high: (1 + high) / 2, n };
}

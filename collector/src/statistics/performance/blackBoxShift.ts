import type { ConfusionCounts } from '../confusionMetrics.ts';

/**
 * What share of predictions is wrong, if only the classes come in other shares (label shift)? The share q of positives follows
 * from that of positive decisions, m = q TPR + (1 - q) FPR; both weights of w = C^-1 m follow from q. In [0, 1], q clipped to it.
 *
 * `reference`: labelled decisions; `positive`, `negative`: decisions to be judged. `null` without labels of both classes or
 * without decisions, and where TPR - FPR < 0.1: what chance does to m is multiplied in q by the inverse of that difference.
 *
 * Source: black box shift estimation, Lipton, Wang and Smola 2018.
 *
 * @example
 * const reference = { truePositive: 8, falseNegative: 2, falsePositive: 9, trueNegative: 81 };
 * blackBoxShift(reference, { positive: 45, negative: 55 }) // q = (0.45 - 0.1) / 0.7 = 0.5: 0.5 x 0.2 + 0.5 x 0.1 = 0.15
 */
export function blackBoxShift(
  { truePositive, falsePositive, falseNegative, trueNegative }: ConfusionCounts,
  { positive, negative }: { readonly positive: number; readonly negative: number },
): number | null {
  const n = positive + negative;
  const truePositiveRate = truePositive / (truePositive + falseNegative);
  const falsePositiveRate = falsePositive / (falsePositive + trueNegative);
  const informedness = truePositiveRate - falsePositiveRate;
  if (n === 0 || !(informedness >= 0.1)) return null;
  const share = Math.min(1, Math.max(0, (positive / n - falsePositiveRate) / informedness));
  return share * (1 - truePositiveRate) + (1 - share) * falsePositiveRate;
}

import type { Estimated } from './estimated.ts';
import { wilsonInterval } from './wilsonInterval.ts';

/** Predictions against labels; positive is the positive class. */
export interface ConfusionCounts {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
}

export interface ConfusionMetrics {
  /** Right of all. */
  readonly accuracy: Estimated;
  /** Positive labels among positive predictions. */
  readonly precision: Estimated;
  /** Found among positive labels; the true positive rate. */
  readonly recall: Estimated;
  readonly f1: Estimated;
  /** Positive predictions among negative labels. */
  readonly falsePositiveRate: Estimated;
  /** Missed among positive labels. */
  readonly falseNegativeRate: Estimated;
}

/**
 * How good are binary decisions? Each rate with Wilson's 95 % interval on its own denominator (`n`); `null` where the
 * denominator is 0.
 *
 * F1 = 2 TP / (2 TP + FP + FN). Given how many rows are not true negatives, TP is binomial among them with share
 * j = TP / (TP + FP + FN), and F1 = 2 j / (1 + j) increases with j: its limits are those of Wilson's interval for j.
 *
 * Source: van Rijsbergen 1979 (F1); Wilson 1927.
 *
 * @example confusionMetrics({ truePositive: 8, falsePositive: 2, falseNegative: 2, trueNegative: 88 }).f1.value // 0.8
 */
export function confusionMetrics(counts: ConfusionCounts): ConfusionMetrics {
  const { truePositive, falsePositive, falseNegative, trueNegative } = counts;
  const all = truePositive + falsePositive + falseNegative + trueNegative;
  return {
    accuracy: wilsonInterval(truePositive + trueNegative, all),
    precision: wilsonInterval(truePositive, truePositive + falsePositive),
    recall: wilsonInterval(truePositive, truePositive + falseNegative),
    f1: fromJaccard(wilsonInterval(truePositive, truePositive + falsePositive + falseNegative)),
    falsePositiveRate: wilsonInterval(falsePositive, falsePositive + trueNegative),
    falseNegativeRate: wilsonInterval(falseNegative, falseNegative + truePositive),
  };
}

function fromJaccard({ value, low, high, n }: Estimated): Estimated {
  const f1 = (share: number | null): number | null => (share === null ? null : (2 * share) / (1 + share));
  return { value: f1(value), low: f1(low), high: f1(high), n };
}

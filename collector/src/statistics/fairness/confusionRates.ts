import type { ConfusionCounts } from '../confusionMetrics.ts';
import type { Proportion } from '../newcombeDifference.ts';

/** Every rate that a group's decisions and outcomes give, as counts: each has a denominator of its own. */
export interface ConfusionRates {
  /** Found among positive labels. */
  readonly truePositiveRate: Proportion;
  /** Missed among positive labels. */
  readonly falseNegativeRate: Proportion;
  /** Positive decisions among negative labels. */
  readonly falsePositiveRate: Proportion;
  /** Positive labels among positive decisions. */
  readonly positivePredictiveValue: Proportion;
  /** Negative labels among positive decisions. */
  readonly falseDiscoveryRate: Proportion;
  /** Positive labels among negative decisions. */
  readonly falseOmissionRate: Proportion;
}

/**
 * How often is a group decided right and wrong? Counts for Wilson's interval (one group) and Newcombe's (two groups).
 *
 * Source of the names: Fawcett 2006.
 *
 * @example confusionRates({ truePositive: 8, falsePositive: 2, falseNegative: 2, trueNegative: 88 }).truePositiveRate // 8 of 10
 */
export function confusionRates(counts: ConfusionCounts): ConfusionRates {
  const { truePositive, falsePositive, falseNegative, trueNegative } = counts;
  const positives = truePositive + falseNegative;
  const decided = truePositive + falsePositive;
  return {
    truePositiveRate: { events: truePositive, n: positives },
    falseNegativeRate: { events: falseNegative, n: positives },
    falsePositiveRate: { events: falsePositive, n: falsePositive + trueNegative },
    positivePredictiveValue: { events: truePositive, n: decided },
    falseDiscoveryRate: { events: falsePositive, n: decided },
    falseOmissionRate: { events: falseNegative, n: falseNegative + trueNegative },
  };
}

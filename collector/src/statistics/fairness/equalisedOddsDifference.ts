import type { ConfusionCounts } from '../confusionMetrics.ts';
import { type Estimated, nothing } from '../estimated.ts';
import { newcombeDifference, type Proportion } from '../newcombeDifference.ts';
import { confusionRates } from './confusionRates.ts';

/**
 * How far are two groups from equal error rates? max(|difference of true positive rates|, |difference of false positive
 * rates|), in [0, 1]; 0 is parity.
 *
 * Interval: both differences have Newcombe's 97.5 % interval, so both hold at once with 95 % (Bonferroni), and the maximum
 * lies between the larger of their lower and the larger of their upper limits. `null` when a rate has no rows. `n` is the
 * smallest of the four denominators.
 *
 * Source: Hardt, Price and Srebro 2016 (as one number: fairlearn).
 */
export function equalisedOddsDifference(a: ConfusionCounts, b: ConfusionCounts): Estimated {
  const first = confusionRates(a);
  const second = confusionRates(b);
  const found = absoluteDifference(first.truePositiveRate, second.truePositiveRate);
  const alarmed = absoluteDifference(first.falsePositiveRate, second.falsePositiveRate);
  const n = Math.min(found.n, alarmed.n);
  if (found.value === null || alarmed.value === null) return nothing(n);
  return {
    value: Math.max(found.value, alarmed.value),
    low: Math.max(found.low!, alarmed.low!),
    high: Math.max(found.high!, alarmed.high!),
    n,
  };
}

function absoluteDifference(a: Proportion, b: Proportion): Estimated {
  const { value, low, high, n } = newcombeDifference(a, b, standardNormal975);
  if (value === null || low === null || high === null) return nothing(n);
  const ends = [Math.abs(low), Math.abs(high)];
  return { value: Math.abs(value), low: low * high <= 0 ? 0 : Math.min(...ends), high: Math.max(...ends), n };
}

/** Two-sided 97.5 %: half of the error for each of two intervals. */
const standardNormal975 = 2.241402727604947;

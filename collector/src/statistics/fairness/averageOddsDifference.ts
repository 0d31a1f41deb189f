import type { ConfusionCounts } from '../confusionMetrics.ts';
import { type Estimated, nothing, standardNormal95 } from '../estimated.ts';
import type { Proportion } from '../newcombeDifference.ts';
import { confusionRates } from './confusionRates.ts';

/**
 * How much larger are group a's true and false positive rates than group b's, on average? Half of the sum of both
 * differences, in [-1, 1]; 0 is parity, but opposite differences cancel: read it beside equalised odds.
 *
 * Interval: delta method for four independent shares, 95 %; a share of 0 or 1 gets 1/2 added to both of its cells in its
 * variance, so that no events do not look like certainty. `null` when a rate has no rows. `n` is the smallest of the
 * four denominators.
 *
 * Source: Bellamy et al. 2018 (AIF360).
 */
export function averageOddsDifference(a: ConfusionCounts, b: ConfusionCounts): Estimated {
  const first = confusionRates(a);
  const second = confusionRates(b);
  const plus = [first.truePositiveRate, first.falsePositiveRate];
  const minus = [second.truePositiveRate, second.falsePositiveRate];
  const n = Math.min(...[...plus, ...minus].map((rate) => rate.n));
  if (n === 0) return nothing(0);
  const value = (sumOf(plus, share) - sumOf(minus, share)) / 2;
  const half = (standardNormal95 * Math.sqrt(sumOf([...plus, ...minus], varianceOfShare))) / 2;
  return { value, low: Math.max(-1, value - half), high: Math.min(1, value + half), n };
}

function sumOf(rates: readonly Proportion[], of: (rate: Proportion) => number): number {
  return rates.reduce((sum, rate) => sum + of(rate), 0);
}

function share({ events, n }: Proportion): number {
  return events / n;
}

function varianceOfShare({ events, n }: Proportion): number {
  if (events === 0 || events === n) return varianceOfShare({ events: events + 0.5, n: n + 1 });
  return ((events / n) * (1 - events / n)) / n;
}

import type { Estimated } from '../estimated.ts';
import type { Proportion } from '../newcombeDifference.ts';
import { betaQuantile } from '../special/betaQuantile.ts';

export interface ShrunkenRates {
  /** Of all groups together: where a group without rows would be. */
  readonly mean: number;
  /** Rows that the prior counts for: a group with as many is halfway between its own rate and the mean. */
  readonly strength: number;
  /** In the order of the groups. `n` is the group's own denominator. */
  readonly rates: readonly Estimated[];
}

/**
 * What are the rates of many groups, some of them tiny? Each is drawn towards the mean of all, the less rows it has the
 * more, so that a group of three does not lead the list by chance. Intervals hold 95 % of the group's Beta posterior.
 * `null` when no group has rows or all rates together are 0 or 1.
 *
 * Prior: Beta(mean * strength, (1 - mean) * strength), fitted by moments to the rates of the groups; with one group there
 * is no spread to learn from and the prior is as weak as it may be.
 *
 * Source: Kleinman 1973.
 */
export function shrunkenRates(groups: readonly Proportion[]): ShrunkenRates | null {
  const present = groups.filter(({ n }) => n > 0);
  const total = present.reduce((sum, { n }) => sum + n, 0);
  const mean = present.reduce((sum, { events }) => sum + events, 0) / total;
  if (!(mean > 0 && mean < 1)) return null;
  const strength = 1 / correlation(present, total, mean) - 1;
  const rates = groups.map(({ events, n }): Estimated => {
    const yes = events + mean * strength;
    const no = n - events + (1 - mean) * strength;
    return { value: yes / (yes + no), low: betaQuantile(0.025, yes, no), high: betaQuantile(0.975, yes, no), n };
  });
  return { mean, strength, rates };
}

/**
 * Which group is surely the worst off? The index of the group whose harm is largest at the end of its interval that is
 * kindest to the model: a small group leads only when its rows say so. `harm`: whether a high or a low rate is bad.
 * `null` when nothing is known.
 */
export function worstGroup(rates: readonly Estimated[], harm: 'high' | 'low'): number | null {
  let worst: number | null = null;
  let most = Number.NEGATIVE_INFINITY;
  rates.forEach(({ low, high }, index) => {
    if (low === null || high === null) return;
    const sure = harm === 'high' ? low : -high;
    if (sure <= most) return;
    most = sure;
    worst = index;
  });
  return worst;
}

/** Of two people in one group: 0 when groups are alike, 1 when the group decides everything. */
function correlation(groups: readonly Proportion[], total: number, mean: number): number {
  const more = groups.length - 1;
  const spread = groups.reduce((sum, { events, n }) => sum + n * (events / n - mean) ** 2, 0);
  const squares = groups.reduce((sum, { n }) => sum + n * n, 0);
  const unit = mean * (1 - mean);
  const room = unit * (total - squares / total - more);
  const estimate = room > 0 ? (spread - more * unit) / room : mostCorrelation;
  return Math.min(mostCorrelation, Math.max(leastCorrelation, estimate));
}

const leastCorrelation = 1e-6;
const mostCorrelation = 0.999;

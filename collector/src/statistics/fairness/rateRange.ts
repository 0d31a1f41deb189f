import { type Estimated, nothing } from '../estimated.ts';
import type { Proportion } from '../newcombeDifference.ts';
import { normalQuantile } from '../special/normalQuantile.ts';
import { wilsonInterval } from '../wilsonInterval.ts';

export interface RateRange {
  /** Largest rate - smallest rate, in [0, 1]; 0 is parity. */
  readonly difference: Estimated;
  /** Smallest rate / largest rate, in [0, 1]; 1 is parity. `null` when all rates are 0. */
  readonly ratio: Estimated;
  /** Indexes of the groups. */
  readonly largest: number;
  readonly smallest: number;
}

/**
 * How far apart are the best and the worst group, when none is the reference? Groups without rows are left out; `null`
 * with fewer than two.
 *
 * Interval: Wilson's of every group at 1 - 5 % / groups, so all hold at once with 95 % (Bonferroni); wide, and it has to be:
 * the largest and the smallest were chosen by looking. The range of equal rates is above 0 by chance; its lower limit is
 * not. `n` is the smaller of the two groups' denominators.
 *
 * Source: the difference and ratio of fairlearn (Bird et al. 2020); Dunn 1961.
 */
export function rateRange(groups: readonly Proportion[]): RateRange | null {
  const present = [...groups.entries()].filter(([, { n }]) => n > 0);
  if (present.length < 2) return null;
  const z = normalQuantile(1 - 0.025 / present.length);
  const rates = present.map(([index, { events, n }]) => ({ index, ...wilsonInterval(events, n, z) }));
  const byValue = rates.sort((a, b) => a.value! - b.value!);
  const smallest = byValue[0]!;
  const largest = byValue.at(-1)!;
  const n = Math.min(smallest.n, largest.n);
  const lows = rates.map(({ low }) => low!);
  const highs = rates.map(({ high }) => high!);
  // The largest true rate is at least the largest lower limit, the smallest at most the smallest upper limit.
  const leastLargest = Math.max(...lows);
  const mostSmallest = Math.min(...highs);
  return {
    difference: {
      value: largest.value! - smallest.value!,
      low: Math.max(0, leastLargest - mostSmallest),
      high: Math.max(...highs) - Math.min(...lows),
      n,
    },
    ratio:
      largest.value === 0
        ? nothing(n)
        : {
            value: smallest.value! / largest.value!,
            low: Math.min(...lows) / Math.max(...highs),
            high: leastLargest > 0 ? Math.min(1, mostSmallest / leastLargest) : 1,
            n,
          },
    largest: largest.index,
    smallest: smallest.index,
  };
}

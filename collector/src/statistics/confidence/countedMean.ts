import { invertMonotone } from '../special/invertMonotone.ts';
import type { Interval } from './boundedMean.ts';

/**
 * Interval for the mean of a bounded number that holds at all times together, from counts alone: look as often as you like,
 * and shards and order change nothing. A mean is excluded when bets against it would have earned 2 / alpha times what they
 * began with; bets put a fixed share of the wealth, from a half to a 16 384th, on values above (below) the mean.
 *
 * `values`: one a cell, in [low, high]. `designEffect`: dependent events count as this many times fewer. Of a mean that moved
 * the ends still say something: it was above the lower one, and below the upper one, at some time.
 *
 * Source: hedged capital, Waudby-Smith and Ramdas 2024, with a mixture of constant bets.
 */
export function countedMeanSequence(options: {
  readonly counts: ArrayLike<number>;
  readonly values: readonly number[];
  readonly low: number;
  readonly high: number;
  readonly alpha: number;
  readonly designEffect: number;
}): Interval {
  const { counts, values, low, high, alpha, designEffect } = options;
  const level = Math.log(2 / alpha);
  const span = high - low;
  /** Evidence that the mean is above `low + distance`, from values as distances from the lower end; and mirrored. */
  const excess = (distance: number, distances: readonly number[]): number => {
    const logs = shares.map(
      (share) =>
        distances.reduce((sum, d, cell) => sum + counts[cell]! * Math.log(1 - share + (share * d) / distance), 0) /
        designEffect,
    );
    const largest = Math.max(...logs);
    return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0) / logs.length) - level;
  };
  const bound = (distances: readonly number[]): number => {
    const least = span * 1e-12;
    return invertMonotone((distance) => -excess(distance, distances), least, span);
  };
  return {
    low: Math.max(low, low + bound(values.map((value) => value - low))),
    high: Math.min(high, high - bound(values.map((value) => high - value))),
  };
}

const shares = Array.from({ length: 14 }, (_, i) => 2 ** -(i + 1));

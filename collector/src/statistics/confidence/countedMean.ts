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
  const span = high - low;
  const level = Math.log(2 / alpha);
  const logs = new Float64Array(shares.length);
  /** Evidence that the mean is further than `distance` from the end that `distances` are taken from, beyond its level. */
  const excess = (distance: number, distances: readonly number[]): number => {
    let largest = Number.NEGATIVE_INFINITY;
    for (let bet = 0; bet < shares.length; bet++) {
      const share = shares[bet]!;
      let log = 0;
      for (let cell = 0; cell < distances.length; cell++) {
        const count = counts[cell]!;
        if (count > 0) log += count * Math.log(1 - share + (share * distances[cell]!) / distance);
      }
      logs[bet] = log / designEffect;
      largest = Math.max(largest, logs[bet]!);
    }
    let sum = 0;
    for (let bet = 0; bet < shares.length; bet++) sum += Math.exp(logs[bet]! - largest);
    return largest + Math.log(sum / shares.length) - level;
  };
  const bound = (distances: readonly number[]): number => {
    let n = 0;
    let sum = 0;
    for (let cell = 0; cell < distances.length; cell++) {
      n += counts[cell]!;
      sum += counts[cell]! * distances[cell]!;
    }
    // No bet against the observed mean earns anything.
    return sum === 0 ? 0 : invertMonotone((distance) => -excess(distance, distances), span * 1e-12, sum / n);
  };
  return {
    low: Math.max(low, low + bound(values.map((value) => value - low))),
    high: Math.min(high, high - bound(values.map((value) => high - value))),
  };
}

const shares = Array.from({ length: 14 }, (_, i) => 2 ** -(i + 1));

import { type Estimated, nothing } from './estimated.ts';
import { invertMonotone } from './special/invertMonotone.ts';

/** A distribution function and its inverse, both increasing; n numbers are behind it. */
export interface Quantiles {
  readonly n: number;
  /** Value below which a share of the numbers lies. */
  readonly at: (share: number) => number;
  /** Share of the numbers that lies below a value. */
  readonly below: (value: number) => number;
}

/**
 * How far did the median move, in median absolute deviations of the reference? A few wild values do not touch it.
 * Interval: 95 %, from the order statistics of both sides (their half-widths add as squares), so it needs no shape.
 * `null` when a side is empty or half of the reference is one value.
 *
 * Source: Hampel 1974 (median absolute deviation); Thompson 1936 (interval).
 */
export function medianShift(current: Quantiles, reference: Quantiles, designEffect = 1): Estimated {
  const { n } = current;
  if (n === 0 || reference.n === 0) return nothing(n);
  const middle = reference.at(0.5);
  const deviation = medianAbsoluteDeviation(reference, middle);
  if (!(deviation > 0)) return nothing(n);
  const value = (current.at(0.5) - middle) / deviation;
  const now = reach(current, designEffect);
  const then = reach(reference, designEffect);
  return {
    value,
    low: value - Math.hypot(now.down, then.up) / deviation,
    high: value + Math.hypot(now.up, then.down) / deviation,
    n,
  };
}

/** Half of the numbers lie within this of the median. */
function medianAbsoluteDeviation({ at, below }: Quantiles, middle: number): number {
  const farthest = Math.max(at(1) - middle, middle - at(0));
  return invertMonotone((radius) => below(middle + radius) - below(middle - radius) - 0.5, 0, farthest);
}

/** How far the median may be from where it seems to be. */
function reach({ n, at }: Quantiles, designEffect: number): { down: number; up: number } {
  const share = Math.min(0.5, 0.98 * Math.sqrt(designEffect / n));
  const middle = at(0.5);
  return { down: middle - at(0.5 - share), up: at(0.5 + share) - middle };
}

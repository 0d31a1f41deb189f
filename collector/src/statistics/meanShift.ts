import { type Estimated, nothing, standardNormal95 } from './estimated.ts';

/** Size, mean and standard deviation of numbers. */
export interface Moments {
  readonly n: number;
  readonly mean: number | null;
  readonly standardDeviation: number | null;
}

/**
 * How far did the mean move, in standard deviations of the reference? Interval: normal, 95 %, with the uncertainty of
 * both means; `designEffect` > 1 widens it for rows that come in clusters. `null` when a side is empty or the reference is
 * constant.
 *
 * Source: Glass 1976 (delta).
 *
 * @example meanShift({ n: 100, mean: 12, standardDeviation: 4 }, { n: 400, mean: 10, standardDeviation: 4 }).value // 0.5
 */
export function meanShift(current: Moments, reference: Moments, designEffect = 1): Estimated {
  const { n } = current;
  if (current.mean === null || reference.mean === null || n === 0 || reference.n === 0) return nothing(n);
  const scale = reference.standardDeviation ?? 0;
  if (!(scale > 0)) return nothing(n);
  const value = (current.mean - reference.mean) / scale;
  const spread = (current.standardDeviation ?? 0) / scale;
  const half = standardNormal95 * Math.sqrt((spread * spread) / n + 1 / reference.n) * Math.sqrt(designEffect);
  return { value, low: value - half, high: value + half, n };
}

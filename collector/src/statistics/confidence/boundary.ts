import { invertMonotone } from '../special/invertMonotone.ts';

/**
 * How far a sum of deviations may stray while its intrinsic time (sum of variances) is `variance`: the chance that it
 * ever goes beyond is at most `alpha`, at all times together.
 */
export interface BoundaryOptions {
  /** Intrinsic time now. */
  readonly variance: number;
  readonly alpha: number;
  /** Intrinsic time at which the boundary should be tightest. It must be chosen beforehand. */
  readonly tightestAt: number;
}

/**
 * The variance of the mixing distribution for a boundary that is tightest at `tightestAt`. One-sided boundaries take twice
 * their alpha. Source: Howard, Ramdas, McAuliffe and Sekhon 2021 (section 3.5).
 */
export function mixtureScale(tightestAt: number, alpha: number): number {
  const log = 2 * Math.log(1 / alpha);
  return tightestAt / (log + Math.log(1 + log));
}

/** The sum at which a supermartingale's logarithm, which grows with the sum, reaches ln(1 / alpha). */
export function boundaryOf(logWealth: (sum: number) => number, alpha: number, limit: number): number {
  const level = Math.log(1 / alpha);
  let high = Math.min(1, limit);
  while (high < limit && logWealth(high) < level) high = Math.min(limit, 2 * high);
  return invertMonotone((sum) => logWealth(sum) - level, 0, high);
}

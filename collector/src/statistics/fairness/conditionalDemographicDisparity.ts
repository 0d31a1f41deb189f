import { type Estimated, nothing } from '../estimated.ts';
import { newcombeDifference } from '../newcombeDifference.ts';

/** Decisions about people who are alike in what may be conditioned on. */
export interface DecisionStratum {
  readonly groupAccepted: number;
  readonly groupRejected: number;
  readonly othersAccepted: number;
  readonly othersRejected: number;
}

/**
 * Is a group a larger part of the rejected than of the accepted, among people who are alike? The mean over strata,
 * weighted by their rows, of (share of the group among the rejected - share among the accepted); in [-1, 1], 0 is parity,
 * positive is to the group's harm. One stratum gives the plain demographic disparity. Strata in which everybody was
 * decided the same way compare nothing and are left out.
 *
 * Interval: Newcombe's of each stratum, put together by the squares of their arms (stratified hybrid score); as wide as
 * the stratified bootstrap's where that is good, and without its randomness. `n`: rows of the strata that compare.
 *
 * Source: Wachter, Mittelstadt and Russell 2021; Yan and Su 2010 (interval).
 */
export function conditionalDemographicDisparity(strata: readonly DecisionStratum[]): Estimated {
  const disparities = strata.flatMap((stratum) => {
    const rejected = stratum.groupRejected + stratum.othersRejected;
    const accepted = stratum.groupAccepted + stratum.othersAccepted;
    if (rejected === 0 || accepted === 0) return [];
    const { value, low, high } = newcombeDifference(
      { events: stratum.groupRejected, n: rejected },
      { events: stratum.groupAccepted, n: accepted },
    );
    return [{ rows: rejected + accepted, value: value!, below: value! - low!, above: high! - value! }];
  });
  const n = disparities.reduce((sum, { rows }) => sum + rows, 0);
  if (n === 0) return nothing(0);
  const value = disparities.reduce((sum, disparity) => sum + (disparity.rows / n) * disparity.value, 0);
  return {
    value,
    low: value - Math.hypot(...disparities.map(({ rows, below }) => (rows / n) * below)),
    high: value + Math.hypot(...disparities.map(({ rows, above }) => (rows / n) * above)),
    n,
  };
}

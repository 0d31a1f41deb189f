import { normalCdf } from '../special/normalCdf.ts';
import { type BoundaryOptions, boundaryOf, mixtureScale } from './boundary.ts';

/**
 * Normal-mixture boundary for sub-Gaussian sums, both directions together.
 *
 * Source: Robbins 1970; Howard, Ramdas, McAuliffe and Sekhon 2021 (equation 14).
 *
 * @example normalMixture({ variance: 100, alpha: 0.05, tightestAt: 100 }) // 30.35208990376253
 */
export function normalMixture({ variance, alpha, tightestAt }: BoundaryOptions): number {
  const rho = mixtureScale(tightestAt, alpha);
  return Math.sqrt((variance + rho) * (Math.log1p(variance / rho) + 2 * Math.log(1 / alpha)));
}

/** The same upwards only. */
export function normalMixtureUpper({ variance, alpha, tightestAt }: BoundaryOptions): number {
  const rho = mixtureScale(tightestAt, 2 * alpha);
  const spread = variance + rho;
  const logWealth = (sum: number): number =>
    Math.log((4 * rho) / spread) / 2 + sum ** 2 / (2 * spread) + Math.log(normalCdf(sum / Math.sqrt(spread)));
  return boundaryOf(logWealth, alpha, Number.MAX_VALUE);
}

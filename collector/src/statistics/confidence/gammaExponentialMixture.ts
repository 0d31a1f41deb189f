import { gammaLn } from '../special/gammaLn.ts';
import { incompleteGamma } from '../special/incompleteGamma.ts';
import { type BoundaryOptions, boundaryOf, mixtureScale } from './boundary.ts';

/**
 * Upper boundary for sums of deviations that are sub-exponential with `scale` c (bounded above by c, with variances known or
 * estimated).
 *
 * Source: Howard, Ramdas, McAuliffe and Sekhon 2021 (proposition 9).
 *
 * @example gammaExponentialMixture({ variance: 100, alpha: 0.05, tightestAt: 100, scale: 2 }) // 33.02017...
 */
export function gammaExponentialMixture(options: BoundaryOptions & { readonly scale: number }): number {
  const { variance, alpha, tightestAt, scale } = options;
  const square = scale ** 2;
  const shape = mixtureScale(tightestAt, 2 * alpha) / square;
  const grown = variance / square + shape;
  const start = shape * Math.log(shape) - gammaLn(shape) - Math.log(incompleteGamma(shape, shape).lower);
  const logWealth = (sum: number): number => {
    const moved = (scale * sum + variance) / square;
    const at = moved + shape;
    return start + gammaLn(grown) + Math.log(incompleteGamma(grown, at).lower) - grown * Math.log(at) + moved;
  };
  return boundaryOf(logWealth, alpha, Number.MAX_VALUE);
}

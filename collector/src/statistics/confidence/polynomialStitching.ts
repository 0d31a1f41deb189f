/**
 * Boundary in closed form that grows like the law of the iterated logarithm, for sums that are sub-gamma with `scale` c.
 * It holds from intrinsic time `from` on.
 *
 * Source: Howard, Ramdas, McAuliffe and Sekhon 2021 (theorem 1), with s = 1.4 and eta = 2.
 *
 * @example polynomialStitching({ variance: 100, alpha: 0.05, from: 10, scale: 3 }) // 64.48755...
 */
export function polynomialStitching(options: {
  readonly variance: number;
  readonly alpha: number;
  readonly from: number;
  readonly scale: number;
}): number {
  const { alpha, from, scale } = options;
  const variance = Math.max(options.variance, from);
  const level =
    exponent * Math.log(Math.log((eta * variance) / from)) + Math.log(zeta / (alpha * Math.log(eta) ** exponent));
  const first = (eta ** 0.25 + eta ** -0.25) / Math.SQRT2;
  const linear = ((Math.sqrt(eta) + 1) / 2) * scale * level;
  return Math.sqrt(first ** 2 * variance * level + linear ** 2) + linear;
}

const eta = 2;
const exponent = 1.4;
/** Riemann zeta of the exponent. */
const zeta = 3.1055472779775815;

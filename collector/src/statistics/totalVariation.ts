import { sharePair } from './shares.ts';

/**
 * Which share of the rows would have to move for the distributions to be equal? Half the sum of |q - p|, in [0, 1]: the
 * effect size that needs no explanation.
 *
 * `current`, `reference`: counts over the same cells, not smoothed. `null` when a side is empty.
 *
 * @example totalVariation([50, 50], [60, 40]) // 0.1
 */
export function totalVariation(current: ArrayLike<number>, reference: ArrayLike<number>): number | null {
  const shares = sharePair(current, reference, 0);
  if (shares === null) return null;
  return shares.current.reduce((sum, q, i) => sum + Math.abs(q - shares.reference[i]!), 0) / 2;
}

/**
 * What would total variation show if nothing had changed? Its mean and 95 % point for n current rows: each |q - p| is the
 * absolute value of a normal variable with variance (1 / n + 1 / m) p (1 - p); their sum is taken as normal, its
 * variance without the (negative) covariances, so the band errs on the wide side. `null` when a side is empty.
 *
 * Source: half-normal moments (Leone, Nelson and Nottingham 1961).
 */
export function totalVariationByChance(
  n: number,
  reference: ArrayLike<number>,
  designEffect = 1,
): { readonly mean: number; readonly high: number } | null {
  const total = Array.from(reference).reduce((sum, count) => sum + count, 0);
  if (n === 0 || total === 0) return null;
  const scale = (1 / n + 1 / total) * designEffect;
  let mean = 0;
  let variance = 0;
  for (let cell = 0; cell < reference.length; cell++) {
    const p = reference[cell]! / total;
    mean += Math.sqrt((scale * p * (1 - p) * 2) / Math.PI) / 2;
    variance += (scale * p * (1 - p) * (1 - 2 / Math.PI)) / 4;
  }
  return { mean: Math.min(1, mean), high: Math.min(1, mean + oneSided95 * Math.sqrt(variance)) };
}

/** The 95 % point of `totalVariationByChance`. */
export function totalVariationBand(n: number, reference: ArrayLike<number>, designEffect = 1): number | null {
  return totalVariationByChance(n, reference, designEffect)?.high ?? null;
}

const oneSided95 = 1.6448536269514722;

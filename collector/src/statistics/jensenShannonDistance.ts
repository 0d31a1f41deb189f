import { sharePair } from './shares.ts';

/**
 * How different are two distributions, between 0 (equal) and 1 (nothing in common)? The square root of the
 * Jensen-Shannon divergence to base 2: sqrt((KL(q || m) + KL(p || m)) / 2) with m = (p + q) / 2. A metric.
 *
 * `current`, `reference`: counts over the same cells, not smoothed. `null` when a side is empty.
 *
 * Source: Lin 1991; Endres and Schindelin 2003 (metric).
 *
 * @example jensenShannonDistance([1, 0], [0, 1]) // 1
 */
export function jensenShannonDistance(current: ArrayLike<number>, reference: ArrayLike<number>): number | null {
  const shares = sharePair(current, reference, 0);
  if (shares === null) return null;
  let divergence = 0;
  shares.current.forEach((q, i) => {
    const p = shares.reference[i]!;
    const middle = (p + q) / 2;
    if (q > 0) divergence += (q / 2) * Math.log2(q / middle);
    if (p > 0) divergence += (p / 2) * Math.log2(p / middle);
  });
  return Math.sqrt(Math.min(1, Math.max(0, divergence)));
}

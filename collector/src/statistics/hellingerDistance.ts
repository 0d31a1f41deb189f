import { sharePair } from './shares.ts';

/**
 * How different are two distributions, between 0 (equal) and 1 (nothing in common)? sqrt(1 - sum of sqrt(p q)).
 * Less swayed by rare cells than PSI.
 *
 * `current`, `reference`: counts over the same cells, not smoothed. `null` when a side is empty.
 *
 * Source: Hellinger 1909.
 *
 * @example hellingerDistance([1, 1], [1, 0]) // 0.5411961
 */
export function hellingerDistance(current: ArrayLike<number>, reference: ArrayLike<number>): number | null {
  const shares = sharePair(current, reference, 0);
  if (shares === null) return null;
  // Half the sum of squared differences equals 1 - sum of sqrt(p q), without its cancellation near 0.
  const squared = shares.current.reduce((sum, q, i) => sum + (Math.sqrt(q) - Math.sqrt(shares.reference[i]!)) ** 2, 0);
  return Math.sqrt(Math.min(1, squared / 2));
}

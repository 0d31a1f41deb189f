import { sharePair } from './shares.ts';

/**
 * How surprising are the current rows to somebody who expects the reference? KL(q || p), the sum of q ln(q / p), in nats;
 * at least 0. PSI is this plus the same the other way round.
 *
 * `current`, `reference`: counts over the same cells; `smoothing` is added to each. Without smoothing it is infinite when a
 * value came that the reference never had. `null` when a side is empty.
 *
 * Source: Kullback and Leibler 1951.
 *
 * @example kullbackLeibler([30, 10], [20, 20], 0) // 0.1308120
 */
export function kullbackLeibler(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
  smoothing = 0.5,
): number | null {
  const shares = sharePair(current, reference, smoothing);
  if (shares === null) return null;
  const sum = shares.current.reduce((total, q, i) => total + (q === 0 ? 0 : q * Math.log(q / shares.reference[i]!)), 0);
  return Math.max(0, sum);
}

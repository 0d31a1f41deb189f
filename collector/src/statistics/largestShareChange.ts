import { sharePair } from './shares.ts';
import { normalQuantile } from './special/normalQuantile.ts';

/**
 * Which single cell changed most? L-infinity, the largest |q - p|, in [0, 1], and the cell it belongs to.
 *
 * `current`, `reference`: counts over the same cells, not smoothed. `null` when a side is empty.
 *
 * @example largestShareChange([50, 30, 20], [40, 40, 20]) // { value: 0.1, cell: 0 }
 */
export function largestShareChange(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
): { readonly value: number; readonly cell: number } | null {
  const shares = sharePair(current, reference, 0);
  if (shares === null) return null;
  let value = 0;
  let cell = 0;
  shares.current.forEach((q, i) => {
    const change = Math.abs(q - shares.reference[i]!);
    if (change > value) [value, cell] = [change, shares.cells[i]!];
  });
  return { value, cell };
}

/**
 * What would it show at most, in 95 % of windows, if nothing had changed? The largest over cells of
 * z sqrt((1 / n + 1 / m) p (1 - p)), z shared among the cells after Bonferroni: the band errs on the wide side.
 */
export function largestShareChangeBand(n: number, reference: ArrayLike<number>, designEffect = 1): number | null {
  let m = 0;
  let cells = 0;
  for (let cell = 0; cell < reference.length; cell++) {
    m += reference[cell]!;
    if (reference[cell]! > 0) cells++;
  }
  if (n === 0 || m === 0) return null;
  const quantile = normalQuantile(1 - 0.05 / (2 * cells));
  let widest = 0;
  for (let cell = 0; cell < reference.length; cell++) {
    const p = reference[cell]! / m;
    widest = Math.max(widest, Math.sqrt((1 / n + 1 / m) * designEffect * p * (1 - p)));
  }
  return Math.min(1, quantile * widest);
}

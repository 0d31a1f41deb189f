import { sharePair } from './shares.ts';

/**
 * How far has a distribution moved, as one number that practitioners know? PSI = sum of (q - p) ln(q / p) over the cells,
 * with current shares q and reference shares p: the symmetrised Kullback-Leibler divergence. At least 0, no upper bound.
 *
 * `current`, `reference`: counts over the same cells (deciles of the reference, or categories). Counts are smoothed by
 * 1/2, so an empty cell does not make it infinite; `smoothing` 0 gives the textbook value. `null` when a side is empty.
 * Read it beside its null band: "0.1 and 0.25" are limits for infinitely many rows.
 *
 * Source: Jeffreys 1946; Siddiqi 2006 for the name; null distribution Yurdakul 2018.
 *
 * @example populationStabilityIndex([90, 110], [1000, 1000], 0) // 0.02007
 */
export function populationStabilityIndex(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
  smoothing = 0.5,
): number | null {
  const parts = populationStabilityContributions(current, reference, smoothing);
  return parts === null ? null : parts.reduce((sum, part) => sum + part, 0);
}

/**
 * Which cells make the index? One non-negative contribution a cell of `reference`, summing to the index.
 */
export function populationStabilityContributions(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
  smoothing = 0.5,
): Float64Array | null {
  const shares = sharePair(current, reference, smoothing);
  if (shares === null) return null;
  const contributions = new Float64Array(reference.length);
  shares.cells.forEach((cell, i) => {
    const q = shares.current[i]!;
    const p = shares.reference[i]!;
    contributions[cell] = (q - p) * Math.log(q / p);
  });
  return contributions;
}

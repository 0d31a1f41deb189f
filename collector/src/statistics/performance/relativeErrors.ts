import { type Estimated, nothing, standardNormal95 } from '../estimated.ts';

export interface RelativeErrors {
  /** sum |error| / sum |label|; `null` when all labels are 0. Prefer it: no label near 0 blows it up. */
  readonly weightedAbsolutePercentageError: Estimated;
  /** Mean of |error / label| over labels of at least `smallest`. */
  readonly meanAbsolutePercentageError: Estimated;
  /** Share of rows left out of it. */
  readonly excludedShare: number | null;
}

/**
 * How large are errors relative to what was to be predicted? Both are shares (0.1 is 10 %). Intervals: delta method for
 * the ratio of sums, normal for the mean; 95 %.
 *
 * Source: Kolassa and Schutz 2007 (weighted).
 */
export function relativeErrors(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
  smallest: number,
): RelativeErrors {
  const n = labels.length;
  const errors = Array.from({ length: n }, (_, row) => Math.abs(predictions[row]! - labels[row]!));
  const sizes = Array.from({ length: n }, (_, row) => Math.abs(labels[row]!));
  const used = [...sizes.keys()].filter((row) => sizes[row]! >= smallest && sizes[row]! > 0);
  return {
    weightedAbsolutePercentageError: ratioOfSums(errors, sizes),
    meanAbsolutePercentageError: ratioOfSums(
      used.map((row) => errors[row]! / sizes[row]!),
      used.map(() => 1),
    ),
    excludedShare: n === 0 ? null : 1 - used.length / n,
  };
}

/**
 * Which predictions hit a quantile? Mean of max(tau e, (tau - 1) e) with e = label - prediction: least for the quantile
 * `tau` in (0, 1) of the label. `null` without rows.
 *
 * Source: Koenker and Bassett 1978.
 */
export function pinballLoss(predictions: ArrayLike<number>, labels: ArrayLike<number>, tau: number): number | null {
  if (labels.length === 0) return null;
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    const error = labels[row]! - predictions[row]!;
    sum += Math.max(tau * error, (tau - 1) * error);
  }
  return sum / labels.length;
}

function ratioOfSums(above: readonly number[], below: readonly number[]): Estimated {
  const n = above.length;
  const total = below.reduce((sum, each) => sum + each, 0);
  if (n === 0 || total === 0) return nothing(n);
  const value = above.reduce((sum, each) => sum + each, 0) / total;
  if (n === 1) return { value, low: null, high: null, n };
  const squares = above.reduce((sum, each, row) => sum + (each - value * below[row]!) ** 2, 0);
  const half = (standardNormal95 * Math.sqrt((squares * n) / (n - 1))) / total;
  return { value, low: Math.max(0, value - half), high: value + half, n };
}

import { type Estimated, nothing, standardNormal95 } from './estimated.ts';
import { total } from './total.ts';

/** As `Estimated`, and what binning may hide. */
export interface AreaEstimate extends Estimated {
  /** DeLong's standard error; `null` with fewer than two positives or negatives. */
  readonly standardError: number | null;
  /** The area of the unbinned scores lies within this of `value`. */
  readonly binError: number;
}

/**
 * How often does a random positive have a higher score than a random negative (ties count half)? In [0, 1]; 0.5 is
 * guessing.
 *
 * `positives`, `negatives`: counts of labelled rows by score bin, scores ascending. Interval: DeLong's variance, exact on
 * bins, clipped to [0, 1]. `n` is the smaller class. `null` when a class is empty.
 *
 * Source: Mann and Whitney 1947; DeLong, DeLong and Clarke-Pearson 1988.
 *
 * @example areaUnderCurve([0, 1], [1, 0]).value // 1
 */
export function areaUnderCurve(positives: ArrayLike<number>, negatives: ArrayLike<number>): AreaEstimate {
  const positiveCount = total(positives);
  const negativeCount = total(negatives);
  const n = Math.min(positiveCount, negativeCount);
  if (n === 0) return { ...nothing(0), standardError: null, binError: 0 };

  // Placement of a positive: share of negatives below it. Of a negative: share of positives above it.
  let negativesBelow = 0;
  let positivesBelow = 0;
  let area = 0;
  let positiveSquares = 0;
  let negativeSquares = 0;
  let tied = 0;
  for (let bin = 0; bin < positives.length; bin++) {
    const p = positives[bin]!;
    const q = negatives[bin]!;
    const below = (negativesBelow + q / 2) / negativeCount;
    const above = 1 - (positivesBelow + p / 2) / positiveCount;
    area += p * below;
    positiveSquares += p * below * below;
    negativeSquares += q * above * above;
    tied += p * q;
    negativesBelow += q;
    positivesBelow += p;
  }
  const value = area / positiveCount;
  const standardError =
    n < 2
      ? null
      : Math.sqrt(
          Math.max(0, positiveSquares - positiveCount * value * value) / ((positiveCount - 1) * positiveCount) +
            Math.max(0, negativeSquares - negativeCount * value * value) / ((negativeCount - 1) * negativeCount),
        );
  return {
    value,
    low: standardError === null ? 0 : Math.max(0, value - standardNormal95 * standardError),
    high: standardError === null ? 1 : Math.min(1, value + standardNormal95 * standardError),
    n,
    standardError,
    binError: tied / (2 * positiveCount * negativeCount),
  };
}

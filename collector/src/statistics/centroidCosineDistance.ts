import { type Estimated, nothing } from './estimated.ts';
import type { Moments } from './meanShift.ts';

/**
 * Did vectors turn to another side on average? One less the cosine between their mean and that of the reference, in [0, 2],
 * from means along common axes: 0 where they point the same way, 1 at right angles. Along random projections it is that of the
 * vectors themselves within about sqrt(2 / axes) of its size, a third of it for sixteen.
 *
 * Band: the difference of the means has a variance along each axis of that of the rows times (1 / n + 1 / m), and turns the
 * mean by no more than the arc sine of its size over that of the mean. However axes depend on each other, the square of its
 * size exceeds 3.84 times the sum of these variances in 5 % of clean windows at most, which one axis alone reaches.
 * `designEffects`, one an axis, widen the band for rows that come in clusters. `null` when a side is empty or a mean points
 * nowhere.
 *
 * Source: Szekely and Bakirov 2003 (extremal probabilities for Gaussian quadratic forms).
 *
 * @example
 * const axis = (mean: number) => ({ n: 100, mean, standardDeviation: 1 });
 * centroidCosineDistance([axis(1), axis(1)], [axis(1), axis(0)]).value // 0.292893
 */
export function centroidCosineDistance(
  current: readonly Moments[],
  reference: readonly Moments[],
  designEffects: readonly number[] = [],
): Estimated {
  const n = Math.min(...current.map((axis) => axis.n));
  const m = Math.min(...reference.map((axis) => axis.n));
  const [now, past] = [current, reference].map((axes) => axes.map(({ mean }) => mean ?? 0)) as [number[], number[]];
  const [size, pastSize] = [Math.hypot(...now), Math.hypot(...past)];
  if (!(n > 0 && m > 0 && size > 0 && pastSize > 0)) return nothing(Number.isFinite(n) ? n : 0);
  const cosine = now.reduce((sum, mean, axis) => sum + (mean / size) * (past[axis]! / pastSize), 0);
  const variance = reference.reduce(
    (sum, { standardDeviation }, axis) => sum + (designEffects[axis] ?? 1) * (standardDeviation ?? 0) ** 2,
    0,
  );
  const squaredSine = (chiSquare95 * variance * (1 / n + 1 / m)) / pastSize ** 2;
  return {
    value: Math.min(2, Math.max(0, 1 - cosine)),
    low: 0,
    n,
    // A mean no larger than its noise may point anywhere.
    high: squaredSine < 1 ? 1 - Math.sqrt(1 - squaredSine) : 2,
  };
}

/** 95 % point of the square of a standard normal. */
const chiSquare95 = 3.841458820694124;

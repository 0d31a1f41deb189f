import { PlumblineError } from '../errors.ts';
import { planOf } from './plan.ts';
import type { ProfileShape } from './shape.ts';

/**
 * The mergeable summary of a set of inferences and their outcomes: a commutative monoid (`createProfile` is its zero,
 * `mergeInto` its addition), so shards, replays and batch runs give the same profile in any order.
 *
 * Counts are integers in doubles, exact up to 2^53. Sums are rounded to multiples of 2^-26 of the signal's scale and
 * kept as integers too, so they add without rounding as well (until a sum passes 2^27 scales; then to 1e-16 relative).
 */
export interface Profile {
  readonly shape: ProfileShape;
  /** Laid out by `planOf(shape)`; read it through `views.ts`. */
  readonly counts: Float64Array;
  /** Integers in units of 2^-26. */
  readonly sums: Float64Array;
  /** Smallest value of each numeric signal, then the first event time; `Infinity` when there is none. */
  readonly minima: Float64Array;
  /** Largest value of each numeric signal, then the last event time; `-Infinity` when there is none. */
  readonly maxima: Float64Array;
}

/** One unit of `Profile.sums`. */
export const sumUnit = 2 ** -26;

/** The empty profile of a shape. */
export function createProfile(shape: ProfileShape): Profile {
  const plan = planOf(shape);
  return {
    shape,
    counts: new Float64Array(plan.countLength),
    sums: new Float64Array(plan.sumLength),
    minima: new Float64Array(plan.extremeLength).fill(Number.POSITIVE_INFINITY),
    maxima: new Float64Array(plan.extremeLength).fill(Number.NEGATIVE_INFINITY),
  };
}

/** Adds `source` to `target`. Both must have the same shape. */
export function mergeInto(target: Profile, source: Profile): void {
  if (target.shape.id !== source.shape.id) {
    throw new PlumblineError(
      'INTERNAL',
      `profiles of different shapes cannot be merged: ${target.shape.id} and ${source.shape.id}`,
    );
  }
  addTo(target.counts, source.counts);
  addTo(target.sums, source.sums);
  for (let i = 0; i < target.minima.length; i++) {
    target.minima[i] = Math.min(target.minima[i]!, source.minima[i]!);
    target.maxima[i] = Math.max(target.maxima[i]!, source.maxima[i]!);
  }
}

/** A new profile that holds both. */
export function mergeProfiles(a: Profile, b: Profile): Profile {
  const merged = copyProfile(a);
  mergeInto(merged, b);
  return merged;
}

export function copyProfile(profile: Profile): Profile {
  return {
    shape: profile.shape,
    counts: profile.counts.slice(),
    sums: profile.sums.slice(),
    minima: profile.minima.slice(),
    maxima: profile.maxima.slice(),
  };
}

function addTo(target: Float64Array, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! + source[i]!;
}

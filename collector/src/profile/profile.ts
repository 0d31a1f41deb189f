import { PlumblineError } from '../errors.ts';
import { latencyCells } from './cells/latencies.ts';
import { planOf } from './plan.ts';
import type { ProfileShape } from './shape.ts';
import { copyExemplars, createExemplars, type Exemplars, mergeExemplars } from './sketches/exemplars.ts';
import { createProvenance, mergeProvenance, type Provenance } from './sketches/provenance.ts';
import { copySketches, createSketches, mergeSketches, type Sketches } from './sketches/sketches.ts';

/**
 * The mergeable summary of a set of inferences and their outcomes: a commutative monoid (`createProfile` is its zero,
 * `mergeInto` its addition), so shards, replays and batch runs give the same profile in any order.
 *
 * A row counts as the inferences it stands for (see `weighted.ts`), mostly 1. Counts are integers in doubles, exact up to
 * 2^53; sums are kept as integers too (see `sums.ts`). So the same rows give the same profile to the last bit, and an outcome can be taken back without a trace. Only the lists of frequent rare
 * values depend on the order once there are more than 256 of them, within bounds that they state.
 */
export interface Profile {
  readonly shape: ProfileShape;
  /** Laid out by `planOf(shape)`; read it through `views.ts`. */
  readonly counts: Float64Array;
  /** Read and written by `sums.ts`. */
  readonly sums: Float64Array;
  /** Smallest value of each numeric signal, then the first event time; `Infinity` when there is none. */
  readonly minima: Float64Array;
  /** Largest value of each numeric signal, then the last event time; `-Infinity` when there is none. */
  readonly maxima: Float64Array;
  readonly sketches: Sketches;
  /** Rows by latency, `latencyCells` of them; see `latencies.ts`. */
  readonly latencies: Float64Array;
  /** What rows stand for, and how they were captured; see `provenance.ts`. */
  readonly provenance: Provenance;
  /** Inferences with a trace to look at; see `exemplars.ts`. */
  readonly exemplars: Exemplars;
}

/** The empty profile of a shape. */
export function createProfile(shape: ProfileShape): Profile {
  const plan = planOf(shape);
  return {
    shape,
    counts: new Float64Array(plan.countLength),
    sums: new Float64Array(2 * plan.sumCount),
    minima: new Float64Array(plan.extremeLength).fill(Number.POSITIVE_INFINITY),
    maxima: new Float64Array(plan.extremeLength).fill(Number.NEGATIVE_INFINITY),
    sketches: createSketches(shape),
    latencies: new Float64Array(latencyCells),
    provenance: createProvenance(),
    exemplars: createExemplars(),
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
  mergeSketches(target.sketches, source.sketches);
  addTo(target.latencies, source.latencies);
  mergeProvenance(target.provenance, source.provenance);
  mergeExemplars(target.exemplars, source.exemplars);
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
    sketches: copySketches(profile.sketches),
    latencies: profile.latencies.slice(),
    provenance: profile.provenance.slice(),
    exemplars: copyExemplars(profile.exemplars),
  };
}

function addTo(target: Float64Array, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! + source[i]!;
}

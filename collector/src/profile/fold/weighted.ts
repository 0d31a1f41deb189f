import type { InferenceBatch } from '@plumbline/sdk/event';
import { totals } from '../plan.ts';
import type { Profile } from '../profile.ts';
import { copyExemplars } from '../sketches/exemplars.ts';
import { createProvenance, heaviestOf, noteWeight, surplusOf } from '../sketches/provenance.ts';
import { scaleSketches } from '../sketches/sketches.ts';
import { hash32 } from '../sketches/textHash.ts';

/**
 * Rows that stand for more than themselves: an app thinned its inferences under pressure, or a sampler kept a known share
 * of its traces, and what was kept says how many it stands for. A profile counts the sum of weights, which is unbiased for
 * what there was (Horvitz and Thompson, 1952). What it is worth as evidence is less: see `effectiveProfile`.
 */

/**
 * The batch with whole weights, so that counts stay integers: 2.5 becomes 2 or 3, each for half of the ids, whichever
 * machine asks. A sampler that keeps three traces of ten has such weights. The batch itself where all are whole.
 */
export function wholeWeights(batch: InferenceBatch): InferenceBatch {
  const { weights } = batch;
  if (weights === undefined || weights.values.every(Number.isInteger)) return batch;
  const { ids } = batch;
  const values = weights.values.map((weight, row) => Math.floor(weight + hash32(ids[row]!, roundingSeed) / 2 ** 32));
  return { ...batch, weights: { type: 'number', values } };
}

/** Not the hash by which ids are sampled: who is rounded up must not be who is in the sample. */
const roundingSeed = 0x3c6ef372;

/** Rows by their weight, in the order in which weights come. Thinning halves, so there are few. */
export function rowsByWeight({ weights }: InferenceBatch, rows: Int32Array): [weight: number, rows: Int32Array][] {
  if (weights === undefined) return [[1, rows]];
  const { values } = weights;
  const first = values[rows[0] ?? 0] ?? 1;
  if (rows.every((row) => values[row] === first)) return [[first, rows]];
  const parts = new Map<number, number[]>();
  for (const row of rows) {
    const weight = values[row]!;
    const part = parts.get(weight);
    if (part === undefined) parts.set(weight, [row]);
    else part.push(row);
  }
  return [...parts].map(([weight, part]) => [weight, Int32Array.from(part)]);
}

/** What a profile of rows that stand for themselves is when each stands for `weight`. */
export function timesWeight(profile: Profile, weight: number): Profile {
  const weighted = scaled(profile, weight);
  noteWeight(weighted.provenance, profile.counts[totals.rows]!, weight);
  return weighted;
}

/**
 * The profile as statistics, intervals and evidence may count it: shares and means as they are, but with no more rows than
 * the weighted ones are worth, `sum of weights / heaviest weight`. The profile itself when no row has a weight.
 *
 * Kish's effective sample size, (sum of weights)^2 / (sum of their squares), is never less, and equal to it when all
 * weights are; this bound holds in every cell at once, where one factor for all cells must not flatter any (a small group
 * that came through a thinned instance alone). And it is the scale under which betting on weighted rows is a fair game even
 * if who is kept depends on what came, as it does when failed inferences are thinned last.
 *
 * Source: Kish 1965, 8.2; for bets on weighted rows Waudby-Smith, Wu, Ramdas, Karampatziakis and Mineiro 2022.
 *
 * @param heaviest of the profiles that shall be on one scale; default: of this one
 */
export function effectiveProfile(profile: Profile, heaviest = heaviestOf(profile)): Profile {
  if (heaviest === 1) return profile;
  if (heaviest > heaviestOf(profile)) return scaled(profile, 1 / heaviest);
  // Whole rows: people read them.
  const { stoodFor, effective: rows } = rowCounts(profile);
  const whole = scaled(profile, rows / stoodFor);
  whole.counts[totals.rows] = rows;
  return whole;
}

/** Effective profiles that may be added up, each as heavy beside the others as it was. */
export function onOneScale(profiles: readonly Profile[]): Profile[] {
  const heaviest = Math.max(1, ...profiles.map(heaviestOf));
  return profiles.map((profile) => effectiveProfile(profile, heaviest));
}

/** Rows that came, inferences they stand for, and how many rows these are worth; all equal when no row has a weight. */
interface RowCounts {
  readonly seen: number;
  readonly stoodFor: number;
  readonly effective: number;
}

export function rowCounts(profile: Profile): RowCounts {
  const stoodFor = profile.counts[totals.rows]!;
  const effective = Math.floor(stoodFor / heaviestOf(profile));
  return { seen: stoodFor - surplusOf(profile), stoodFor, effective };
}

function scaled(profile: Profile, factor: number): Profile {
  const times = (values: Float64Array) => values.map((value) => value * factor);
  return {
    shape: profile.shape,
    counts: times(profile.counts),
    sums: times(profile.sums),
    minima: profile.minima.slice(),
    maxima: profile.maxima.slice(),
    sketches: scaleSketches(profile.sketches, factor),
    latencies: times(profile.latencies),
    provenance: createProvenance(),
    exemplars: copyExemplars(profile.exemplars),
  };
}

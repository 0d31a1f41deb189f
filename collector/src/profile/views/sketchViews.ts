import { planOf } from '../plan.ts';
import type { Profile } from '../profile.ts';
import { distinctCount, distinctStandardError } from '../sketches/distinctCounter.ts';
import { rankedHeavy } from '../sketches/heavyHitters.ts';
import { type SampledRow, sampledLoss } from '../sketches/idSample.ts';
import { findSignal, profileTotals, signalCounts } from './views.ts';

/** What statistics and monitors read from the sketches of a profile. */

/** Rows by hour of the week in UTC, 168 of them, from Monday midnight. A live view. */
export function rowsByHour({ sketches }: Profile): Float64Array {
  return sketches.hours;
}

/** Rows in which the signal had a value of another type than in the reference. */
export function otherTypeRows(profile: Profile, signal: string): number {
  return profile.sketches.otherType[signalIndex(profile, signal)] ?? 0;
}

/** Features that came and are not in the shape, with rows that had a value of them; most rows first. */
export function unknownFeatures({ sketches }: Profile): readonly (readonly [feature: string, rows: number])[] {
  return rankedHeavy(sketches.unknownFeatures);
}

/** Values of a category signal without a cell of their own, most frequent first. Counts may be too low, see `undercount`. */
export interface RareValueCounts {
  readonly values: readonly (readonly [text: string, count: number])[];
  readonly undercount: number;
}

export function rareValueCounts(profile: Profile, signal: string): RareValueCounts {
  const rare = profile.sketches.rare[signalIndex(profile, signal)];
  return rare == null
    ? { values: [], undercount: 0 }
    : { values: rankedHeavy(rare.frequent), undercount: rare.frequent.undercount };
}

/** How many different values a category signal had, with a standard error; exact while there are few rare ones. */
export function distinctValues(profile: Profile, signal: string): { readonly count: number; readonly error: number } {
  const categories = signalCounts(profile, signal).slice(0, -3);
  let common = 0;
  if (findSignal(profile.shape, signal)?.type === 'category') {
    for (const count of categories) if (count > 0) common++;
  }
  const rare = profile.sketches.rare[signalIndex(profile, signal)];
  if (rare == null) return { count: common, error: 0 };
  if (rare.frequent.undercount === 0) return { count: common + rare.frequent.counts.size, error: 0 };
  const estimate = distinctCount(rare.distinct);
  return { count: common + Math.round(estimate), error: estimate * distinctStandardError };
}

/** Arrivals of the sampled inferences, and how many different inferences they were. */
export function sampledArrivals({ sketches }: Profile): { readonly arrivals: number; readonly different: number } {
  const { counts, size } = sketches.ids;
  let arrivals = 0;
  let different = 0;
  for (let i = 0; i < size; i++) {
    arrivals += counts[i]!;
    if (counts[i]! > 0) different++;
  }
  return { arrivals, different };
}

/** Values of the sampled rows, one a signal in the order of the shape; none unless the shape asks for them. */
export function sampledRows(profile: Profile): readonly SampledRow[] {
  return profileTotals(profile).rows === 0 || profile.shape.sampledRows === undefined ? [] : profile.sketches.ids.rows;
}

/** Of a sampled row, what its outcome said. */
export interface SampledOutcome {
  /** In the order of the shape's signals. */
  readonly values: SampledRow;
  /** 1 for a wrong class, else 0; of numbers the error in units of `residualScale`; of rankings 1 - NDCG. */
  readonly loss: number;
  /** Random in [0, 1), the same wherever the id is met; rows are ascending in it. */
  readonly place: number;
  /** Parts rows at random into two halves, whatever their places. */
  readonly half: 0 | 1;
}

/** The sampled rows with outcomes, and `reach`: every row of the profile whose place is at most this is among the sampled. */
export function sampledOutcomes({ sketches }: Profile): { readonly rows: SampledOutcome[]; readonly reach: number } {
  const { ids } = sketches;
  const rows: SampledOutcome[] = [];
  for (let at = 0; at < ids.size; at++) {
    const loss = sampledLoss(ids, at);
    const hash = ids.hashes[at]!;
    if (loss !== null) rows.push({ values: ids.rows[at]!, loss, place: hash / 2 ** 53, half: hash % 2 === 0 ? 0 : 1 });
  }
  return { rows, reach: ids.size < ids.capacity ? 1 : ids.hashes[ids.size - 1]! / 2 ** 53 };
}

function signalIndex(profile: Profile, signal: string): number {
  return planOf(profile.shape).indexOf.get(signal) ?? -1;
}

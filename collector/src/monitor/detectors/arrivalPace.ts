import { type Profile, profileTotals, type Reference } from '../../profile/index.ts';
import { hash32 } from '../../profile/sketches/textHash.ts';
import {
  advanceConformal,
  type ConformalState,
  conformalLog,
  initialConformalState,
} from '../../statistics/evidence/conformal.ts';
import { seededRandom } from '../../statistics/simulate.ts';
import { expectedRows } from './expectedRows.ts';

/**
 * Do rows come as they used to: as many as at this hour of the week, and up to the end of the window? One number a window for
 * each, compared by rank with those of the version's first windows, since rows of one window depend on each other in ways
 * nobody knows. What made the first windows alike (the season, bursts, batches) is then no news.
 */
export interface Pace {
  /** Of the windows that later ones are compared with. */
  readonly first: readonly number[];
  /** Natural logarithm of the wealth of each bet; empty until there are enough of these. */
  readonly logWealth: readonly number[];
}

export const paces = ['volume', 'freshness'] as const;
export type PaceName = (typeof paces)[number];

/** Windows that make what later ones are compared with: with fewer a rank says too little. */
export const windowsToLearn = 50;

export interface PaceWindow {
  readonly reference: Reference;
  readonly profile: Profile;
  /** Event time, milliseconds since 1970-01-01 UTC; `to` exclusive. */
  readonly from: number;
  readonly to: number;
}

/** The number of a window: large when the pace is unusual. `null` when it has none. */
export function paceOf(name: PaceName, { reference, profile, from, to }: PaceWindow): number | null {
  const { rows, to: last } = profileTotals(profile);
  if (name === 'freshness') return last === null ? null : Math.max(0, to - last);
  const expected = expectedRows(reference, { from, to });
  return expected === null ? null : Math.abs(Math.log((rows + 0.5) / (expected + 0.5)));
}

export interface PaceStep {
  readonly pace: Pace;
  /** Natural logarithm of the evidence; `null` while the first windows are learned. */
  readonly log: number | null;
}

/** One more window. `weight`: as for a detector. The seed breaks ties between equal windows, the same way again in a replay. */
export function stepPace(before: Pace | undefined, statistic: number, weight: number, seed: string): PaceStep {
  const { first, logWealth } = before ?? { first: [], logWealth: [] };
  if (first.length < windowsToLearn) return { pace: { first: [...first, statistic], logWealth: [] }, log: null };
  const known: ConformalState =
    logWealth.length === 0 ? initialConformalState(first) : { bag: first, logWealth: Float64Array.from(logWealth) };
  const tie = seededRandom(hash32(seed, 0))();
  const after = advanceConformal(known, statistic, { tie, weight, bag: 'frozen' });
  return { pace: { first, logWealth: [...after.logWealth] }, log: conformalLog(after) };
}

/** After an alarm evidence starts again from nothing. */
export function afterAlarm({ first }: Pace): Pace {
  return { first, logWealth: [] };
}

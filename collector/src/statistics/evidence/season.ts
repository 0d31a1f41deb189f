import { incompleteBeta } from '../special/incompleteBeta.ts';
import { fewestWindows } from './designEffect.ts';
import type { ScoreMoments } from './score.ts';

/** Which windows of the past an hour of the week is compared with. */
export interface Season {
  /** By hour of the week (168, Monday 00:00 UTC first): its bucket, or `null` when the past has too few windows like it. */
  readonly bucketOfHour: readonly (number | null)[];
  /** By bucket: indices of its windows. A window may belong to more than one. */
  readonly members: readonly (readonly number[])[];
}

export const hoursOfWeek = 168;

/** 0 is Monday 00:00 to 01:00 UTC. `at`: milliseconds since 1970-01-01 UTC, a Thursday. */
export function hourOfWeek(at: number): number {
  const hour = (Math.floor(at / hourMs) + 3 * 24) % hoursOfWeek;
  return hour < 0 ? hour + hoursOfWeek : hour;
}

/**
 * Buckets for windows that start at `times`. Each hour of the week belongs to the narrowest of three buckets that has
 * windows of at least four different hours: the same hour of the week; the same hour of the day on weekdays or on
 * weekends; the same hour of any day. `null` when everything falls into one bucket: then there is no season to see.
 */
export function seasonOf(times: readonly number[]): Season | null {
  const hours = times.map(hourOfWeek);
  const members = new Map<string, number[]>();
  const bucketOfHour = Array.from({ length: hoursOfWeek }, (_, hour) => {
    for (const [level, likeness] of levels.entries()) {
      const alike = [...hours.keys()].filter((window) => likeness(hours[window]!) === likeness(hour));
      if (new Set(alike.map((window) => Math.floor(times[window]! / hourMs))).size < fewestWindows) continue;
      const key = `${level} ${likeness(hour)}`;
      members.set(key, alike);
      return [...members.keys()].indexOf(key);
    }
    return null;
  });
  const met = new Set(hours.map((hour) => bucketOfHour[hour]).filter((bucket) => bucket !== null));
  return met.size < 2 ? null : { bucketOfHour, members: [...members.values()] };
}

/**
 * Do the means of a score's windows follow their buckets? One-way analysis of variance at `level`; windows without a
 * bucket have no say. (A signal wrongly taken for seasonal loses some power, no guarantee: its null knows fewer rows.)
 *
 * Source: Fisher 1925.
 */
export function isSeasonal(
  windows: readonly ScoreMoments[],
  buckets: readonly (number | null)[],
  level: number,
): boolean {
  const { within, between, degreesWithin, degreesBetween } = varianceParts(windows, buckets);
  if (degreesBetween < 1 || degreesWithin < fewestWindows || !(between > 0)) return false;
  if (!(within > 0)) return true;
  const ratio = between / degreesBetween / (within / degreesWithin);
  const share = degreesWithin / (degreesWithin + degreesBetween * ratio);
  return incompleteBeta(degreesWithin / 2, degreesBetween / 2, share) < level;
}

/** Windows with their bucket's mean taken out, and the degrees of freedom that are left of them. */
export function withoutSeason(
  windows: readonly ScoreMoments[],
  buckets: readonly (number | null)[],
): { readonly windows: readonly ScoreMoments[]; readonly degrees: number } {
  const { means, mean, degreesWithin } = varianceParts(windows, buckets);
  const centred = windows.flatMap((window, index) => {
    const bucket = buckets[index];
    return bucket === null || bucket === undefined || window.n === 0
      ? []
      : [{ ...window, mean: window.mean - means.get(bucket)! + mean }];
  });
  return { windows: centred, degrees: degreesWithin };
}

const hourMs = 3_600_000;

/** From the narrowest to the widest idea of "an hour like this". */
const levels: readonly ((hour: number) => number)[] = [
  (hour) => hour,
  (hour) => (hour >= 5 * 24 ? 24 : 0) + (hour % 24),
  (hour) => hour % 24,
];

function varianceParts(windows: readonly ScoreMoments[], buckets: readonly (number | null)[]) {
  const sums = new Map<number, { n: number; sum: number }>();
  const used = windows.flatMap((window, index) => {
    const bucket = buckets[index];
    if (bucket === null || bucket === undefined || window.n === 0) return [];
    const own = sums.get(bucket) ?? { n: 0, sum: 0 };
    sums.set(bucket, { n: own.n + window.n, sum: own.sum + window.n * window.mean });
    return [{ window, bucket }];
  });
  const n = used.reduce((total, { window }) => total + window.n, 0);
  const mean = n === 0 ? 0 : used.reduce((total, { window }) => total + window.n * window.mean, 0) / n;
  const means = new Map([...sums].map(([bucket, own]) => [bucket, own.sum / own.n]));
  let within = 0;
  let between = 0;
  for (const { window, bucket } of used) {
    within += window.n * (window.mean - means.get(bucket)!) ** 2;
    between += window.n * (means.get(bucket)! - mean) ** 2;
  }
  const degreesBetween = means.size - 1;
  return { means, mean, within, between, degreesBetween, degreesWithin: used.length - means.size };
}

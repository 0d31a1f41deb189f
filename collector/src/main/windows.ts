import type { InferenceBatch } from '@plumbline/sdk/event';
import { allRows } from '../profile/index.ts';

/** Event-time windows: aligned to multiples of their length since 1970, `from` inclusive, `from + windowMs` exclusive. */

export function windowStart(time: number, windowMs: number): number {
  return Math.floor(time / windowMs) * windowMs;
}

/** Rows of one version in one window. */
export interface WindowRows {
  readonly version: string;
  readonly from: number;
  readonly rows: Int32Array;
}

/** Parts the rows of a batch by version and window. Mostly there is one part: it costs one pass over the times. */
export function partByWindow(batch: InferenceBatch, windowMs: number): WindowRows[] {
  const { count, times, versions } = batch;
  if (count === 0) return [];
  if (isOneWindow(batch, windowMs)) {
    return [{ version: versionAt(batch, 0), from: windowStart(times[0]!, windowMs), rows: allRows(batch) }];
  }
  const parts = new Map<string, { version: string; from: number; rows: number[] }>();
  for (let row = 0; row < count; row++) {
    const from = windowStart(times[row]!, windowMs);
    const key = `${versions.codes[row]} ${from}`;
    const part = parts.get(key);
    if (part === undefined) parts.set(key, { version: versionAt(batch, row), from, rows: [row] });
    else part.rows.push(row);
  }
  return [...parts.values()].map(({ version, from, rows }) => ({ version, from, rows: Int32Array.from(rows) }));
}

function isOneWindow({ times, versions: { codes, dictionary } }: InferenceBatch, windowMs: number): boolean {
  const from = windowStart(times[0]!, windowMs);
  const to = from + windowMs;
  for (let row = 0; row < times.length; row++) if (!(times[row]! >= from && times[row]! < to)) return false;
  return dictionary.length === 1 || codes.every((code) => code === codes[0]);
}

export function versionAt({ versions }: InferenceBatch, row: number): string {
  return versions.dictionary[versions.codes[row]! - 1] ?? '';
}

/** First and last event time of a batch. By index: an iterator would make an object of every time. */
export function timeRange({ times }: Pick<InferenceBatch, 'times'>): { first: number; last: number } {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < times.length; row++) {
    const time = times[row]!;
    if (time < first) first = time;
    if (time > last) last = time;
  }
  return { first, last };
}

/**
 * Start of the earliest window that may still get rows: everything before it is closed. Rows come in any order, but
 * not later than `latenessMs` after the newest.
 */
export function closedBefore(latestEventAt: number, latenessMs: number, windowMs: number): number {
  return latestEventAt === Number.POSITIVE_INFINITY ? latestEventAt : windowStart(latestEventAt - latenessMs, windowMs);
}

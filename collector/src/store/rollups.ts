import { encodeProfile, type Profile } from '../profile/index.ts';
import {
  decodeWindow,
  earliestTime,
  profiles,
  putShape,
  readProfiles,
  timeKey,
  type VersionKey,
  versionKey,
  type WindowHeader,
  type WindowProfile,
  windowKeys,
} from './history.ts';
import { packed } from './packed.ts';
import { jsonCollection, type ReadTransaction, type Transaction } from './port.ts';

/**
 * Windows of a version added up to hours and days of event time (UTC): profiles are a monoid, so a sum is exact. A sum
 * whose windows have changed since is due to be made again, and readers take its parts until then.
 */
export type RollUpLevel = 'hour' | 'day';
export type Level = 'window' | RollUpLevel;

export const levelMs: Readonly<Record<RollUpLevel, number>> = { hour: 3_600_000, day: 86_400_000 };

/** Levels that windows of a length are added up to, finest first: those that hold several of them and no part of one. */
export function rollUpLevels(windowMs: number): RollUpLevel[] {
  return (['hour', 'day'] as const).filter((level) => levelMs[level] > windowMs && levelMs[level] % windowMs === 0);
}

/** From when on each level is kept, finest level first; before that only the ones after it are. */
export type KeptFrom = readonly { readonly level: Level; readonly from: number }[];

/** `undefined` for a version of which nothing was ever added up. */
export async function readKeptFrom(transaction: ReadTransaction, key: VersionKey): Promise<KeptFrom | undefined> {
  return (await transaction.get(keptFrom, versionKey(key)))?.value;
}

/** Everything is kept that ever was. */
export function allKept(windowMs: number): KeptFrom {
  return (['window', ...rollUpLevels(windowMs)] as const).map((level) => ({ level, from: earliestTime }));
}

export async function putKeptFrom(transaction: Transaction, key: VersionKey, kept: KeptFrom): Promise<void> {
  await transaction.put(keptFrom, versionKey(key), kept);
}

/** The finest level that is kept of a time; the finest of all for times of which nothing is. */
export function levelAt(kept: KeptFrom, time: number): Level {
  return kept.find(({ from }) => time >= from)?.level ?? 'window';
}

/** A sum by its start. With several references in its time there are several; `undefined` asks for any of them. */
export async function readRollUp(
  transaction: ReadTransaction,
  level: RollUpLevel,
  key: VersionKey,
  from: number,
  reference?: string | null,
): Promise<WindowProfile | undefined> {
  const found = await readRollUps(transaction, level, key, from, from + 1);
  return reference === undefined ? found.at(-1) : found.find((sum) => sum.reference === reference);
}

export async function putRollUp(
  transaction: Transaction,
  level: RollUpLevel,
  key: VersionKey,
  sum: { readonly from: number; readonly reference: string | null; readonly profile: Profile },
): Promise<void> {
  const { from, reference, profile } = sum;
  await putShape(transaction, profile.shape);
  const header = { from, to: from + levelMs[level], reference, closed: true };
  const name = `${sumPrefix(level, key)}${timeKey(from)}/${encodeURIComponent(reference ?? '')}`;
  await transaction.put(rollUps, name, { header, bytes: encodeProfile(profile) });
}

/** A window or sum has changed: the sum of `level` that holds it is to be made (again). */
export async function putDue(
  transaction: Transaction,
  level: RollUpLevel,
  key: VersionKey,
  time: number,
): Promise<void> {
  const from = Math.floor(time / levelMs[level]) * levelMs[level];
  await transaction.put(due, `${level}/${versionKey(key)}/${timeKey(from)}`, { key, from });
}

export interface DueRollUp {
  /** Where to go on after this one. */
  readonly name: string;
  readonly key: VersionKey;
  readonly from: number;
}

export async function readDue(
  transaction: ReadTransaction,
  level: RollUpLevel,
  after: string,
  limit: number,
): Promise<DueRollUp[]> {
  const stored = await transaction.range(due, { prefix: `${level}/`, after: after === '' ? undefined : after, limit });
  return stored.map(({ key: name, value }) => ({ name, ...value }));
}

/** Makes a sum of what its parts hold now; it is not due afterwards. */
export async function makeRollUp(
  transaction: Transaction,
  level: RollUpLevel,
  { key, from, name }: DueRollUp,
  parts: readonly WindowProfile[],
  add: (profiles: readonly Profile[]) => Profile,
): Promise<void> {
  const byReference = Map.groupBy(parts, ({ reference }) => reference);
  await transaction.deleteRange(rollUps, { prefix: `${sumPrefix(level, key)}${timeKey(from)}/` });
  for (const [reference, own] of byReference) {
    await putRollUp(transaction, level, key, { from, reference, profile: add(own.map(({ profile }) => profile)) });
  }
  await transaction.delete(due, name);
}

/** Removes what a level holds before a time, at most so many; returns how many. */
export async function deleteBefore(
  transaction: Transaction,
  level: Level,
  key: VersionKey,
  before: number,
  limit: number,
): Promise<number> {
  if (before <= earliestTime) return 0;
  if (level === 'window') return transaction.deleteRange(profiles, windowKeys({ ...key, to: before, limit }));
  const prefix = sumPrefix(level, key);
  return transaction.deleteRange(rollUps, { prefix, before: prefix + timeKey(before), limit });
}

/** Removes all sums of a version or segment, at most so many of each level; returns how many. */
export async function forgetRollUps(transaction: Transaction, key: VersionKey, limit: number): Promise<number> {
  let removed = 0;
  for (const level of Object.keys(levelMs) as RollUpLevel[]) {
    const prefix = sumPrefix(level, key);
    removed += await transaction.deleteRange(rollUps, { prefix, limit });
    removed += await transaction.deleteRange(due, { prefix, limit });
  }
  await transaction.delete(keptFrom, versionKey(key));
  return removed;
}

export async function isAnyDue(
  transaction: ReadTransaction,
  level: RollUpLevel,
  key: VersionKey,
  from: number,
  before: number,
): Promise<boolean> {
  const prefix = `${level}/${versionKey(key)}/`;
  const range = { prefix, from: prefix + timeKey(from), before: prefix + timeKey(before), limit: 1 };
  return (await transaction.range(due, range)).length > 0;
}

/** Starts of windows of a version after a time, at most so many: for sums of what was stored before there were sums. */
export async function windowStarts(
  transaction: ReadTransaction,
  key: VersionKey,
  after: number,
  limit: number,
): Promise<number[]> {
  const stored = await transaction.range(profiles, windowKeys({ ...key, from: after + 1, limit }));
  return stored.map(({ value }) => value.header.from);
}

export interface ReadWindowsQuery extends VersionKey {
  /** Event time, milliseconds since 1970-01-01 UTC; `to` exclusive. */
  readonly from: number;
  readonly to: number;
  /** Length of the model's windows. */
  readonly windowMs: number;
  /** Longest sum that may stand for windows; 0 for windows as they are, as far back as they are kept. */
  readonly resolutionMs: number;
}

/**
 * Profiles that together hold every row of windows that start in `[from, to)`, each row once, oldest first: the coarsest
 * that fit the resolution and lie within the range, finer ones at its ends and where a sum is not made yet. Where nothing
 * as fine is kept any more, the finest there is, which may reach over the ends of the range.
 */
export async function readWindows(transaction: ReadTransaction, query: ReadWindowsQuery): Promise<WindowProfile[]> {
  const { windowMs, resolutionMs } = query;
  const { model, environment, version, segment } = query;
  const key: VersionKey = { model, environment, version, segment };
  const kept = (await readKeptFrom(transaction, key)) ?? allKept(windowMs);
  const found: WindowProfile[] = [];
  let missing: Interval[] = [{ from: query.from, to: query.to }];
  for (const level of rollUpLevels(windowMs).reverse()) {
    const finer = kept[kept.findIndex((one) => one.level === level) - 1];
    const next: Interval[] = [];
    for (const interval of missing) {
      // Before this time nothing finer is kept: sums may reach over the ends.
      const onlyHere = Math.min(interval.to, finer?.from ?? earliestTime);
      const length = levelMs[level];
      const isWanted = length <= resolutionMs;
      const start = interval.from < onlyHere ? floorTo(interval.from, length) : ceilTo(interval.from, length);
      const end = isWanted ? Math.max(onlyHere, floorTo(interval.to, length)) : onlyHere;
      const sums = start < end ? await readRollUps(transaction, level, key, start, end) : [];
      const stale = isWanted ? await dueStarts(transaction, level, key, start, end) : noStarts;
      const usable = sums.filter(({ from }) => from < onlyHere || !stale.has(from));
      found.push(...usable);
      let at = Math.max(interval.from, onlyHere);
      for (const { from, to } of usable) {
        if (from > at) next.push({ from: at, to: from });
        at = Math.max(at, to);
      }
      if (at < interval.to) next.push({ from: at, to: interval.to });
    }
    missing = next;
  }
  for (const interval of missing) found.push(...(await readProfiles(transaction, { ...key, ...interval })));
  return found.sort((a, b) => a.from - b.from);
}

interface Interval {
  readonly from: number;
  readonly to: number;
}

const rollUps = packed<WindowHeader>('rollups');
const due = jsonCollection<{ readonly key: VersionKey; readonly from: number }>('rollups_due');
const keptFrom = jsonCollection<KeptFrom>('rollups_kept_from');
const noStarts: ReadonlySet<number> = new Set();

/** Sums that start in `[from, to)`, oldest first. */
export async function readRollUps(
  transaction: ReadTransaction,
  level: RollUpLevel,
  key: VersionKey,
  from: number,
  to: number,
): Promise<WindowProfile[]> {
  const prefix = sumPrefix(level, key);
  const range = { prefix, from: prefix + timeKey(from), before: prefix + timeKey(to) };
  const sums: WindowProfile[] = [];
  for (const { value, revision } of await transaction.range(rollUps, range)) {
    sums.push(await decodeWindow(transaction, key.version, value, revision));
  }
  return sums;
}

async function dueStarts(
  transaction: ReadTransaction,
  level: RollUpLevel,
  key: VersionKey,
  from: number,
  to: number,
): Promise<ReadonlySet<number>> {
  const prefix = `${level}/${versionKey(key)}/`;
  const range = { prefix, from: prefix + timeKey(from), before: prefix + timeKey(Math.max(from, to)) };
  return new Set((await transaction.range(due, range)).map(({ value }) => value.from));
}

function sumPrefix(level: RollUpLevel, key: VersionKey): string {
  return `${level}/${versionKey(key)}/`;
}

function floorTo(time: number, length: number): number {
  return Math.floor(time / length) * length;
}

function ceilTo(time: number, length: number): number {
  return Math.ceil(time / length) * length;
}

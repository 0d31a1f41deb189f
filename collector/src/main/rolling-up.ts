import type { ModelSettings } from '../config/settings.ts';
import { copyProfile, mergeInto, type Profile } from '../profile/index.ts';
import { deleteFindings, earliestTime, forgetWindows, readProfiles, versionKey } from '../store/history.ts';
import type { Transaction } from '../store/port.ts';
import {
  allKept,
  type DueRollUp,
  deleteBefore,
  forgetRollUps,
  isAnyDue,
  type KeptFrom,
  type Level,
  levelMs,
  makeRollUp,
  putDue,
  putKeptFrom,
  type RollUpLevel,
  readDue,
  readKeptFrom,
  readRollUps,
  rollUpLevels,
  windowStarts,
} from '../store/rollups.ts';
import { latestEventAt } from './commit-context.ts';
import type { LiveWindows } from './live-windows.ts';
import { type UndeclaredSegment, VersionTraffic } from './version-traffic.ts';

/**
 * Adds windows up to hours and days, and removes what is older than its retention: a little with every commit, in its
 * transaction, so that nobody ever waits for it and a crash leaves nothing half done.
 */
export class RollingUp {
  /** Where each level goes on looking for what is due. */
  readonly #after: Record<RollUpLevel, string> = { hour: '', day: '' };
  #turn = 0;
  /** By version: the last of its windows whose sums were made due. */
  readonly #begun = new Map<string, number>();
  /** Segments that are declared no longer, as found at the start: settings are those of the start. */
  #undeclared: readonly UndeclaredSegment[] | null = null;

  async step(
    transaction: Transaction,
    traffics: ReadonlyMap<string, VersionTraffic>,
    windows: LiveWindows,
  ): Promise<void> {
    for (const level of ['hour', 'day'] as const) await this.#addUp(transaction, level, traffics);
    const all = [...traffics.values()];
    if (all.length === 0) return;
    await this.#forgetUndeclared(transaction, traffics);
    const traffic = all[this.#turn++ % all.length]!;
    const { key, settings, state } = traffic;
    // Before there is a reference its rows are counted again: their windows have to be there.
    if (state.learning !== null) return;
    const kept = await readKeptFrom(transaction, key);
    if (kept === undefined) await this.#begin(transaction, traffic);
    else await removeOld(transaction, traffic, kept, latestOf(all, settings), windows);
  }

  /** Makes sums due of windows that were stored before there were sums, some with each call, and then says so. */
  async #begin(transaction: Transaction, { key, settings }: VersionTraffic): Promise<void> {
    const name = versionKey(key);
    const starts = await windowStarts(transaction, key, this.#begun.get(name) ?? earliestTime, windowsAtOnce);
    for (const from of starts) {
      for (const level of rollUpLevels(settings.window)) await putDue(transaction, level, key, from);
    }
    if (starts.length === windowsAtOnce) {
      this.#begun.set(name, starts.at(-1)!);
      return;
    }
    this.#begun.delete(name);
    await putKeptFrom(transaction, key, allKept(settings.window));
  }

  /** Of what is declared no longer nothing is counted and nothing shown: it goes as a whole, when the last of it is too old. */
  async #forgetUndeclared(transaction: Transaction, traffics: ReadonlyMap<string, VersionTraffic>): Promise<void> {
    this.#undeclared ??= await VersionTraffic.readUndeclared(transaction, traffics);
    const old = this.#undeclared.find(
      ({ settings, lastEventAt }) => lastEventAt < latestOf([...traffics.values()], settings) - settings.retention.days,
    );
    if (old === undefined) return;
    const removed =
      (await forgetWindows(transaction, old.key, removedAtOnce)) +
      (await forgetRollUps(transaction, old.key, removedAtOnce));
    if (removed > 0) return;
    await VersionTraffic.forget(transaction, old.key);
    this.#undeclared = this.#undeclared.filter((segment) => segment !== old);
  }

  async #addUp(
    transaction: Transaction,
    level: RollUpLevel,
    traffics: ReadonlyMap<string, VersionTraffic>,
  ): Promise<void> {
    const found = await readDue(transaction, level, this.#after[level], sumsAtOnce);
    this.#after[level] = found.length < sumsAtOnce ? '' : found.at(-1)!.name;
    for (const one of found) {
      const traffic = traffics.get(versionKey(one.key));
      if (traffic === undefined || traffic.state.learning !== null) continue;
      // A sum is made when the last of its windows has closed, and again when one changes after that.
      if (one.from + levelMs[level] > traffic.state.closedBefore) continue;
      await addUp(transaction, level, one, traffic.settings.window);
    }
  }
}

async function addUp(transaction: Transaction, level: RollUpLevel, one: DueRollUp, windowMs: number): Promise<void> {
  const levels = rollUpLevels(windowMs);
  const finer = levels[levels.indexOf(level) - 1];
  const to = one.from + levelMs[level];
  if (finer === undefined) {
    const parts = await readProfiles(transaction, { ...one.key, from: one.from, to });
    await makeRollUp(transaction, level, one, parts, sumOf);
  } else if (!(await isAnyDue(transaction, finer, one.key, one.from, to))) {
    const parts = await readRollUps(transaction, finer, one.key, one.from, to);
    await makeRollUp(transaction, level, one, parts, sumOf);
  }
}

function latestOf(traffics: readonly VersionTraffic[], settings: ModelSettings): number {
  return latestEventAt(traffics.filter((traffic) => traffic.settings === settings));
}

function sumOf([first, ...others]: readonly Profile[]): Profile {
  // There is one at least: groups are made of their members.
  const sum = copyProfile(first!);
  for (const other of others) mergeInto(sum, other);
  return sum;
}

async function removeOld(
  transaction: Transaction,
  { key, settings, state }: VersionTraffic,
  known: KeptFrom,
  latest: number,
  windows: LiveWindows,
): Promise<void> {
  const kept = [...known];
  for (const [index, { level, from }] of known.entries()) {
    // Levels are in the order of `rollUpLevels`: what follows a level is no window.
    const coarser = known[index + 1]?.level as RollUpLevel | undefined;
    // What has nothing coarser is kept as long as days are.
    const retentionMs = coarser === undefined ? settings.retention.days : retentionOf(settings, level);
    const step = coarser === undefined ? settings.window : levelMs[coarser];
    const before = Math.floor((latest - retentionMs) / step) * step;
    // Windows that have not been added up stay until they are.
    const isAddedUp =
      before > from && (coarser === undefined || !(await isAnyDue(transaction, coarser, key, earliestTime, before)));
    if (isAddedUp) {
      kept[index] = { level, from: before };
      await putKeptFrom(transaction, key, kept);
      windows.forget(key, before);
    }
    await deleteBefore(transaction, level, key, kept[index]!.from, removedAtOnce);
  }
  const findingsFrom = latest - settings.retention.hours;
  if (findingsFrom > state.firstEventAt) await deleteFindings(transaction, key, findingsFrom, removedAtOnce);
}

function retentionOf({ window, retention }: ModelSettings, level: Level): number {
  const lengthMs = level === 'window' ? window : levelMs[level];
  return lengthMs < levelMs.hour ? retention.minutes : lengthMs < levelMs.day ? retention.hours : retention.days;
}

const sumsAtOnce = 8;
const removedAtOnce = 500;
const windowsAtOnce = 200;

import { createProfile, mergeInto, type Profile, type ProfileShape } from '../profile/index.ts';
import { putProfile, readProfile, type VersionKey, versionKey } from '../store/history.ts';
import type { ReadTransaction, Transaction } from '../store/port.ts';
import {
  type KeptFrom,
  type Level,
  levelAt,
  levelMs,
  putDue,
  putRollUp,
  readKeptFrom,
  readRollUp,
  rollUpLevels,
} from '../store/rollups.ts';

/** The profile of one window, in memory, as it will be stored. */
export interface LiveWindow {
  readonly key: VersionKey;
  /** Windows that are too old to be kept by themselves live on in the sum of their hour or day. */
  readonly level: Level;
  readonly from: number;
  readonly to: number;
  reference: string | null;
  closed: boolean;
  profile: Profile;
}

/** Windows that change: read from the store once, changed in memory, written back at the end of a transaction. */
export class LiveWindows {
  /** Least recently used first. */
  readonly #windows = new Map<string, LiveWindow>();
  readonly #changed = new Set<LiveWindow>();
  /** By `versionKey`. */
  readonly #keptFrom = new Map<string, KeptFrom>();

  /** The window as it is, or the sum it has become a part of; `undefined` when nothing of it is known. */
  async find(transaction: ReadTransaction, key: VersionKey, start: number): Promise<LiveWindow | undefined> {
    const level = levelAt(await this.#keptFromOf(transaction, key), start);
    const from = level === 'window' ? start : Math.floor(start / levelMs[level]) * levelMs[level];
    const name = nameOf(key, level, from);
    const known = this.#windows.get(name);
    if (known !== undefined) {
      this.#windows.delete(name);
      this.#windows.set(name, known);
      return known;
    }
    const stored =
      level === 'window' ? await readProfile(transaction, key, from) : await readRollUp(transaction, level, key, from);
    if (stored === undefined) return undefined;
    const { to, reference, closed, profile } = stored;
    return this.#add({ key, level, from, to, reference, closed, profile });
  }

  /** Adds counts to a window, which is made when there is none. */
  async merge(
    transaction: ReadTransaction,
    window: { readonly key: VersionKey; readonly from: number; readonly to: number; readonly reference: string | null },
    counts: Profile,
  ): Promise<LiveWindow> {
    const found = await this.find(transaction, window.key, window.from);
    const live = found ?? (await this.#start(transaction, window, createProfile(counts.shape)));
    mergeInto(live.profile, counts);
    this.change(live);
    return live;
  }

  /** Empties a window for counts of another shape. */
  restart(window: LiveWindow, reference: string | null, shape: ProfileShape): void {
    window.reference = reference;
    window.profile = createProfile(shape);
    this.change(window);
  }

  change(window: LiveWindow): void {
    this.#changed.add(window);
  }

  async write(transaction: Transaction): Promise<void> {
    for (const window of this.#changed) {
      const { key, level, from, to, closed } = window;
      if (level === 'window') await putProfile(transaction, key, window);
      else await putRollUp(transaction, level, key, window);
      if (closed) for (const sum of rollUpLevels(to - from)) await putDue(transaction, sum, key, from);
    }
    this.#changed.clear();
  }

  /** Forgets windows that were not used lately. */
  trim(): void {
    for (const [name] of this.#windows) {
      if (this.#windows.size <= keptWindows) return;
      this.#windows.delete(name);
    }
  }

  /** Windows of a version before a time are no more, or not as fine as they were. */
  forget(key: VersionKey, before: number): void {
    const name = versionKey(key);
    this.#keptFrom.delete(name);
    for (const [known, window] of this.#windows) {
      if (window.from < before && versionKey(window.key) === name) this.#windows.delete(known);
    }
  }

  async #start(
    transaction: ReadTransaction,
    { key, from, to, reference }: Pick<LiveWindow, 'key' | 'from' | 'to' | 'reference'>,
    profile: Profile,
  ): Promise<LiveWindow> {
    const level = levelAt(await this.#keptFromOf(transaction, key), from);
    if (level === 'window') return this.#add({ key, level, from, to, reference, closed: false, profile });
    const start = Math.floor(from / levelMs[level]) * levelMs[level];
    return this.#add({ key, level, from: start, to: start + levelMs[level], reference, closed: true, profile });
  }

  async #keptFromOf(transaction: ReadTransaction, key: VersionKey): Promise<KeptFrom> {
    const name = versionKey(key);
    let kept = this.#keptFrom.get(name);
    if (kept === undefined) {
      kept = (await readKeptFrom(transaction, key)) ?? [];
      this.#keptFrom.set(name, kept);
    }
    return kept;
  }

  #add(window: LiveWindow): LiveWindow {
    this.#windows.set(nameOf(window.key, window.level, window.from), window);
    return window;
  }
}

/** About 30 kB each. */
const keptWindows = 256;

function nameOf(key: VersionKey, level: Level, from: number): string {
  return `${versionKey(key)} ${level} ${from}`;
}

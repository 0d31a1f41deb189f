import { createProfile, mergeInto, type Profile, type ProfileShape } from '../profile/index.ts';
import { putProfile, readProfile, type VersionKey, versionKey } from '../store/history.ts';
import type { ReadTransaction, Transaction } from '../store/port.ts';

/** The profile of one window, in memory, as it will be stored. */
export interface LiveWindow {
  readonly key: VersionKey;
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

  /** The window as it is; `undefined` when nothing of it is known. */
  async find(transaction: ReadTransaction, key: VersionKey, from: number): Promise<LiveWindow | undefined> {
    const name = nameOf(key, from);
    const known = this.#windows.get(name);
    if (known !== undefined) {
      this.#windows.delete(name);
      this.#windows.set(name, known);
      return known;
    }
    const stored = await readProfile(transaction, key, from);
    if (stored === undefined) return undefined;
    const { to, reference, closed, profile } = stored;
    return this.#add({ key, from, to, reference, closed, profile });
  }

  /** Adds counts to a window, which is made when there is none. */
  async merge(
    transaction: ReadTransaction,
    window: { readonly key: VersionKey; readonly from: number; readonly to: number; readonly reference: string | null },
    counts: Profile,
  ): Promise<LiveWindow> {
    const found = await this.find(transaction, window.key, window.from);
    const live = found ?? this.#add({ ...window, closed: false, profile: createProfile(counts.shape) });
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
    for (const window of this.#changed) await putProfile(transaction, window.key, window);
    this.#changed.clear();
  }

  /** Forgets windows that were not used lately. */
  trim(): void {
    for (const [name] of this.#windows) {
      if (this.#windows.size <= keptWindows) return;
      this.#windows.delete(name);
    }
  }

  #add(window: LiveWindow): LiveWindow {
    this.#windows.set(nameOf(window.key, window.from), window);
    return window;
  }
}

/** About 30 kB each. */
const keptWindows = 256;

function nameOf(key: VersionKey, from: number): string {
  return `${versionKey(key)} ${from}`;
}

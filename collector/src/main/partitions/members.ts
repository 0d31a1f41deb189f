import { jsonCollection, type ReadTransaction, type Store } from '../../store/port.ts';

/** What a collector says of itself while it lives. */
interface Member {
  /** Wall-clock time of its start there, milliseconds since 1970-01-01 UTC: for people. */
  readonly startedAt: number;
  readonly beat: number;
}

const members = jsonCollection<Member>('collectors');

export interface MembershipOptions {
  readonly store: Store;
  /** This collector. */
  readonly id: string;
  readonly startedAt: number;
  /** Milliseconds that only grow: how long another has been silent is measured by nobody's calendar. */
  readonly monotonic: () => number;
}

/** How often a collector says that it lives. */
export const beatMs = 400;
/** How often it looks who else does. */
export const lookMs = 250;
/**
 * One that has not been heard of for this long is taken for dead: by everybody within this and two looks. One that stands
 * still for up to `silenceMs - beatMs`, as for a collection of garbage, is left alone.
 */
export const silenceMs = 2_000;
/** A look that comes later than this is no witness of the time before it: whoever looks was away himself, or the store. */
const longestLookMs = 2 * lookMs;
const forgottenAfterMs = 60_000;

/**
 * Who lives. Each collector changes its own record all the time; one whose record stays as it is for long enough, by the
 * watch of whoever looks, is taken for dead. That only decides when to take over. Who may write is decided by the epoch
 * of each partition, so being wrong here costs a moment of reading and never a count.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #heard = new Map<string, { readonly revision: number; silentMs: number }>();
  #beat = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  /** Says that this collector lives. */
  async say(): Promise<void> {
    const { store, id, startedAt } = this.#options;
    this.#beat++;
    await store.transaction((transaction) => transaction.put(members, id, { startedAt, beat: this.#beat }), {
      scope: `member ${id}`,
    });
  }

  /** Ids of those who live, this one included. */
  async look(transaction: ReadTransaction): Promise<string[]> {
    const { id, monotonic } = this.#options;
    const found = await transaction.range(members, {});
    const now = monotonic();
    const watchedMs = Math.min(now - this.#lookedAt, longestLookMs);
    this.#lookedAt = now;
    const living = new Set([id]);
    for (const { key, revision } of found) {
      const heard = this.#heard.get(key);
      if (heard?.revision === revision) heard.silentMs += watchedMs;
      else this.#heard.set(key, { revision, silentMs: 0 });
      if ((this.#heard.get(key)?.silentMs ?? 0) < silenceMs) living.add(key);
    }
    return [...living].sort();
  }

  /** Forgets collectors that have been silent for so long that they will not come back under their id. */
  async forgetDead(): Promise<void> {
    const { store, id } = this.#options;
    for (const [key, { silentMs }] of this.#heard) {
      if (silentMs <= forgottenAfterMs) continue;
      this.#heard.delete(key);
      if (key !== id)
        await store.transaction((transaction) => transaction.delete(members, key), { scope: `member ${key}` });
    }
  }

  /** Says that this collector is gone: nobody has to wait. */
  async leave(): Promise<void> {
    const { store, id } = this.#options;
    await store.transaction((transaction) => transaction.delete(members, id), { scope: `member ${id}` });
  }
}

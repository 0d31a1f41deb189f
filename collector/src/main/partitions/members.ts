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
  /** A collector that has not been heard of for this long is taken for dead. Default 2 s. */
  readonly silenceMs?: number;
}

/**
 * Who lives. Each collector changes its own record all the time; one whose record stays as it is for long enough, by the
 * watch of whoever looks, is taken for dead. That only decides when to take over. Who may write is decided by the epoch
 * of each partition, so being wrong here costs a moment of reading and never a count.
 */
export class Membership {
  readonly #options: Required<MembershipOptions>;
  readonly #heard = new Map<string, { revision: number; at: number }>();
  #beat = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(options: MembershipOptions) {
    this.#options = { silenceMs: 2_000, ...options };
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
    const { id, monotonic, silenceMs } = this.#options;
    const found = await transaction.range(members, {});
    const now = monotonic();
    // After a pause of our own nobody can be said to have been silent.
    const overslept = now - this.#lookedAt > silenceMs / 2;
    this.#lookedAt = now;
    const living = new Set([id]);
    for (const { key, revision } of found) {
      const heard = this.#heard.get(key);
      if (heard === undefined || heard.revision !== revision || overslept) this.#heard.set(key, { revision, at: now });
      else if (now - heard.at >= silenceMs) continue;
      living.add(key);
    }
    return [...living].sort();
  }

  /** Forgets collectors that have been silent for so long that they will not come back under their id. */
  async forgetDead(): Promise<void> {
    const { store, monotonic, silenceMs, id } = this.#options;
    const dead = [...this.#heard].filter(([, { at }]) => monotonic() - at > silenceMs * 30).map(([key]) => key);
    for (const key of dead) {
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

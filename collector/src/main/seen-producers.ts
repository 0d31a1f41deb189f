import { type Collection, compositeKey, type ReadTransaction, type Transaction } from '../store/port.ts';
import { SeenBatches } from './seen-batches.ts';

/** Which batches of each producer have been counted, partition by partition. */
export class SeenProducers {
  readonly #producers = new Map<string, SeenBatches>();
  #touched = new Set<string>();

  /** Those of one partition; default: of all. */
  async load(transaction: ReadTransaction, partition?: number): Promise<void> {
    const prefix = partition === undefined ? undefined : `${compositeKey(partition)}/`;
    for (const { key, value } of await transaction.range(producers, { prefix })) this.#producers.set(key, value);
  }

  /**
   * Marks a batch as counted; false when it was before. A dead letter may be `replayed` long after its producer has gone on,
   * when its number says nothing any more: then it is told from others by itself.
   */
  isNew(partition: number, producer: string, batch: number, storedAt: number, replayed = false): boolean {
    const key = compositeKey(partition, producer);
    let seen = this.#producers.get(key);
    if (seen === undefined) {
      seen = new SeenBatches();
      this.#producers.set(key, seen);
    }
    if (replayed && seen.isTooOld(batch)) return this.isNew(partition, `${producer}:${batch} replayed`, 1, storedAt);
    this.#touched.add(key);
    seen.seenAt = Math.max(seen.seenAt, storedAt);
    return seen.add(batch);
  }

  /** Copies of what has changed since they were last taken: what is marked meanwhile waits for the next commit. */
  take(): TakenProducers {
    const taken = [...this.#touched].flatMap((key) => {
      const seen = this.#producers.get(key);
      return seen === undefined ? [] : [{ key, value: SeenBatches.decode(seen.encode()) }];
    });
    this.#touched = new Set();
    return taken;
  }

  async write(transaction: Transaction, taken: TakenProducers): Promise<void> {
    await transaction.putMany(producers, taken);
  }

  /** Forgets those that by `now`, in the broker's time, have been silent for longer than any keeps batches to send again. */
  async forget(transaction: Transaction, now: number): Promise<void> {
    for (const [key, seen] of this.#producers) {
      if (seen.seenAt >= now - producerLifeMs || this.#touched.has(key)) continue;
      this.#producers.delete(key);
      await transaction.delete(producers, key);
    }
  }
}

export type TakenProducers = readonly { readonly key: string; readonly value: SeenBatches }[];

const producerLifeMs = 86_400_000;

/** By partition and producer: with the partition its producers move to another collector. */
const producers: Collection<SeenBatches> = {
  name: 'stream_producers',
  encode: (seen) => seen.encode(),
  decode: (bytes) => SeenBatches.decode(bytes),
};

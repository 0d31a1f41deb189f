import { setTimeout as delay } from 'node:timers/promises';
import type { ReadTransaction, Store, Transaction } from '../../collector/src/store/port.ts';

/** Collections that say how far the stream was read. */
const checkpoints = new Set(['stream_positions', 'stream_anchors', 'partition_positions', 'partition_anchors']);

/**
 * A store as it must not be: it commits how far the stream was read, and only then what was counted. Between the two a
 * crash loses events. The fault tests run on it to show that they would notice.
 */
export function checkpointFirst(store: Store, betweenMs: number): Store {
  return {
    read: (work) => store.read(work),
    close: () => store.close(),
    async transaction(work, options) {
      const writes: Write[] = [];
      const attempt = store.transaction(async (transaction) => {
        const result = await work(recording(transaction, writes));
        throw new Rehearsed(result);
      }, options);
      const result = await attempt.catch((error: unknown) => {
        if (error instanceof Rehearsed) return error.result;
        throw error;
      });
      const isCheckpoint = ({ collection }: Write) => checkpoints.has(collection);
      const first = writes.filter(isCheckpoint);
      if (first.length > 0) {
        await replay(store, first, options);
        await delay(betweenMs);
      }
      await replay(
        store,
        writes.filter((write) => !isCheckpoint(write)),
        options,
      );
      // What `work` made, handed through the rehearsal.
      return result as Awaited<ReturnType<typeof work>>;
    },
  };
}

class Rehearsed extends Error {
  readonly result: unknown;

  constructor(result: unknown) {
    super('rehearsed');
    this.result = result;
  }
}

interface Write {
  readonly collection: string;
  readonly again: (transaction: Transaction) => Promise<unknown>;
}

function replay(store: Store, writes: readonly Write[], options: Parameters<Store['transaction']>[1]): Promise<void> {
  return store.transaction(async (transaction) => {
    for (const { again } of writes) await again(transaction);
  }, options);
}

/** Does everything, and remembers what was written. */
function recording(transaction: Transaction, writes: Write[]): Transaction {
  const remember = ({ name }: { readonly name: string }, again: Write['again']) =>
    void writes.push({ collection: name, again });
  const reads: ReadTransaction = {
    get: (collection, key) => transaction.get(collection, key),
    getMany: (collection, keys) => transaction.getMany(collection, keys),
    range: (collection, range) => transaction.range(collection, range),
  };
  return {
    ...reads,
    put(collection, key, value, expected) {
      remember(collection, (later) => later.put(collection, key, value, expected));
      return transaction.put(collection, key, value, expected);
    },
    putMany(collection, entries) {
      remember(collection, (later) => later.putMany(collection, entries));
      return transaction.putMany(collection, entries);
    },
    delete(collection, key) {
      remember(collection, (later) => later.delete(collection, key));
      return transaction.delete(collection, key);
    },
    deleteRange(collection, range) {
      remember(collection, (later) => later.deleteRange(collection, range));
      return transaction.deleteRange(collection, range);
    },
  };
}

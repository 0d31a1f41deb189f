import { isPlumblineError } from '../../errors.ts';
import {
  jsonCollection,
  type ReadTransaction,
  type Store,
  sortableNumber,
  type Transaction,
} from '../../store/port.ts';

/** Who reads a partition, or leads. `owner` is `null` after it was handed back. */
export interface Ownership {
  readonly owner: string | null;
  /** One more with every change of hands. */
  readonly epoch: number;
}

/** How far a partition has been counted. Written by its owner with everything it counted, and by whoever takes it over. */
export interface PartitionPosition {
  /** Epoch of the ownership under which it was written: a collector that has lost the partition cannot write here. */
  readonly epoch: number;
  /** Sequence of the last message of this partition that was counted; 0 before the first. */
  readonly sequence: number;
  /** Everything of this partition up to here on the stream has been read, or is of other partitions. */
  readonly readThroughSequence: number;
  /** Every slice up to this one is complete: nothing more of this partition will count in it. */
  readonly readThrough: number;
}

export const startOfPartition: Omit<PartitionPosition, 'epoch'> = {
  sequence: 0,
  readThroughSequence: 0,
  readThrough: 0,
};

export const partitionPositions = jsonCollection<PartitionPosition>('partition_positions');
const owners = jsonCollection<Ownership>('partition_owners');
const leaders = jsonCollection<Ownership>('leader');

export async function readOwners(transaction: ReadTransaction): Promise<Map<number, Ownership>> {
  const stored = await transaction.range(owners, {});
  return new Map(stored.map(({ key, value }) => [Number(key), value]));
}

export async function readLeader(transaction: ReadTransaction): Promise<Ownership | undefined> {
  return (await transaction.get(leaders, 'leader'))?.value;
}

/**
 * Takes partitions that nobody has, or whose owner is dead: `from` says who had each when that was found. Their positions
 * get the new epochs in the same transaction, so a commit of an old owner comes either before, and is part of what is
 * taken over, or fails. Returns what was taken; nothing when somebody else was faster, or an old owner turned out to be
 * alive: look again.
 */
export async function takePartitions(
  store: Store,
  id: string,
  from: ReadonlyMap<number, Ownership | undefined>,
): Promise<ReadonlyMap<number, Ownership>> {
  const taken = new Map(
    [...from].map(([partition, before]) => [partition, { owner: id, epoch: (before?.epoch ?? 0) + 1 }]),
  );
  const done = await unlessBeaten(() =>
    store.transaction(
      async (transaction) => {
        if (!(await change(transaction, from, taken))) return false;
        const keys = [...taken.keys()].map(sortableNumber);
        const positions = await transaction.getMany(partitionPositions, keys);
        await Promise.all(
          [...taken.values()].map(({ epoch }, index) => {
            const position = positions[index];
            const next = { ...startOfPartition, ...position?.value, epoch };
            // One for each key was asked for.
            return transaction.put(partitionPositions, keys[index]!, next, position?.revision ?? 'absent');
          }),
        );
        return true;
      },
      { scope: `collector ${id}` },
    ),
  );
  return done ? taken : new Map();
}

/** Hands partitions back: whoever shall have them need not wait until this collector is silent. */
export function releasePartitions(store: Store, id: string, owned: ReadonlyMap<number, Ownership>): Promise<boolean> {
  const released = new Map([...owned].map(([partition, { epoch }]) => [partition, { owner: null, epoch }]));
  return unlessBeaten(() =>
    store.transaction((transaction) => change(transaction, owned, released), { scope: `collector ${id}` }),
  );
}

export function takeLead(store: Store, id: string, from: Ownership | undefined): Promise<boolean> {
  return unlessBeaten(() =>
    store.transaction(
      async (transaction) => {
        const stored = await transaction.get(leaders, 'leader');
        if (!isSame(stored?.value, from)) return false;
        const next = { owner: id, epoch: (from?.epoch ?? 0) + 1 };
        await transaction.put(leaders, 'leader', next, stored?.revision ?? 'absent');
        return true;
      },
      { scope: `collector ${id}` },
    ),
  );
}

export function releaseLead(store: Store, id: string): Promise<boolean> {
  return unlessBeaten(() =>
    store.transaction(
      async (transaction) => {
        const stored = await transaction.get(leaders, 'leader');
        if (stored === undefined || stored.value.owner !== id) return false;
        await transaction.put(leaders, 'leader', { ...stored.value, owner: null }, stored.revision);
        return true;
      },
      { scope: `collector ${id}` },
    ),
  );
}

/** All of them or none. Every statement is sent at once: a store at the other end of a wire is waited for twice. */
async function change(
  transaction: Transaction,
  from: ReadonlyMap<number, Ownership | undefined>,
  to: ReadonlyMap<number, Ownership>,
): Promise<boolean> {
  const partitions = [...to.keys()];
  const keys = partitions.map(sortableNumber);
  const stored = await transaction.getMany(owners, keys);
  if (!partitions.every((partition, index) => isSame(stored[index]?.value, from.get(partition)))) return false;
  const changes = [...to.values()].map((next, index) =>
    // One for each key was asked for.
    transaction.put(owners, keys[index]!, next, stored[index]?.revision ?? 'absent'),
  );
  await Promise.all(changes);
  return true;
}

function isSame(stored: Ownership | undefined, known: Ownership | undefined): boolean {
  return stored?.owner === known?.owner && stored?.epoch === known?.epoch;
}

async function unlessBeaten(work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (isPlumblineError(error, 'REVISION_CONFLICT')) return false;
    throw error;
  }
}

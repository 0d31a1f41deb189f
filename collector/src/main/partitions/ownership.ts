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
 * Takes a partition that nobody has, or whose owner is dead. The position gets the new epoch in the same transaction, so
 * a commit of the old owner comes either before, and is part of what is taken over, or fails. False when somebody else
 * was faster, or the old owner turned out to be alive: look again.
 */
export function takePartition(
  store: Store,
  id: string,
  partition: number,
  from: Ownership | undefined,
): Promise<boolean> {
  const key = sortableNumber(partition);
  const epoch = (from?.epoch ?? 0) + 1;
  return unlessBeaten(() =>
    store.transaction(
      async (transaction) => {
        if (!(await change(transaction, partition, from, { owner: id, epoch }))) return false;
        const position = await transaction.get(partitionPositions, key);
        await transaction.put(
          partitionPositions,
          key,
          { ...startOfPartition, ...position?.value, epoch },
          position?.revision ?? 'absent',
        );
        return true;
      },
      { scope: `collector ${id}` },
    ),
  );
}

/** Hands a partition back: whoever shall have it need not wait until this collector is silent. */
export function releasePartition(store: Store, id: string, partition: number, owned: Ownership): Promise<boolean> {
  return unlessBeaten(() =>
    store.transaction((transaction) => change(transaction, partition, owned, { owner: null, epoch: owned.epoch }), {
      scope: `collector ${id}`,
    }),
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

async function change(
  transaction: Transaction,
  partition: number,
  from: Ownership | undefined,
  to: Ownership,
): Promise<boolean> {
  const key = sortableNumber(partition);
  const stored = await transaction.get(owners, key);
  if (!isSame(stored?.value, from)) return false;
  await transaction.put(owners, key, to, stored?.revision ?? 'absent');
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

import type { Bus, MessageIdentity, StreamState } from '../../bus/index.ts';
import { PlumblineError } from '../../errors.ts';
import { jsonCollection, type ReadTransaction, sortableNumber, type Transaction } from '../../store/port.ts';
import { type AnchorLog, addAnchor, findResumePoint, noAnchors, type ResumePoint } from '../anchors.ts';
import type { StreamPosition } from '../read-progress.ts';
import { SeenProducers, type TakenProducers } from '../seen-producers.ts';
import { type Ownership, type PartitionPosition, partitionPositions, readOwners } from './ownership.ts';
import { openSliceOf, sliceOf } from './slices.ts';

/** One partition of this collector, as far as it was looked at. */
interface Owned {
  readonly partition: number;
  /** As stored; with the revision that proves that nobody else has written it. */
  position: PartitionPosition;
  revision: number;
  anchors: AnchorLog;
  /** Newest message that was looked at. */
  last: MessageIdentity | null;
  moved: boolean;
}

/**
 * How far this collector has read each of its partitions, and which batches of them were counted. Written in the
 * transaction of what the batches changed; a partition that somebody else has taken meanwhile fails that transaction.
 */
export class PartitionProgress {
  readonly #owned: ReadonlyMap<number, Owned>;
  readonly #producers = new SeenProducers();
  #created: string | null = null;
  /** Time of the broker up to which all these partitions have been read. */
  #readUntil = 0;
  #readThroughSequence = 0;

  private constructor(owned: ReadonlyMap<number, Owned>) {
    this.#owned = owned;
  }

  /** Throws `REVISION_CONFLICT` when one of the partitions is somebody else's by now. */
  static async load(
    transaction: ReadTransaction,
    id: string,
    partitions: ReadonlyMap<number, Ownership>,
  ): Promise<PartitionProgress> {
    const keys = [...partitions.keys()].map(sortableNumber);
    const [owners, positions, logs] = await Promise.all([
      readOwners(transaction),
      transaction.getMany(partitionPositions, keys),
      transaction.getMany(anchorLogs, keys),
    ]);
    const owned = new Map<number, Owned>();
    for (const [index, [partition, { epoch }]] of [...partitions].entries()) {
      const owner = owners.get(partition);
      const stored = positions[index];
      if (owner?.owner !== id || owner.epoch !== epoch || stored?.value.epoch !== epoch) throw lost(partition);
      const anchors = logs[index]?.value ?? noAnchors;
      const { value: position, revision } = stored;
      owned.set(partition, { partition, position, revision, anchors, last: null, moved: false });
    }
    const progress = new PartitionProgress(owned);
    await Promise.all([...partitions.keys()].map((partition) => progress.#producers.load(transaction, partition)));
    return progress;
  }

  get partitions(): readonly number[] {
    return [...this.#owned.keys()];
  }

  has(partition: number): boolean {
    return this.#owned.has(partition);
  }

  /** The first slice in which something may count whatever partition it came from. */
  get openSlice(): number {
    return Math.max(0, ...[...this.#owned.values()].map(({ position }) => position.readThrough)) + 1;
  }

  /** Where to read on, each partition after the newest of its anchors that still lies where it lay. */
  async resume(stream: StreamState, messageAt: Bus['messageAt']): Promise<ResumePoint> {
    const points = await Promise.all(
      [...this.#owned.values()].map(async (owned) => {
        const log = this.#anchorLog(owned);
        const point = await findResumePoint(log, stream, messageAt);
        return { owned, log, point };
      }),
    );
    let missed = 0;
    for (const { owned, log, point } of points) {
      owned.last =
        log.anchors.find(({ sequence }) => sequence === point.after && log.created === stream.created) ?? null;
      if (point.after < owned.position.sequence) owned.position = { ...owned.position, sequence: point.after };
      // What was removed unread may have been of other partitions: nobody can tell any more, so this is the most it was.
      if (point.missed > 0) {
        const removed = stream.firstSequence - 1 - Math.max(point.after, owned.position.readThroughSequence);
        missed = Math.max(missed, removed);
      }
    }
    this.#created = stream.created;
    this.#readThroughSequence = 0;
    return {
      after: points.length === 0 ? stream.lastSequence : Math.min(...points.map(({ point }) => point.after)),
      regressed: points.some(({ point }) => point.regressed),
      missed,
    };
  }

  /** True when a position lies behind what was looked at already: a partition that is ahead of the others. */
  isRead({ partition, sequence }: StreamPosition): boolean {
    const owned = this.#owned.get(partition);
    return owned === undefined || sequence <= Math.max(owned.position.sequence, owned.last?.sequence ?? 0);
  }

  /** The message was looked at, whatever became of it. Returns the slice it counts in. */
  note({ partition, sequence, storedAt, messageId }: StreamPosition): number {
    const owned = this.#owned.get(partition);
    this.#readUntil = Math.max(this.#readUntil, storedAt);
    if (owned === undefined) return sliceOf(storedAt);
    owned.last = { sequence, storedAt, messageId };
    owned.moved = true;
    return openSliceOf(storedAt, owned.position.readThrough);
  }

  /** Everything of these partitions up to `sequence` has been looked at; the broker said so at its time `at`. */
  readThrough(sequence: number, at: number): void {
    this.#readThroughSequence = Math.max(this.#readThroughSequence, sequence);
    this.#readUntil = Math.max(this.#readUntil, at);
  }

  /** Marks a batch as counted; false when it was before. */
  isNew(...batch: Parameters<SeenProducers['isNew']>): boolean {
    return this.#producers.isNew(...batch);
  }

  /** What has to be written for everything up to now. */
  take(): TakenPartitionProgress {
    const readThrough = sliceOf(this.#readUntil) - 1;
    const taken: TakenPartitionProgress = {
      created: this.#created,
      positions: [...this.#owned.values()].flatMap(({ partition, last, moved, position }) =>
        moved || readThrough > position.readThrough
          ? [{ partition, last: moved ? last : null, readThrough, readThroughSequence: this.#readThroughSequence }]
          : [],
      ),
      producers: this.#producers.take(),
    };
    for (const owned of this.#owned.values()) {
      owned.moved = false;
      // From now on nothing may count in these slices.
      if (readThrough > owned.position.readThrough) owned.position = { ...owned.position, readThrough };
    }
    return taken;
  }

  /** Throws `REVISION_CONFLICT` when another collector has taken one of the partitions. */
  async write(transaction: Transaction, taken: TakenPartitionProgress): Promise<void> {
    const anchors: { key: string; value: AnchorLog }[] = [];
    const writing = taken.positions.map(async ({ partition, last, readThrough, readThroughSequence }) => {
      const owned = this.#owned.get(partition);
      if (owned === undefined) return;
      const key = sortableNumber(partition);
      const { epoch } = owned.position;
      const value: PartitionPosition = {
        epoch,
        sequence: Math.max(last?.sequence ?? 0, owned.position.sequence),
        readThroughSequence: Math.max(readThroughSequence, owned.position.readThroughSequence, last?.sequence ?? 0),
        readThrough: Math.max(readThrough, owned.position.readThrough),
      };
      if (last !== null && taken.created !== null) {
        owned.anchors = addAnchor(owned.anchors, taken.created, last);
        anchors.push({ key, value: owned.anchors });
      }
      owned.revision = await transaction.put(partitionPositions, key, value, owned.revision);
      owned.position = { ...value, readThrough: Math.max(value.readThrough, owned.position.readThrough) };
    });
    await Promise.all(writing);
    await transaction.putMany(anchorLogs, anchors);
    await this.#producers.write(transaction, taken.producers);
  }

  /** Forgets producers that have been silent for longer than any of them keeps batches to send again. */
  async forgetProducers(transaction: Transaction): Promise<void> {
    await this.#producers.forget(transaction, this.#readUntil);
  }

  #anchorLog({ anchors, last }: Owned): AnchorLog {
    return last === null || this.#created === null ? anchors : addAnchor(anchors, this.#created, last);
  }
}

export interface TakenPartitionProgress {
  readonly created: string | null;
  readonly positions: readonly {
    readonly partition: number;
    readonly last: MessageIdentity | null;
    readonly readThrough: number;
    readonly readThroughSequence: number;
  }[];
  readonly producers: TakenProducers;
}

const anchorLogs = jsonCollection<AnchorLog>('partition_anchors');

function lost(partition: number): PlumblineError {
  return new PlumblineError('REVISION_CONFLICT', `another collector has taken partition ${partition}`, {
    details: { collection: partitionPositions.name, partition },
  });
}

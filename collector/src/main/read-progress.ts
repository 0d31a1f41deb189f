import type { MessageIdentity } from '../bus/index.ts';
import { jsonCollection, type ReadTransaction, type Transaction } from '../store/port.ts';
import { type AnchorLog, addAnchor, noAnchors } from './anchors.ts';
import { SeenProducers, type TakenProducers } from './seen-producers.ts';

/** Where a batch lay on the stream. */
export interface StreamPosition extends MessageIdentity {
  readonly partition: number;
  /** Events of the batch whose time lay in the future and was set back. Default 0. */
  readonly clamped?: number;
  /** It was a dead letter and is tried again. Default false. */
  readonly replayed?: boolean;
}

/**
 * How far the stream has been read and which batches were counted. Committed together with what the batches changed, so
 * after a crash reading goes on exactly where the counts stand.
 */
export class ReadProgress {
  readonly #partitions: number;
  /** Sequence read through, by partition, as stored; with the revision that proves nobody else has written it. */
  readonly #stored = new Map<number, { sequence: number; revision: number }>();
  readonly #producers = new SeenProducers();
  #anchors: AnchorLog = noAnchors;
  #created: string | null = null;
  /** Newest message that was looked at, in memory. */
  #last: MessageIdentity | null = null;
  /** Has anything been looked at since the last commit? */
  #moved = false;

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  async load(transaction: ReadTransaction): Promise<void> {
    for (const { key, value, revision } of await transaction.range(positions, {})) {
      this.#stored.set(Number(key), { sequence: value.sequence, revision });
    }
    await this.#producers.load(transaction);
    this.#anchors = (await transaction.get(anchorLogs, 'stream'))?.value ?? noAnchors;
    this.#created = this.#anchors.created;
  }

  /** Anchors to check before reading on: what is committed, and the newest message that was looked at. */
  anchorLog(): AnchorLog {
    return this.#last === null || this.#created === null
      ? this.#anchors
      : addAnchor(this.#anchors, this.#created, this.#last);
  }

  /** Reading (again) begins after `sequence` of the stream that was made at `created`. */
  resume(created: string, sequence: number): void {
    const { anchors } = this.anchorLog();
    // What was looked at beyond that place has lost it, and will come again somewhere.
    this.#last = anchors.find((anchor) => anchor.sequence === sequence && created === this.#created) ?? null;
    this.#created = created;
    for (const [partition, stored] of this.#stored) {
      if (stored.sequence > sequence) this.#stored.set(partition, { ...stored, sequence });
    }
  }

  /** True when a position lies behind what was committed already: a partition that is ahead of the others. */
  isRead(position: StreamPosition): boolean {
    return position.sequence <= (this.#stored.get(position.partition)?.sequence ?? 0);
  }

  /** The message was looked at, whatever became of it. */
  note(position: MessageIdentity): void {
    const { sequence, storedAt, messageId } = position;
    this.#last = { sequence, storedAt, messageId };
    this.#moved = true;
  }

  /** Marks a batch as counted; false when it was before. */
  isNew(...batch: Parameters<SeenProducers['isNew']>): boolean {
    return this.#producers.isNew(...batch);
  }

  /**
   * What has to be written for everything up to now. Taken in the moment the batches are, so that what is read while
   * they are being written waits for the next commit.
   */
  take(): TakenProgress {
    const taken = {
      last: this.#moved ? this.#last : null,
      created: this.#created,
      producers: this.#producers.take(),
    };
    this.#moved = false;
    return taken;
  }

  /** Throws `REVISION_CONFLICT` when another collector has written the positions: it owns the partitions now. */
  async write(transaction: Transaction, taken: TakenProgress): Promise<void> {
    await this.#producers.write(transaction, taken.producers);
    if (taken.last === null || taken.created === null) return;
    const { sequence } = taken.last;
    for (let partition = 0; partition < this.#partitions; partition++) {
      const stored = this.#stored.get(partition);
      const value = { sequence: Math.max(sequence, stored?.sequence ?? 0) };
      const revision = await transaction.put(positions, String(partition), value, stored?.revision ?? 'absent');
      this.#stored.set(partition, { ...value, revision });
    }
    this.#anchors = addAnchor(this.#anchors, taken.created, taken.last);
    await transaction.put(anchorLogs, 'stream', this.#anchors);
  }

  /** Forgets producers that have been silent for longer than any of them keeps batches to send again. */
  async forgetProducers(transaction: Transaction): Promise<void> {
    await this.#producers.forget(transaction, this.#last?.storedAt ?? 0);
  }
}

export interface TakenProgress {
  readonly last: MessageIdentity | null;
  readonly created: string | null;
  readonly producers: TakenProducers;
}

const positions = jsonCollection<{ readonly sequence: number }>('stream_positions');
const anchorLogs = jsonCollection<AnchorLog>('stream_anchors');

import type { InferenceEvent, OutcomeEvent } from '../event.ts';
import type { DropReason } from '../reasons.ts';
import type { LeftOverBatch } from '../spool/left-over.ts';
import { columnarContentType, inferenceSubject, outcomeSubject, partitionOf } from '../subjects.ts';
import type { MakeUuid } from '../uuid.ts';
import { type FeatureTypes, InferenceColumns, messageIdOf, OutcomeColumns } from '../wire/index.ts';
import { maxWeight } from '../wire/limits.ts';
import type { OutgoingBatch } from './publisher.ts';
import { isKept, keepOneOf } from './thinning.ts';

export interface BatchLimits {
  readonly events: number;
  readonly bytes: number;
  readonly ageMs: number;
}

export interface BufferLimits {
  readonly events: number;
  readonly bytes: number;
}

export interface BatchSpool {
  /** 0 empty, 1 full. */
  readonly fill: number;
  recorded(producer: string, number: number, event: InferenceEvent | OutcomeEvent): void;
  settled(producer: string, number: number): void;
  whenWritten(run: () => void): void;
}

export interface BatcherOptions {
  /** Makes the name under which the batches of one model are numbered. */
  readonly newProducer: () => string;
  readonly newId: MakeUuid;
  readonly partitions: number;
  readonly batch: BatchLimits;
  readonly buffer: BufferLimits;
  readonly clock: () => number;
  /** Whole, of 32 bits. Decides together with an event's id whether it is kept when events are thinned. */
  readonly salt: number;
  /** A batch is ready to be published. */
  readonly emit: (batch: OutgoingBatch) => void;
  /** Keeps events on disk until their batch is settled. Their batch then waits for the disk before it is emitted. */
  readonly spool?: BatchSpool | undefined;
  /** Events of a batch that could not be encoded: a fault of ours. */
  readonly failed: (model: string, events: number, error: unknown) => void;
}

/**
 * Sorts events into open batches of one (kind, model, partition) each, and closes a batch when it is full or old.
 *
 * Adding copies the event into columns and does nothing else: encoding waits for the next turn of the event loop. The
 * buffer's bounds count everything from here to the broker's acknowledgement, which `release` reports.
 */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #models = new Map<string, OpenBatches>();
  #closed: OpenBatch[] = [];
  #token = 0;
  #events = 0;
  #bytes = 0;
  /** Nearly always of the inference that is added next. */
  #newestId = '';
  #newestPartition = 0;
  #ageTimer: NodeJS.Timeout | undefined;
  #encodeTimer: NodeJS.Immediate | undefined;

  constructor(options: BatcherOptions) {
    this.#options = options;
  }

  /** Events between `add` and the broker's acknowledgement. */
  get buffered(): BufferLimits {
    return { events: this.#events, bytes: this.#bytes };
  }

  /** `thinned`: left out on purpose, for what is kept stands for it too. */
  addInference(
    event: InferenceEvent,
    types: FeatureTypes,
    now = this.#options.clock(),
  ): DropReason | 'thinned' | undefined {
    const oneOf = keepOneOf(this.fill, event.error === null ? 'inference' : 'error');
    if (oneOf === null) {
      return this.#full;
    }
    if (!isKept(event.id, oneOf, this.#options.salt)) {
      return 'thinned';
    }
    const { id } = event;
    const partition = id === this.#newestId ? this.#newestPartition : partitionOf(id, this.#options.partitions);
    const open = this.#open(event.model);
    let batch = open.inferences[partition];
    if (batch === undefined) {
      const columns = open.spares.pop() ?? new InferenceColumns(types);
      batch = { kind: 'inference', columns, ...this.#opened(open, event.model, partition, now) };
      open.inferences[partition] = batch;
    }
    const weighted = oneOf === 1 ? event : heavier(event, oneOf);
    const bytes = batch.columns.append(weighted, this.#options.newId.bytesOf(id));
    this.#options.spool?.recorded(open.producer, batch.number, weighted);
    this.#added(batch, bytes, now);
    return undefined;
  }

  addOutcome(event: OutcomeEvent, now = this.#options.clock()): DropReason | undefined {
    if (keepOneOf(this.fill, 'outcome') === null) {
      return this.#full;
    }
    const partition = partitionOf(event.inferenceId, this.#options.partitions);
    const open = this.#open(event.model);
    let batch = open.outcomes[partition];
    if (batch === undefined) {
      const columns = new OutcomeColumns();
      batch = { kind: 'outcome', columns, ...this.#opened(open, event.model, partition, now) };
      open.outcomes[partition] = batch;
    }
    const bytes = batch.columns.append(event);
    this.#options.spool?.recorded(open.producer, batch.number, event);
    this.#added(batch, bytes, now);
    return undefined;
  }

  /**
   * A new id of an inference of the model. New ids lie in one partition until its batch is closed, then in the next: an app
   * fills one batch at a time, and all partitions get as much.
   */
  newId(model: string, now: number): string {
    this.#newestPartition = this.#open(model).home;
    this.#newestId = this.#options.newId(now, this.#newestPartition, this.#options.partitions);
    return this.#newestId;
  }

  /** Closes and emits everything now. */
  flush(): void {
    for (const { inferences, outcomes } of this.#models.values()) {
      for (const batch of [...inferences, ...outcomes]) {
        if (batch !== undefined) {
          this.#close(batch);
        }
      }
    }
    this.#encode();
  }

  /** A batch of a process before this one, under its old number. */
  addRecovered({ producer, number, events }: LeftOverBatch, types: FeatureTypes): void {
    const [first] = events;
    if (first === undefined) {
      return;
    }
    const { kind, model } = first;
    const partition = partitionOf(kind === 'inference' ? first.id : first.inferenceId, this.#options.partitions);
    const columns = kind === 'inference' ? new InferenceColumns(types) : new OutcomeColumns();
    for (const event of events) {
      if (event.kind === 'inference' && columns instanceof InferenceColumns) {
        columns.append(event);
      } else if (event.kind === 'outcome' && columns instanceof OutcomeColumns) {
        columns.append(event);
      }
    }
    const payload = columns.encode(model, { producer, batch: number });
    this.#events += events.length;
    this.#bytes += payload.length;
    this.#emit({ kind, model, partition }, { producer, number, events: events.length, payload });
  }

  /** A batch has left the buffer: acknowledged or given up. */
  release(events: number, bytes: number): void {
    this.#events -= events;
    this.#bytes -= bytes;
  }

  stop(): void {
    clearTimeout(this.#ageTimer);
    clearImmediate(this.#encodeTimer);
  }

  /** 0 empty, 1 full. */
  get fill(): number {
    const { buffer } = this.#options;
    const events = this.#events / buffer.events;
    const bytes = this.#bytes / buffer.bytes;
    const memory = events > bytes ? events : bytes;
    return this.#options.spool === undefined ? memory : Math.max(memory, this.#options.spool.fill);
  }

  /** What the buffer is full of. */
  get #full(): DropReason {
    const { buffer, spool } = this.#options;
    if (spool !== undefined && spool.fill >= 1) {
      return 'spool_full';
    }
    return this.#events / buffer.events >= this.#bytes / buffer.bytes ? 'buffer_events' : 'buffer_bytes';
  }

  #open(model: string): OpenBatches {
    let open = this.#models.get(model);
    if (open === undefined) {
      const none = () => new Array(this.#options.partitions).fill(undefined);
      open = {
        producer: this.#options.newProducer(),
        number: 0,
        home: this.#options.salt % this.#options.partitions,
        inferences: none(),
        outcomes: none(),
        spares: [],
      };
      this.#models.set(model, open);
    }
    return open;
  }

  /** What batches of either kind begin with. */
  #opened(open: OpenBatches, model: string, partition: number, now: number): Opened {
    this.#watchAge();
    // With a spool, events are written with the number of their batch; without, a batch is numbered when it is closed.
    const number = this.#options.spool === undefined ? 0 : this.#nextNumber(open);
    return { model, partition, openedAt: now, number };
  }

  #added(batch: OpenBatch, bytes: number, now: number): void {
    this.#events += 1;
    this.#bytes += bytes;
    const { events, bytes: maxBytes, ageMs } = this.#options.batch;
    const { columns } = batch;
    const full = columns.count >= events || columns.bytes >= maxBytes || columns.full;
    if (full || now - batch.openedAt >= ageMs) {
      this.#close(batch);
      this.#encodeTimer ??= setImmediate(() => this.#encode()).unref();
    }
  }

  /** An inference is published before its outcome: closing outcomes closes the inferences they may be about first. */
  #close(batch: OpenBatch): void {
    const open = this.#open(batch.model);
    if (batch.kind === 'outcome') {
      open.outcomes[batch.partition] = undefined;
      const inferences = open.inferences[batch.partition];
      if (inferences !== undefined) {
        this.#close(inferences);
      }
    } else {
      open.inferences[batch.partition] = undefined;
      if (batch.partition === open.home) {
        open.home = (open.home + 1) % this.#options.partitions;
      }
    }
    this.#closed.push(batch);
  }

  #watchAge(): void {
    this.#ageTimer ??= setTimeout(() => {
      this.#ageTimer = undefined;
      this.flush();
    }, this.#options.batch.ageMs).unref();
  }

  #encode(): void {
    this.#encodeTimer = undefined;
    // Batches numbered when they were opened are closed in another order.
    const closed = this.#closed.sort((a, b) => a.number - b.number);
    this.#closed = [];
    for (const batch of closed) {
      const { count: events, bytes: estimate } = batch.columns;
      if (events === 0) {
        continue;
      }
      try {
        const open = this.#open(batch.model);
        const number = batch.number > 0 ? batch.number : this.#nextNumber(open);
        const payload = batch.columns.encode(batch.model, { producer: open.producer, batch: number });
        this.#bytes += payload.length - estimate;
        this.#emit(batch, { producer: open.producer, number, events, payload });
        this.#keepForLater(batch);
      } catch (error) {
        this.release(events, estimate);
        this.#options.failed(batch.model, events, error);
      }
    }
  }

  #emit(
    { kind, model, partition }: Pick<OpenBatch, 'kind' | 'model' | 'partition'>,
    batch: Pick<OutgoingBatch, 'producer' | 'number' | 'events' | 'payload'>,
  ): void {
    const outgoing: OutgoingBatch = {
      ...batch,
      token: ++this.#token,
      subject: (kind === 'inference' ? inferenceSubject : outcomeSubject)(partition, model),
      contentType: columnarContentType,
      messageId: messageIdOf({ producer: batch.producer, batch: batch.number }),
      model,
    };
    const { spool, emit } = this.#options;
    if (spool === undefined) {
      emit(outgoing);
    } else {
      spool.whenWritten(() => emit(outgoing));
    }
  }

  #nextNumber(open: OpenBatches): number {
    open.number += 1;
    return open.number;
  }

  #keepForLater(batch: OpenBatch): void {
    const { spares } = this.#open(batch.model);
    if (batch.kind === 'inference' && spares.length < maxSpares) {
      spares.push(batch.columns);
    }
  }
}

interface OpenBatches {
  readonly producer: string;
  /** Of the last batch. */
  number: number;
  home: number;
  /** By partition. */
  readonly inferences: (OpenInferences | undefined)[];
  readonly outcomes: (OpenOutcomes | undefined)[];
  /** Emptied columns to use again: making thirty typed arrays a batch costs more than filling them. */
  readonly spares: InferenceColumns[];
}

interface Opened {
  readonly model: string;
  readonly partition: number;
  readonly openedAt: number;
  /** 0 when it is numbered later. */
  readonly number: number;
}

interface OpenInferences extends Opened {
  readonly kind: 'inference';
  readonly columns: InferenceColumns;
}

interface OpenOutcomes extends Opened {
  readonly kind: 'outcome';
  readonly columns: OutcomeColumns;
}

type OpenBatch = OpenInferences | OpenOutcomes;

const maxSpares = 32;

function heavier(event: InferenceEvent, times: number): InferenceEvent {
  return { ...event, weight: Math.min((event.weight ?? 1) * times, maxWeight) };
}

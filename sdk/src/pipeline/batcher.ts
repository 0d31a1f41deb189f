import type { InferenceEvent, OutcomeEvent } from '../event.ts';
import type { DropReason } from '../reasons.ts';
import { columnarContentType, inferenceSubject, outcomeSubject, partitionOf } from '../subjects.ts';
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

export interface BatcherOptions {
  /** Makes the name under which the batches of one model are numbered. */
  readonly newProducer: () => string;
  readonly partitions: number;
  readonly batch: BatchLimits;
  readonly buffer: BufferLimits;
  readonly clock: () => number;
  /** Decides together with an event's id whether it is kept when events are thinned. */
  readonly salt: number;
  /** A batch is ready to be published. */
  readonly emit: (batch: OutgoingBatch) => void;
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
    const oneOf = keepOneOf(this.#fill, event.error === null ? 'inference' : 'error');
    if (oneOf === null) {
      return this.#full;
    }
    if (!isKept(event.id, oneOf, this.#options.salt)) {
      return 'thinned';
    }
    const partition = partitionOf(event.id, this.#options.partitions);
    const open = this.#open(event.model);
    let batch = open.inferences[partition];
    if (batch === undefined) {
      const columns = open.spares.pop() ?? new InferenceColumns(types);
      batch = { kind: 'inference', model: event.model, partition, columns, openedAt: now };
      open.inferences[partition] = batch;
      this.#watchAge();
    }
    this.#added(batch, batch.columns.append(oneOf === 1 ? event : heavier(event, oneOf)), now);
    return undefined;
  }

  addOutcome(event: OutcomeEvent, now = this.#options.clock()): DropReason | undefined {
    if (keepOneOf(this.#fill, 'outcome') === null) {
      return this.#full;
    }
    const partition = partitionOf(event.inferenceId, this.#options.partitions);
    const open = this.#open(event.model).outcomes;
    let batch = open[partition];
    if (batch === undefined) {
      const columns = new OutcomeColumns();
      batch = { kind: 'outcome', model: event.model, partition, columns, openedAt: now };
      open[partition] = batch;
      this.#watchAge();
    }
    this.#added(batch, batch.columns.append(event), now);
    return undefined;
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
  get #fill(): number {
    const { buffer } = this.#options;
    const events = this.#events / buffer.events;
    const bytes = this.#bytes / buffer.bytes;
    return events > bytes ? events : bytes;
  }

  /** What the buffer is full of. */
  get #full(): DropReason {
    const { buffer } = this.#options;
    return this.#events / buffer.events >= this.#bytes / buffer.bytes ? 'buffer_events' : 'buffer_bytes';
  }

  #open(model: string): OpenBatches {
    let open = this.#models.get(model);
    if (open === undefined) {
      const none = () => new Array(this.#options.partitions).fill(undefined);
      open = { producer: this.#options.newProducer(), number: 0, inferences: none(), outcomes: none(), spares: [] };
      this.#models.set(model, open);
    }
    return open;
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
    const closed = this.#closed;
    this.#closed = [];
    for (const batch of closed) {
      const { count: events, bytes: estimate } = batch.columns;
      if (events === 0) {
        continue;
      }
      try {
        const { producer, number } = this.#nextNumber(batch.model);
        const identity = { producer, batch: number };
        const payload = batch.columns.encode(batch.model, identity);
        this.#bytes += payload.length - estimate;
        this.#options.emit({
          token: ++this.#token,
          number,
          subject: (batch.kind === 'inference' ? inferenceSubject : outcomeSubject)(batch.partition, batch.model),
          contentType: columnarContentType,
          messageId: messageIdOf(identity),
          payload,
          model: batch.model,
          events,
        });
        this.#keepForLater(batch);
      } catch (error) {
        this.release(events, estimate);
        this.#options.failed(batch.model, events, error);
      }
    }
  }

  #nextNumber(model: string): { readonly producer: string; readonly number: number } {
    const open = this.#open(model);
    open.number += 1;
    return open;
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
  /** By partition. */
  readonly inferences: (OpenInferences | undefined)[];
  readonly outcomes: (OpenOutcomes | undefined)[];
  /** Emptied columns to use again: making thirty typed arrays a batch costs more than filling them. */
  readonly spares: InferenceColumns[];
}

interface OpenInferences {
  readonly kind: 'inference';
  readonly model: string;
  readonly partition: number;
  readonly columns: InferenceColumns;
  readonly openedAt: number;
}

interface OpenOutcomes {
  readonly kind: 'outcome';
  readonly model: string;
  readonly partition: number;
  readonly columns: OutcomeColumns;
  readonly openedAt: number;
}

type OpenBatch = OpenInferences | OpenOutcomes;

const maxSpares = 32;

function heavier(event: InferenceEvent, times: number): InferenceEvent {
  return { ...event, weight: Math.min((event.weight ?? 1) * times, maxWeight) };
}

import { within } from './deadline.ts';
import { type Diagnostics, messageOf } from './diagnostics.ts';
import { errorTypeOf } from './error-type.ts';
import type { ModelState } from './model-state.ts';
import { Batcher } from './pipeline/batcher.ts';
import type { LossPeriod } from './pipeline/loss-period.ts';
import { type OutgoingBatch, Publisher } from './pipeline/publisher.ts';
import type { MonitorSettings } from './read-options.ts';
import type { DropReason } from './reasons.ts';
import type { LeftOverBatch } from './spool/left-over.ts';
import { Spool, type SpoolSettings } from './spool/spool.ts';
import type { FlushResult, MonitorStatus } from './status.ts';
import type { PublishAnswer, StreamMessage } from './transport.ts';
import type { MakeUuid } from './uuid.ts';
import { FeatureTypes } from './wire/index.ts';

export interface DeliveryOptions {
  readonly settings: MonitorSettings;
  readonly models: ReadonlyMap<string, ModelState>;
  readonly diagnostics: Diagnostics;
  readonly losses: LossPeriod;
  readonly newId: MakeUuid;
  readonly publish: (message: StreamMessage) => void;
  /** Events are lost, and counted. */
  readonly drop: (model: string, reason: DropReason, events: number, detail: string) => void;
}

/** The way of events from the open batch to the broker's acknowledgement, and what is known of it. */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #publisher: Publisher;
  readonly batcher: Batcher;
  readonly spool: Spool | undefined;
  /** Models whose events the broker did not allow, the last time. */
  readonly #denied = new Set<string>();
  #recovered = 0;
  #acknowledged = 0;
  #duplicates = 0;
  #lastAcknowledgedAt: number | null = null;
  #stopping = false;

  constructor(options: DeliveryOptions) {
    const { settings, diagnostics, newId, publish, drop } = options;
    const { clock, random, partitions, batch, buffer } = settings;
    this.#options = options;
    this.#publisher = new Publisher({
      clock,
      random,
      window: publishWindow,
      answerTimeoutMs,
      publish,
      stored: (stored, duplicate) => this.#stored(stored, duplicate),
      refused: (refused, message) => {
        diagnostics.raise('batch_refused', message);
        this.#settle(refused);
        drop(refused.model, 'batch_refused', refused.events, message);
      },
      delayed: (reason, message, model) => {
        diagnostics.raise(reason, message);
        if (reason === 'publish_denied') {
          this.#denied.add(model);
        }
      },
    });
    this.spool = settings.spool === undefined ? undefined : this.#openSpool(settings.spool, newId());
    this.batcher = new Batcher({
      spool: this.spool,
      newProducer: () => newId(),
      newId,
      partitions,
      batch,
      buffer,
      clock,
      salt: Math.floor(random() * 2 ** 32),
      emit: (ready) => this.#publisher.add(ready),
      failed: (model, events, error) => drop(model, 'internal_error', events, errorTypeOf(error)),
    });
  }

  connected(): void {
    this.#publisher.connected();
  }

  disconnected(): void {
    this.#publisher.disconnected();
  }

  answered(token: number, answer: PublishAnswer): void {
    this.#publisher.answered(token, answer);
  }

  denied(subject: string, reason: string): void {
    this.#publisher.denied(subject, reason);
  }

  status(): Pick<MonitorStatus, 'buffered' | 'spool' | 'lastAcknowledgedAt'> &
    Pick<MonitorStatus['counts'], 'batches'> {
    const { batches, retries: retried } = this.#publisher;
    return {
      buffered: { ...this.batcher.buffered, batches },
      batches: { acknowledged: this.#acknowledged, duplicates: this.#duplicates, retried },
      spool: this.spool === undefined ? null : { bytes: this.spool.bytes, recovered: this.#recovered },
      lastAcknowledgedAt: this.#lastAcknowledgedAt,
    };
  }

  async flush(timeoutMs: number): Promise<FlushResult> {
    try {
      this.batcher.flush();
      const delivered = await within(timeoutMs, this.#idle());
      return { delivered, remaining: this.batcher.buffered.events };
    } catch (error) {
      this.#options.diagnostics.warn('flush', `flush failed: ${messageOf(error)}`);
      return { delivered: false, remaining: this.batcher.buffered.events };
    }
  }

  /** From now on nothing of earlier processes is taken over: what there is now is to leave first. */
  stopRecovery(): void {
    this.#stopping = true;
  }

  /** Gives up what is not acknowledged, or leaves it to the spool. Resolves when that is closed, or never will be. */
  async stop(): Promise<void> {
    const left = this.#publisher.stop();
    if (this.spool === undefined) {
      const lost = new Map<string, number>();
      for (const batch of left) {
        this.#settle(batch);
        lost.set(batch.model, (lost.get(batch.model) ?? 0) + batch.events);
      }
      for (const [model, events] of lost) {
        this.#options.drop(model, 'not_delivered', events, `${model}: nobody waited longer`);
      }
    }
    this.batcher.stop();
    this.#options.losses.closed();
    const closed = this.spool?.close(this.batcher.buffered.events === 0) ?? Promise.resolve();
    await within(closeTimeoutMs, closed).catch(() => {});
  }

  #stored(batch: OutgoingBatch, duplicate: boolean): void {
    const { models, diagnostics, losses, settings } = this.#options;
    this.#settle(batch);
    const model = models.get(batch.model);
    if (model !== undefined) {
      model.counts.acknowledged += batch.events;
    }
    this.#acknowledged += 1;
    this.#duplicates += duplicate ? 1 : 0;
    this.#lastAcknowledgedAt = settings.clock();
    losses.drained(this.batcher.fill);
    diagnostics.clear('stream_missing', 'stream_full', 'not_acknowledged', 'inbox_denied');
    if (this.#denied.delete(batch.model) && this.#denied.size === 0) {
      diagnostics.clear('publish_denied');
    }
  }

  #settle({ events, payload, producer, number }: OutgoingBatch): void {
    this.batcher.release(events, payload.length);
    this.spool?.settled(producer, number);
  }

  /** Resolves when everything recorded so far is stored or refused. */
  async #idle(): Promise<void> {
    const { spool } = this;
    if (spool !== undefined) {
      await new Promise<void>((resolve) => spool.whenWritten(resolve));
    }
    await this.#publisher.idle();
  }

  #openSpool(settings: SpoolSettings, name: string): Spool {
    const { diagnostics } = this.#options;
    return new Spool({
      ...settings,
      name,
      clock: this.#options.settings.clock,
      recovered: (batch) => this.#recover(batch),
      failed: (error) => diagnostics.raise('spool_failed', messageOf(error)),
      worked: () => diagnostics.clear('spool_failed'),
    });
  }

  /** Leaves room for what is recorded now. */
  async #recover(batch: LeftOverBatch): Promise<void> {
    while (this.batcher.fill > recoveryFill && !this.#stopping) {
      await new Promise((resolve) => setTimeout(resolve, 50).unref());
    }
    if (this.#stopping) {
      return;
    }
    const model = this.#options.models.get(batch.events[0]?.model ?? '');
    this.batcher.addRecovered(batch, model?.types ?? new FeatureTypes());
    this.#recovered += batch.events.length;
    if (model !== undefined) {
      model.counts.accepted += batch.events.length;
    }
  }
}

/** Above this the buffer belongs to what is recorded now. */
const recoveryFill = 0.4;
const publishWindow = { batches: 64, bytes: 4 * 1024 * 1024 };
const answerTimeoutMs = 5_000;
const closeTimeoutMs = 1_000;

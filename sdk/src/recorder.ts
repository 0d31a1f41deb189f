import type { SpanContext } from '@opentelemetry/api';
import type { Diagnostics } from './diagnostics.ts';
import { errorTypeOf } from './error-type.ts';
import type { InferenceEvent, OutcomeEvent, OutcomeType } from './event.ts';
import type { ModelState } from './model-state.ts';
import type { Batcher, BatchSpool } from './pipeline/batcher.ts';
import { Counts } from './pipeline/counts.ts';
import type { LossPeriod } from './pipeline/loss-period.ts';
import { type Preview, previewOf } from './privacy/preview.ts';
import { type DropReason, dropReasons } from './reasons.ts';
import { type InferenceRecord, inferenceOf, type OutcomeRecord, outcomeOf } from './record.ts';
import { type InferenceBatchRecord, rowsOf } from './recording/batch-record.ts';
import type { RoutingTable } from './routing/table.ts';
import type { InferenceFacts, OpenSpan, Telemetry } from './telemetry/telemetry.ts';
import { traceOf } from './telemetry/trace-context.ts';
import type { MakeUuid } from './uuid.ts';
import { maxIdLength } from './wire/limits.ts';

export interface RecorderOptions {
  readonly models: ReadonlyMap<string, ModelState>;
  readonly batcher: Batcher;
  readonly routing: RoutingTable;
  readonly telemetry: Telemetry;
  readonly diagnostics: Diagnostics;
  readonly losses: LossPeriod;
  readonly clock: () => number;
  /** What is recorded is accepted once it is written there. */
  readonly spool: Pick<BatchSpool, 'whenWritten'> | undefined;
  /** By the operator: everything is counted as such, and nothing recorded. */
  readonly switchedOff: boolean;
  readonly newId: MakeUuid;
}

/** Turns records into buffered events, spans and measurements. Whatever cannot become one is counted with its reason. */
export class Recorder {
  readonly #options: RecorderOptions;
  /** Of records that name none. */
  readonly #onlyModel: ModelState | undefined;
  /** Of events that name no model of ours. */
  readonly unattributed = new Counts();
  closed = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
    const [first, ...others] = options.models.values();
    this.#onlyModel = others.length === 0 ? first : undefined;
  }

  /** Records one inference; `span` is the one it ran in, when somebody has started one already, and `trace` what it belonged to. */
  record(record: InferenceRecord, span?: OpenSpan, trace?: SpanContext | null): string {
    const { telemetry } = this.#options;
    const now = this.#options.clock();
    let id: string | undefined;
    let open = span;
    try {
      const model = this.#modelOf(record);
      id = this.#idOf(record, now, model);
      if (model === undefined) {
        return id;
      }
      open ??= telemetry.start(model.spanName, latencyOf(record));
      const event = inferenceOf(record, model.defaults, now, id, trace === undefined ? traceOf(open) : trace);
      if ('invalid' in event) {
        this.drop(model.name, 'invalid_event', 1, event.invalid);
        return id;
      }
      const leaving = model.capture.inference(event, record.capture === 'metadata');
      this.#accept(model, leaving, now);
      const facts = open?.isRecording() ? this.#factsOf(model, event.version) : noFacts;
      telemetry.record(open, event.latencyMs, leaving, facts);
      return event.id;
    } catch (error) {
      this.drop(undefined, 'invalid_event', 1, errorTypeOf(error));
      return id ?? this.#idOf(record, now);
    } finally {
      telemetry.end(open);
    }
  }

  /** Records every row of a batch prediction, under one span. Returns the ids of the rows, none when it cannot be read. */
  recordBatch(batch: InferenceBatchRecord, span?: OpenSpan, trace?: SpanContext | null): string[] {
    const { telemetry, clock } = this.#options;
    let open = span;
    try {
      const now = clock();
      const model = this.#modelOf(batch);
      if (model === undefined) {
        return [];
      }
      const rows = rowsOf(batch);
      if ('wrong' in rows) {
        this.drop(model.name, 'invalid_event', 1, `a batch is not recorded: ${rows.wrong}`);
        return [];
      }
      open ??= telemetry.start(model.spanName, latencyOf(batch));
      const belongsTo = trace === undefined ? traceOf(open) : trace;
      const ids: string[] = [];
      let first: InferenceEvent | undefined;
      for (let index = 0; index < rows.count; index++) {
        const record = rows.row(index);
        const id = this.#idOf(record, now, model);
        const event = inferenceOf(record, model.defaults, now, id, belongsTo);
        ids.push(id);
        if ('invalid' in event) {
          this.drop(model.name, 'invalid_event', 1, event.invalid);
          continue;
        }
        const leaving = model.capture.inference(event, batch.capture === 'metadata');
        first ??= leaving;
        this.#accept(model, leaving, now);
      }
      if (first !== undefined) {
        const facts = open?.isRecording() ? this.#factsOf(model, first.version) : noFacts;
        telemetry.record(open, first.latencyMs, first, facts, rows.count);
      }
      return ids;
    } catch (error) {
      this.drop(undefined, 'invalid_event', 1, errorTypeOf(error));
      return [];
    } finally {
      telemetry.end(open);
    }
  }

  /** `type`: what the outcome is, whatever the record says. */
  outcome(record: OutcomeRecord, type?: OutcomeType): string {
    const now = this.#options.clock();
    const id = this.#idOf(record, now);
    try {
      const model = this.#modelOf(record);
      if (model === undefined) {
        return id;
      }
      const event = outcomeOf(record, { model: model.name, now, id }, type);
      if ('invalid' in event) {
        this.drop(model.name, 'invalid_event', 1, event.invalid);
      } else {
        this.#acceptOutcome(model, event, now);
      }
    } catch (error) {
      this.drop(undefined, 'invalid_event', 1, errorTypeOf(error));
    }
    return id;
  }

  drop(model: string | undefined, reason: DropReason, events: number, detail: string): void {
    const counts = (model === undefined ? undefined : this.#options.models.get(model)?.counts) ?? this.unattributed;
    counts.drop(reason, events);
    this.#options.diagnostics.warn(
      `drop:${reason}`,
      `${events === 1 ? 'event' : `${events} events`} dropped: ${dropReasons[reason]} (${reason}: ${detail})`,
    );
  }

  /** The app's id where it can be one, else a new one: what `record` would return. */
  idFor(id: string | undefined, model: string): string {
    return this.#idOf({ id }, this.#options.clock(), this.modelState(model));
  }

  modelState(model: string): ModelState | undefined {
    return this.#options.models.get(model);
  }

  warn(kind: string, message: string): void {
    this.#options.diagnostics.warn(kind, message);
  }

  #accept(model: ModelState, event: InferenceEvent, now: number): void {
    this.#count(model, this.#options.batcher.addInference(event, model.types, now));
  }

  #acceptOutcome(model: ModelState, event: OutcomeEvent, now: number): void {
    const [leaving, ...others] = model.capture.outcomes(event);
    if (leaving === undefined) {
      this.drop(model.name, 'not_declared', 1, 'an outcome is a text that the options do not declare');
      return;
    }
    for (const one of [leaving, ...others]) {
      this.#count(model, this.#options.batcher.addOutcome(one, now));
    }
    this.#options.telemetry.outcome(leaving);
  }

  /** What would leave the app of this record, as the collector would read it; nothing is recorded, counted or sent. */
  preview(record: InferenceRecord): Preview {
    try {
      const now = this.#options.clock();
      const model = this.#modelFor(record);
      if (model === undefined) {
        return { event: null, bytes: 0, reason: dropReasons.unknown_model };
      }
      if (this.#options.switchedOff) {
        return { event: null, bytes: 0, reason: dropReasons.switched_off };
      }
      const event = inferenceOf(record, model.defaults, now, this.#idOf(record, now), traceOf(undefined));
      if ('invalid' in event) {
        return { event: null, bytes: 0, reason: event.invalid };
      }
      const leaving = model.capture.inference(event, record.capture === 'metadata');
      return previewOf(leaving, model.types);
    } catch (error) {
      return { event: null, bytes: 0, reason: errorTypeOf(error) };
    }
  }

  #count(model: ModelState, dropped: DropReason | 'thinned' | undefined): void {
    if (dropped === undefined) {
      const { spool } = this.#options;
      if (spool === undefined) {
        model.counts.accepted += 1;
      } else {
        spool.whenWritten(() => {
          model.counts.accepted += 1;
        });
      }
      return;
    }
    this.#options.losses.lost(dropped);
    if (dropped === 'thinned') {
      model.counts.thinned += 1;
      this.warn('thinned', 'the buffer fills: inferences are thinned, and weighted so that statistics stay unbiased');
    } else {
      this.drop(model.name, dropped, 1, model.name);
    }
  }

  #modelFor(record: { readonly model?: string | undefined }): ModelState | undefined {
    return record.model === undefined ? this.#onlyModel : this.#options.models.get(record.model);
  }

  /** The model a record is about; without one the record is dropped here. */
  #modelOf(record: { readonly model?: string | undefined } | null | undefined): ModelState | undefined {
    if (typeof record !== 'object' || record === null) {
      this.drop(undefined, 'invalid_event', 1, 'it is no object');
      return undefined;
    }
    const model = this.#modelFor(record);
    if (this.closed) {
      this.drop(model?.name, 'closed', 1, 'shutdown() was called');
      return undefined;
    }
    if (this.#options.switchedOff) {
      // Told once at the start: it is what the operator wants.
      (model?.counts ?? this.unattributed).drop('switched_off', 1);
      return undefined;
    }
    if (model === undefined) {
      this.drop(
        undefined,
        'unknown_model',
        1,
        record.model === undefined ? 'no model named' : 'a model that the options do not name',
      );
    }
    return model;
  }

  #factsOf(model: ModelState, version: string): InferenceFacts {
    const routingRevision = this.#options.routing.document(model.name)?.revision ?? 0;
    return { digest: model.digests.get(version), routingRevision };
  }

  /** The id to give back, also when the event is dropped. */
  #idOf(record: { readonly id?: string | undefined } | null | undefined, now: number, model?: ModelState): string {
    try {
      const id = record?.id;
      if (typeof id === 'string' && id !== '' && id.length <= maxIdLength) {
        return id;
      }
    } catch {
      // As one that gives none.
    }
    const { newId, batcher } = this.#options;
    return model === undefined ? newId(now) : batcher.newId(model.name, now);
  }
}

const noFacts: InferenceFacts = { digest: undefined, routingRevision: 0 };

function latencyOf(record: { readonly latencyMs?: number | null | undefined }): number {
  const { latencyMs } = record;
  return typeof latencyMs === 'number' && latencyMs > 0 && latencyMs < 1e12 ? latencyMs : 0;
}

import { INVALID_SPAN_CONTEXT, trace } from '@opentelemetry/api';
import { Breakers } from './breaker.ts';
import { exitTimeoutMs, shutdownTimeoutMs, timeoutOf, within } from './deadline.ts';
import { Diagnostics, messageOf } from './diagnostics.ts';
import { errorTypeOf } from './error-type.ts';
import { atExit, atSignal } from './exit.ts';
import { startHeartbeat } from './heartbeat.ts';
import { ModelState } from './model-state.ts';
import { type MonitorOptions, type MonitorSettings, readOptions } from './options.ts';
import { Batcher } from './pipeline/batcher.ts';
import { totalOf } from './pipeline/counts.ts';
import { type OutgoingBatch, Publisher } from './pipeline/publisher.ts';
import type { Preview } from './privacy/preview.ts';
import { Redactor } from './privacy/redactor.ts';
import type { InferenceRecord, OutcomeRecord } from './record.ts';
import { type RecordPort, recordPort } from './record-port.ts';
import { Recorder } from './recorder.ts';
import type { InferenceBatchRecord } from './recording/batch-record.ts';
import { runStep, type StepOptions } from './recording/step.ts';
import {
  type ArtefactCheck,
  artefactCheck,
  artefactDigest,
  type LoadedArtefact,
  notLoaded,
} from './routing/artefact-digest.ts';
import type { Route } from './routing/choose.ts';
import type { RoutingDocument } from './routing/document.ts';
import { LastGoodFolder } from './routing/last-good.ts';
import { RoutingTable } from './routing/table.ts';
import type { LeftOverBatch } from './spool/left-over.ts';
import { Spool, type SpoolSettings } from './spool/spool.ts';
import { type ConnectionState, type FlushResult, type ModelStatus, type MonitorStatus, startUpLine } from './status.ts';
import { routingKey } from './subjects.ts';
import { Telemetry } from './telemetry/telemetry.ts';
import type { Transport, TransportListener } from './transport.ts';
import { createUuidMaker } from './uuid.ts';
import { sdkVersion } from './version.ts';
import { FeatureTypes } from './wire/index.ts';
import { maxNameLength } from './wire/limits.ts';
import { type WrapOptions, type WrapTools, wrapFunction } from './wrap.ts';
import { type WrapBatchOptions, wrapBatchFunction } from './wrap-batch.ts';
import { type Serving, type VersionsOptions, wrapVersionsFunction } from './wrap-versions.ts';

/**
 * Records what models do in this process. Nothing here throws, blocks or grows without bound, whatever it is given and
 * whatever the broker does; what is lost is counted, and `status()` says why.
 */
export interface Monitor {
  /** The same function, recording every call: features, prediction, score, latency, failure, and a span. */
  wrap<Args extends unknown[], Result, State = unknown>(
    predict: (...args: Args) => Result,
    options: WrapOptions<Args, Result, State>,
  ): (...args: Args) => Result;
  /** As `wrap`, for a function that predicts many rows at once: each row becomes an inference. */
  wrapBatch<Args extends unknown[], Result>(
    predict: (...args: Args) => Result,
    options: WrapBatchOptions<Args, Result>,
  ): (...args: Args) => Result;
  /**
   * As `wrap`, for a function that can answer with any version: routing says which one answers for a key, and which one runs
   * after it in the shadow, under limits of its own and without any effect on the answer.
   */
  wrapVersions<Args extends unknown[], Result, State = unknown>(
    predict: (serving: Serving, ...args: Args) => Result,
    options: VersionsOptions<Args, Result, State>,
  ): (...args: Args) => Result;
  /**
   * Calls the function as a step of a larger whole (retrieval, tool, agent, chain), in a span below the active one that
   * ends with its promise or stream. Inferences recorded within belong to the same trace.
   */
  step<Result>(step: StepOptions, call: () => Result): Result;
  /** Records one inference and returns its id, to report the outcome with. */
  record(inference: InferenceRecord): string;
  /** Exactly what would leave the app if this were recorded. Nothing is recorded, counted or sent. */
  preview(inference: InferenceRecord): Preview;
  /** Records the rows of one batch prediction as an inference each, and returns their ids. */
  recordBatch(batch: InferenceBatchRecord): string[];
  /** Reports what a person thought of an inference: an outcome of type `feedback`. Returns its id. */
  feedback(feedback: Omit<OutcomeRecord, 'type'>): string;
  /** Reports what a judge or a test said of an inference: an outcome of type `evaluation`. Returns its id. */
  evaluation(evaluation: Omit<OutcomeRecord, 'type'>): string;
  /** Reports what became known about an inference: its true label, somebody's feedback, an evaluation. Returns its id. */
  outcome(outcome: OutcomeRecord): string;
  /** Which version of a model answers for this key (a customer, a session), by the routing in force. */
  route(model: string, key?: string): Route;
  /** Calls back with every new routing document, and now with those there are. Returns what ends it. */
  onRouting(listener: (document: RoutingDocument) => void): () => void;
  /**
   * Says that this process can serve a version now, and of which artefact; rollouts wait for it. Where routing names another
   * artefact, the version does not serve here: `route` gives another, and the collector is told. Give the bytes that were
   * loaded, or the digest where it is known. Never rejects.
   */
  loaded(artefact: LoadedArtefact): Promise<ArtefactCheck>;
  /** Says that this process can no longer serve a version. */
  unloaded(version: { readonly version: string; readonly model?: string }): void;
  status(): MonitorStatus;
  /** Resolves when everything recorded so far is acknowledged, or the time is over. Never rejects. */
  flush(options?: { readonly timeoutMs?: number }): Promise<FlushResult>;
  /** Flushes, then lets go of everything. What is recorded afterwards is dropped. */
  shutdown(options?: { readonly timeoutMs?: number }): Promise<FlushResult>;
}

/**
 * Makes a monitor, which connects in the background. The one call of the SDK that throws: a `MonitorOptionsError`, for
 * options that cannot work.
 */
export function createMonitor(options: MonitorOptions): Monitor {
  return new RunningMonitor(readOptions(options));
}

class RunningMonitor implements Monitor {
  readonly #settings: MonitorSettings;
  readonly #diagnostics: Diagnostics;
  readonly #breakers: Breakers;
  readonly #telemetry: Telemetry;
  readonly #models: ReadonlyMap<string, ModelState>;
  readonly #transport: Transport;
  readonly #publisher: Publisher;
  readonly #batcher: Batcher;
  readonly #spool: Spool | undefined;
  #recovered = 0;
  readonly #routing: RoutingTable;
  readonly #recorder: Recorder;
  readonly #heart: ReturnType<typeof startHeartbeat>;
  readonly #routingListeners = new Set<(document: RoutingDocument) => void>();
  readonly #connectionListeners = new Set<(connected: boolean) => void>();
  /** Models whose events the broker did not allow, the last time. */
  readonly #denied = new Set<string>();
  #connection: ConnectionState = { state: 'connecting', server: null };
  #batches = { acknowledged: 0, duplicates: 0 };
  #lastAcknowledgedAt: number | null = null;
  #shutdown: Promise<FlushResult> | undefined;
  #announced = false;
  #announceTimer: NodeJS.Timeout | undefined;
  #forgetExit: () => void = () => {};

  constructor(settings: MonitorSettings) {
    const { clock, random, partitions, batch, buffer } = settings;
    const newId = createUuidMaker(clock);
    const diagnostics = new Diagnostics(settings.logger, clock);
    this.#settings = settings;
    this.#diagnostics = diagnostics;
    this.#breakers = new Breakers(diagnostics, monotonic);
    this.#telemetry = new Telemetry(sdkVersion, settings.telemetry, (error) =>
      diagnostics.warn('telemetry', `OpenTelemetry failed: ${messageOf(error)}`),
    );
    this.#models = new Map(
      [...settings.models].map(([name, model]) => {
        const warn = (reason: string) => diagnostics.warn('redact', reason);
        const redactor =
          model.redact === undefined
            ? undefined
            : new Redactor({
                ...{ redact: model.redact, now: monotonic, warn },
                breaker: this.#breakers.make('redactor_paused', name),
              });
        return [name, new ModelState(model, { pseudonyms: settings.pseudonyms, redactor })];
      }),
    );
    this.#publisher = new Publisher({
      ...{ clock, random, window: publishWindow, answerTimeoutMs },
      publish: (message) => this.#transport.publish(message),
      stored: (stored, duplicate) => this.#stored(stored, duplicate),
      refused: (refused, message) => {
        diagnostics.raise('batch_refused', message);
        this.#givenUp(refused, 'batch_refused', message);
      },
      delayed: (reason, message, model) => {
        diagnostics.raise(reason, message);
        if (reason === 'publish_denied') {
          this.#denied.add(model);
        }
      },
    });
    this.#spool = settings.spool === undefined ? undefined : this.#openSpool(settings.spool, newId());
    this.#batcher = new Batcher({
      spool: this.#spool,
      ...{ newProducer: newId, partitions, batch, buffer, clock, salt: Math.floor(random() * 2 ** 32) },
      emit: (ready) => this.#publisher.add(ready),
      failed: (model, events, error) => this.#recorder.drop(model, 'internal_error', events, errorTypeOf(error)),
    });
    this.#routing = new RoutingTable({
      environment: settings.environment,
      models: new Map([...this.#models.values()].map(({ name, compiledInVersion }) => [name, compiledInVersion])),
      random,
      loaded: (model) => this.#models.get(model)?.digests,
      lastGood: settings.routingCacheFolder === undefined ? undefined : new LastGoodFolder(settings.routingCacheFolder),
      changed: (document) => this.#routingChanged(document),
      malformed: (model, reason) => diagnostics.raise('routing_malformed', `${model}: ${reason}`),
      notKept: (error) => diagnostics.raise('routing_cache', messageOf(error)),
    });
    this.#recorder = new Recorder({
      ...{ models: this.#models, batcher: this.#batcher, routing: this.#routing, clock, newId },
      ...{ telemetry: this.#telemetry, diagnostics, spool: this.#spool, switchedOff: settings.switchedOff },
    });
    this.#transport = settings.transport;
    this.#heart = startHeartbeat({
      ...{ settings, models: this.#models, routing: this.#routing },
      send: (subject, payload) => this.#transport.notify(subject, payload),
    });
    this.#start();
  }

  wrap<Args extends unknown[], Result, State>(
    predict: (...args: Args) => Result,
    options: WrapOptions<Args, Result, State>,
  ): (...args: Args) => Result {
    return this.#safely(() => wrapFunction(this.#wrapTools(), predict, options), predict);
  }

  wrapBatch<Args extends unknown[], Result>(
    predict: (...args: Args) => Result,
    options: WrapBatchOptions<Args, Result>,
  ): (...args: Args) => Result {
    return this.#safely(() => wrapBatchFunction(this.#wrapTools(), predict, options), predict);
  }

  wrapVersions<Args extends unknown[], Result, State>(
    predict: (serving: Serving, ...args: Args) => Result,
    options: VersionsOptions<Args, Result, State>,
  ): (...args: Args) => Result {
    const unrecorded = (...args: Args) => {
      const { version, role } = this.route([...this.#models.keys()][0] ?? '');
      return predict({ version, role, signal: new AbortController().signal }, ...args);
    };
    return this.#safely(() => wrapVersionsFunction(this.#wrapTools(), predict, options), unrecorded);
  }

  step<Result>(step: StepOptions, call: () => Result): Result {
    return runStep(this.#telemetry, step, call);
  }

  record(inference: InferenceRecord): string {
    return this.#recorder.record(inference);
  }

  preview(inference: InferenceRecord): Preview {
    return this.#recorder.preview(inference);
  }

  recordBatch(batch: InferenceBatchRecord): string[] {
    return this.#recorder.recordBatch(batch);
  }

  feedback(feedback: Omit<OutcomeRecord, 'type'>): string {
    return this.#recorder.outcome(feedback, 'feedback');
  }

  evaluation(evaluation: Omit<OutcomeRecord, 'type'>): string {
    return this.#recorder.outcome(evaluation, 'evaluation');
  }

  outcome(outcome: OutcomeRecord): string {
    return this.#recorder.outcome(outcome);
  }

  /** For the entries of this package that find inferences in spans, or make spans of their own. */
  get [recordPort](): RecordPort {
    return {
      record: (inference) => this.#recorder.record(inference, spanOfSomebodyElse),
      startSpan: (model) => this.#telemetry.start(`predict ${model}`),
      within: (span, run) => this.#telemetry.within(span, run, undefined, []),
      recordBatch: (batch, span) => this.#recorder.recordBatch(batch, span),
      loaded: (artefact) => void this.loaded(artefact),
      routing: {
        route: (model, key) => this.#routing.route(model, key),
        source: (model) => this.#routing.source(model),
        connected: () => this.#connection.state === 'connected',
        onConnection: (listener) => {
          this.#connectionListeners.add(listener);
          return () => void this.#connectionListeners.delete(listener);
        },
      },
      models: [...this.#models.keys()],
      telemetry: this.#settings.telemetry,
      genAiConventions: this.#settings.genAiConventions,
      clock: this.#settings.clock,
      breaker: (whose) => this.#breakers.make('extractor_paused', whose),
      lost: (model, reason) => this.#recorder.drop(model, 'extractor_failed', 1, reason),
      warn: (kind, message) => this.#diagnostics.warn(kind, message),
    };
  }

  route(model: string, key?: string): Route {
    const route = this.#safely(() => this.#routing.route(model, typeof key === 'string' ? key : undefined), undefined);
    if (route === undefined || route.version === '') {
      this.#diagnostics.warn('route', 'route() was asked about a model that the options do not name');
    } else {
      this.#telemetry.chosen(model, this.#settings.environment, route);
    }
    return route ?? unknownRoute;
  }

  onRouting(listener: (document: RoutingDocument) => void): () => void {
    this.#routingListeners.add(listener);
    for (const model of this.#models.keys()) {
      const document = this.#routing.document(model);
      if (document !== null) {
        this.#safely(() => listener(document), undefined);
      }
    }
    return () => {
      this.#routingListeners.delete(listener);
    };
  }

  async loaded(artefact: LoadedArtefact): Promise<ArtefactCheck> {
    try {
      const model = this.#modelNamed(artefact.model);
      const { version, digest } = artefact;
      if (model === undefined || !isName(version) || (digest !== undefined && !isName(digest))) {
        this.#diagnostics.warn('loaded', 'loaded() was told of no model of the options, or no version or digest');
        return notLoaded;
      }
      if (artefact.digest === undefined) {
        await model.loadOnce(version, artefactDigest(artefact));
        this.#diagnostics.clear('artefact_unreadable');
      } else {
        model.load(version, artefact.digest);
      }
      this.#artefactsChanged();
      this.#heart.beat();
      return artefactCheck(model.digests.get(version) ?? null, this.#routing.digestOf(model.name, version));
    } catch (error) {
      this.#diagnostics.raise('artefact_unreadable', errorTypeOf(error));
      return notLoaded;
    }
  }

  unloaded(version: { readonly version: string; readonly model?: string }): void {
    this.#safely(() => {
      this.#modelNamed(version.model)?.unload(String(version.version));
      this.#artefactsChanged();
      this.#heart.beat();
    }, undefined);
  }

  status(): MonitorStatus {
    const { service, environment, instance } = this.#settings;
    const models = [...this.#models.values()];
    const { accepted, acknowledged, thinned, dropped } = totalOf([
      ...models.map(({ counts }) => counts),
      this.#recorder.unattributed,
    ]);
    return {
      ...{ service, environment, instance, sdkVersion },
      connection: this.#connection,
      problems: this.#diagnostics.problems,
      telemetry: this.#telemetry.status(),
      buffered: { ...this.#batcher.buffered, batches: this.#publisher.batches },
      counts: {
        accepted,
        acknowledged,
        thinned,
        dropped,
        batches: { ...this.#batches, retried: this.#publisher.retries },
      },
      spool: this.#spool === undefined ? null : { bytes: this.#spool.bytes, recovered: this.#recovered },
      lastAcknowledgedAt: this.#lastAcknowledgedAt,
      models: Object.fromEntries(models.map((model) => [model.name, this.#modelStatus(model)])),
    };
  }

  async flush(options?: { readonly timeoutMs?: number }): Promise<FlushResult> {
    try {
      this.#batcher.flush();
      const delivered = await within(timeoutOf(options, flushTimeoutMs), this.#idle());
      return { delivered, remaining: this.#batcher.buffered.events };
    } catch (error) {
      this.#diagnostics.warn('flush', `flush failed: ${messageOf(error)}`);
      return { delivered: false, remaining: this.#batcher.buffered.events };
    }
  }

  shutdown(options?: { readonly timeoutMs?: number }): Promise<FlushResult> {
    this.#shutdown ??= this.#stop(timeoutOf(options, shutdownTimeoutMs));
    return this.#shutdown;
  }

  #start(): void {
    const { environment, flushAtExit, flushAtSignals, warning } = this.#settings;
    const modelOfKey = new Map([...this.#models.keys()].map((model) => [routingKey(environment, model), model]));
    const listener: TransportListener = {
      connected: (server) => {
        this.#connectionChanged({ state: 'connected', server });
        this.#announce();
        this.#publisher.connected();
        this.#heart.beat();
      },
      disconnected: () => {
        this.#connectionChanged({ state: 'disconnected', server: null });
        this.#publisher.disconnected();
      },
      answered: (token, answer) => this.#publisher.answered(token, answer),
      publishDenied: (subject, reason) => this.#publisher.denied(subject, reason),
      routing: (key, value) => {
        const model = modelOfKey.get(key);
        if (model !== undefined) {
          this.#routing.received(model, value);
        }
      },
      problem: (code, message) => this.#diagnostics.raise(code, message),
      solved: (code) => this.#diagnostics.clear(code),
    };
    this.#announceTimer = setTimeout(() => this.#announce(), announceAfterMs).unref();
    this.#transport.start(listener, { routingKeys: [...modelOfKey.keys()] });
    const undo = [
      flushAtExit ? atExit(() => void this.shutdown({ timeoutMs: exitTimeoutMs })) : () => {},
      flushAtSignals ? atSignal(() => this.shutdown()) : () => {},
    ];
    this.#forgetExit = () => {
      for (const forget of undo) {
        forget();
      }
    };
    if (warning !== null) {
      this.#diagnostics.warn('environment', warning);
    }
  }

  async #stop(timeoutMs: number): Promise<FlushResult> {
    this.#recorder.closed = true;
    this.#forgetExit();
    const result = await this.flush({ timeoutMs });
    this.#heart.stop();
    clearTimeout(this.#announceTimer);
    const left = this.#publisher.stop();
    if (this.#spool === undefined) {
      for (const batch of left) {
        this.#givenUp(batch, 'not_delivered', 'shutdown() did not wait longer');
      }
    }
    this.#batcher.stop();
    await within(closeTimeoutMs, this.#spool?.close(this.#batcher.buffered.events === 0) ?? Promise.resolve()).catch(
      () => {},
    );
    await within(closeTimeoutMs, this.#transport.close()).catch(() => {});
    this.#connection = { state: 'closed', server: null };
    return result;
  }

  #stored(batch: OutgoingBatch, duplicate: boolean): void {
    this.#batcher.release(batch.events, batch.payload.length);
    this.#spool?.settled(batch.producer, batch.number);
    const model = this.#models.get(batch.model);
    if (model !== undefined) {
      model.counts.acknowledged += batch.events;
    }
    this.#batches.acknowledged += 1;
    this.#batches.duplicates += duplicate ? 1 : 0;
    this.#lastAcknowledgedAt = this.#settings.clock();
    this.#diagnostics.clear('stream_missing', 'stream_full', 'not_acknowledged', 'inbox_denied');
    if (this.#denied.delete(batch.model) && this.#denied.size === 0) {
      this.#diagnostics.clear('publish_denied');
    }
  }

  #givenUp(batch: OutgoingBatch, reason: 'batch_refused' | 'not_delivered', message: string): void {
    this.#batcher.release(batch.events, batch.payload.length);
    this.#spool?.settled(batch.producer, batch.number);
    this.#recorder.drop(batch.model, reason, batch.events, message);
  }

  /** One line when the first connection is there, or has not come: what is connected, of no effect, or missing. */
  #announce(): void {
    if (this.#announced) {
      this.#diagnostics.info(`${this.#settings.service} is connected to ${this.#connection.server}`);
      return;
    }
    this.#announced = true;
    clearTimeout(this.#announceTimer);
    this.#diagnostics.info(startUpLine(this.status()));
  }

  /** Resolves when everything recorded so far is stored or refused. */
  async #idle(): Promise<void> {
    const spool = this.#spool;
    if (spool !== undefined) {
      await new Promise<void>((resolve) => spool.whenWritten(resolve));
    }
    await this.#publisher.idle();
  }

  #openSpool(settings: SpoolSettings, name: string): Spool {
    return new Spool({
      ...settings,
      name,
      clock: this.#settings.clock,
      recovered: (batch) => this.#recover(batch),
      failed: (error) => this.#diagnostics.raise('spool_failed', messageOf(error)),
      worked: () => this.#diagnostics.clear('spool_failed'),
    });
  }

  /** Leaves room for what is recorded now. */
  async #recover(batch: LeftOverBatch): Promise<void> {
    while (this.#batcher.fill > recoveryFill && this.#shutdown === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 50).unref());
    }
    if (this.#shutdown !== undefined) {
      return;
    }
    const model = this.#models.get(batch.events[0]?.model ?? '');
    this.#batcher.addRecovered(batch, model?.types ?? new FeatureTypes());
    this.#recovered += batch.events.length;
    if (model !== undefined) {
      model.counts.accepted += batch.events.length;
    }
  }

  #connectionChanged(connection: ConnectionState): void {
    this.#connection = connection;
    for (const listener of this.#connectionListeners) {
      this.#safely(() => listener(connection.state === 'connected'), undefined);
    }
  }

  #routingChanged(document: RoutingDocument): void {
    // Documents from disk are read before anything that could be told about them exists.
    this.#heart?.beat();
    this.#diagnostics.clear('routing_malformed');
    this.#artefactsChanged();
    for (const listener of this.#routingListeners) {
      this.#safely(() => listener(document), undefined);
    }
  }

  /** Tells the status of versions that do not serve here. */
  #artefactsChanged(): void {
    const refused = [...this.#models.values()].flatMap((model) =>
      // Documents from disk are read before there is a table to ask.
      (this.#routing?.refused(model.name) ?? []).map((version) => `${model.name} ${version}`),
    );
    if (refused.length === 0) {
      this.#diagnostics.clear('artefact_mismatch');
    } else {
      this.#diagnostics.raise('artefact_mismatch', refused.join(', '));
    }
  }

  #wrapTools(): WrapTools {
    return {
      ...{ recorder: this.#recorder, telemetry: this.#telemetry },
      deliver: this.#settings.serverless ? () => this.flush({ timeoutMs: serverlessTimeoutMs }) : undefined,
      route: (model, key) => this.route(model, key),
      breaker: (model) => this.#breakers.make('extractor_paused', model),
      onlyModel: this.#models.size === 1 ? [...this.#models.keys()][0] : undefined,
    };
  }

  #modelNamed(name: string | undefined): ModelState | undefined {
    const [only] = this.#models.values();
    return name === undefined && this.#models.size === 1 ? only : this.#models.get(name ?? '');
  }

  #modelStatus(model: ModelState): ModelStatus {
    const document = this.#routing.document(model.name);
    const { accepted, acknowledged, thinned, dropped } = model.counts;
    return {
      ...{ accepted, acknowledged, thinned, dropped },
      routing: {
        revision: document?.revision ?? 0,
        source: this.#routing.source(model.name),
        champion: document?.champion?.version ?? model.compiledInVersion,
        canary: document?.canary?.version ?? null,
        shadow: document?.shadow?.version ?? null,
        refused: this.#routing.refused(model.name),
      },
      loaded: model.loaded,
      shadows: { ...model.shadows },
      capture: this.#settings.switchedOff ? 'off' : model.capture.mode,
      notRedacted: model.capture.notRedacted,
      featuresIgnored: model.types.ignored,
    };
  }

  #safely<Value>(run: () => Value, otherwise: Value): Value {
    try {
      return run();
    } catch (error) {
      this.#diagnostics.warn('callback', `a function of the app threw ${errorTypeOf(error)}`);
      return otherwise;
    }
  }
}

const unknownRoute: Route = {
  ...{ version: '', role: 'champion', shadow: null, revision: 0, sticky: false, reason: 'compiled_in' },
};
/** Stands in for a span that is not to be made here. */
const spanOfSomebodyElse = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
const monotonic = () => performance.now();
/** Above this the buffer belongs to what is recorded now. */
const recoveryFill = 0.4;
const publishWindow = { batches: 64, bytes: 4 * 1024 * 1024 };
const answerTimeoutMs = 5_000;
const flushTimeoutMs = 2_000;
/** A call never waits longer for us than this. */
const serverlessTimeoutMs = 1_000;
const announceAfterMs = 5_000;
const closeTimeoutMs = 1_000;

/** Heartbeats hold it every few seconds, so it is short. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= maxNameLength;
}

import { INVALID_SPAN_CONTEXT, trace } from '@opentelemetry/api';
import { Breakers } from './breaker.ts';
import { exitTimeoutMs, shutdownTimeoutMs, timeoutOf, within } from './deadline.ts';
import { Delivery } from './delivery.ts';
import { Diagnostics, messageOf } from './diagnostics.ts';
import { errorTypeOf } from './error-type.ts';
import { MonitorOptionsError } from './errors.ts';
import { atExit, atSignal } from './exit.ts';
import { startHeartbeat } from './heartbeat.ts';
import { Listeners } from './listeners.ts';
import type { ModelState } from './model-state.ts';
import { modelStates } from './model-states.ts';
import { modelStatus } from './model-status.ts';
import type { Monitor } from './monitor.ts';
import type { MonitorOptions } from './options.ts';
import { totalOf } from './pipeline/counts.ts';
import { LossPeriod } from './pipeline/loss-period.ts';
import type { Preview } from './privacy/preview.ts';
import { type MonitorSettings, readOptions } from './read-options.ts';
import type { InferenceRecord, OutcomeRecord } from './record.ts';
import { type RecordPort, recordPort } from './record-port.ts';
import { Recorder } from './recorder.ts';
import type { InferenceBatchRecord } from './recording/batch-record.ts';
import { runStep, type StepOptions } from './recording/step.ts';
import type { ArtefactCheck, LoadedArtefact } from './routing/artefact-digest.ts';
import { Artefacts } from './routing/artefacts.ts';
import type { Route } from './routing/choose.ts';
import type { RoutingDocument } from './routing/document.ts';
import { LastGoodFolder } from './routing/last-good.ts';
import { RoutingTable } from './routing/table.ts';
import { StartUp } from './start-up.ts';
import type { ConnectionState, FlushResult, MonitorStatus } from './status.ts';
import { routingKey } from './subjects.ts';
import { Telemetry } from './telemetry/telemetry.ts';
import type { Transport, TransportListener } from './transport.ts';
import { createUuidMaker } from './uuid.ts';
import { sdkVersion } from './version.ts';
import { type WrapOptions, type WrapTools, wrapFunction } from './wrap.ts';
import { type WrapBatchOptions, wrapBatchFunction } from './wrap-batch.ts';
import { type Serving, type VersionsOptions, wrapVersionsFunction } from './wrap-versions.ts';

/**
 * Makes a monitor, which connects in the background. The one call of the SDK that throws: a `MonitorOptionsError`, for
 * options that cannot work.
 */
export function createMonitor(options: MonitorOptions): Monitor {
  try {
    return new RunningMonitor(readOptions(options));
  } catch (error) {
    if (error instanceof MonitorOptionsError) {
      // Its stack begins at the app's own line: what checks options is of no interest there.
      Error.captureStackTrace(error, createMonitor);
    }
    throw error;
  }
}

class RunningMonitor implements Monitor {
  readonly #settings: MonitorSettings;
  readonly #diagnostics: Diagnostics;
  readonly #breakers: Breakers;
  readonly #telemetry: Telemetry;
  readonly #models: ReadonlyMap<string, ModelState>;
  readonly #transport: Transport;
  readonly #delivery: Delivery;
  readonly #routing: RoutingTable;
  readonly #recorder: Recorder;
  readonly #artefacts: Artefacts;
  readonly #heart: ReturnType<typeof startHeartbeat>;
  readonly #startUp: StartUp;
  readonly #routingListeners = new Listeners<RoutingDocument>((error) => this.#callbackFailed(error));
  readonly #connectionListeners = new Listeners<boolean>((error) => this.#callbackFailed(error));
  #connection: ConnectionState = { state: 'connecting', server: null };
  #shutdown: Promise<FlushResult> | undefined;
  #forgetExit: () => void = () => {};

  constructor(settings: MonitorSettings) {
    const { clock, random } = settings;
    const newId = createUuidMaker(clock);
    const diagnostics = new Diagnostics(settings.logger, clock);
    const losses = new LossPeriod(clock, (message) => diagnostics.info(message));
    this.#settings = settings;
    this.#diagnostics = diagnostics;
    this.#breakers = new Breakers(diagnostics, monotonic);
    this.#telemetry = new Telemetry(sdkVersion, settings.telemetry, (error) =>
      diagnostics.warn('telemetry', `OpenTelemetry failed: ${messageOf(error)}`),
    );
    this.#models = modelStates(settings, { diagnostics, breakers: this.#breakers, now: monotonic });
    this.#delivery = new Delivery({
      settings,
      models: this.#models,
      diagnostics,
      losses,
      newId,
      publish: (message) => this.#transport.publish(message),
      drop: (model, reason, events, detail) => this.#recorder.drop(model, reason, events, detail),
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
      models: this.#models,
      batcher: this.#delivery.batcher,
      routing: this.#routing,
      clock,
      newId,
      telemetry: this.#telemetry,
      diagnostics,
      losses,
      spool: this.#delivery.spool,
      switchedOff: settings.switchedOff,
    });
    this.#transport = settings.transport;
    this.#heart = startHeartbeat({
      settings,
      models: this.#models,
      routing: this.#routing,
      send: (subject, payload) => this.#transport.notify(subject, payload),
    });
    this.#artefacts = new Artefacts({
      models: this.#models,
      routing: this.#routing,
      diagnostics,
      changed: () => this.#heart.beat(),
    });
    this.#startUp = new StartUp(
      () => this.status(),
      (line) => diagnostics.info(line),
    );
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
        onConnection: (listener) => this.#connectionListeners.add(listener),
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
    const forget = this.#routingListeners.add(listener);
    for (const model of this.#models.keys()) {
      const document = this.#routing.document(model);
      if (document !== null) {
        this.#routingListeners.tellOne(listener, document);
      }
    }
    return forget;
  }

  loaded(artefact: LoadedArtefact): Promise<ArtefactCheck> {
    return this.#artefacts.loaded(artefact);
  }

  unloaded(version: { readonly version: string; readonly model?: string }): void {
    this.#safely(() => this.#artefacts.unloaded(version), undefined);
  }

  status(): MonitorStatus {
    const { service, environment, instance } = this.#settings;
    const models = [...this.#models.values()];
    const { accepted, acknowledged, thinned, dropped } = totalOf([
      ...models.map(({ counts }) => counts),
      this.#recorder.unattributed,
    ]);
    const { batches, ...delivery } = this.#delivery.status();
    return {
      service,
      environment,
      instance,
      sdkVersion,
      ...delivery,
      connection: this.#connection,
      problems: this.#diagnostics.problems,
      telemetry: this.#telemetry.status(),
      counts: { accepted, acknowledged, thinned, dropped, batches },
      models: Object.fromEntries(
        models.map((model) => [model.name, modelStatus(model, this.#routing, this.#settings)]),
      ),
    };
  }

  flush(options?: { readonly timeoutMs?: number }): Promise<FlushResult> {
    return this.#delivery.flush(timeoutOf(options, flushTimeoutMs));
  }

  shutdown(options?: { readonly timeoutMs?: number }): Promise<FlushResult> {
    this.#shutdown ??= this.#stop(timeoutOf(options, shutdownTimeoutMs));
    return this.#shutdown;
  }

  #start(): void {
    const { environment, flushAtExit, flushAtSignals, warning } = this.#settings;
    const models = new Map([...this.#models.keys()].map((model) => [routingKey(environment, model), model]));
    this.#transport.start(this.#listener(models), { routingKeys: [...models.keys()] });
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

  /** `models`: by the keys of their routing. */
  #listener(models: ReadonlyMap<string, string>): TransportListener {
    return {
      connected: (server) => {
        this.#connectionChanged({ state: 'connected', server });
        this.#startUp.connected(server);
        this.#delivery.connected();
        this.#heart.beat();
      },
      disconnected: () => {
        this.#connectionChanged({ state: 'disconnected', server: null });
        this.#delivery.disconnected();
      },
      answered: (token, answer) => this.#delivery.answered(token, answer),
      publishDenied: (subject, reason) => this.#delivery.denied(subject, reason),
      routing: (key, value) => {
        const model = models.get(key);
        if (model !== undefined) {
          this.#routing.received(model, value);
        }
      },
      problem: (code, message) => this.#diagnostics.raise(code, message),
      solved: (code) => this.#diagnostics.clear(code),
    };
  }

  async #stop(timeoutMs: number): Promise<FlushResult> {
    this.#recorder.closed = true;
    this.#delivery.stopRecovery();
    this.#forgetExit();
    const result = await this.flush({ timeoutMs });
    this.#heart.stop();
    this.#startUp.stop();
    await this.#delivery.stop();
    await within(closeTimeoutMs, this.#transport.close()).catch(() => {});
    this.#connection = { state: 'closed', server: null };
    return result;
  }

  #connectionChanged(connection: ConnectionState): void {
    this.#connection = connection;
    this.#connectionListeners.tell(connection.state === 'connected');
  }

  #routingChanged(document: RoutingDocument): void {
    // Documents from disk are read before anything that could be told about them exists.
    this.#heart?.beat();
    this.#diagnostics.clear('routing_malformed');
    this.#artefacts?.compare();
    this.#routingListeners.tell(document);
  }

  #wrapTools(): WrapTools {
    return {
      recorder: this.#recorder,
      telemetry: this.#telemetry,
      deliver: this.#settings.serverless ? () => this.flush({ timeoutMs: serverlessTimeoutMs }) : undefined,
      route: (model, key) => this.route(model, key),
      breaker: (model) => this.#breakers.make('extractor_paused', model),
      onlyModel: this.#models.size === 1 ? [...this.#models.keys()][0] : undefined,
    };
  }

  #safely<Value>(run: () => Value, otherwise: Value): Value {
    try {
      return run();
    } catch (error) {
      this.#callbackFailed(error);
      return otherwise;
    }
  }

  #callbackFailed(error: unknown): void {
    this.#diagnostics.warn('callback', `a function of the app threw ${errorTypeOf(error)}`);
  }
}

const unknownRoute: Route = {
  version: '',
  role: 'champion',
  shadow: null,
  revision: 0,
  sticky: false,
  reason: 'compiled_in',
};
/** Stands in for a span that is not to be made here. */
const spanOfSomebodyElse = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
const monotonic = () => performance.now();
const flushTimeoutMs = 2_000;
/** A call never waits longer for us than this. */
const serverlessTimeoutMs = 1_000;
const closeTimeoutMs = 1_000;

import {
  context,
  createNoopMeter,
  type Histogram,
  metrics,
  ProxyTracerProvider,
  type Span,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { errorTypeOf } from '../error-type.ts';
import type { OutcomeEvent, ServingRole } from '../event.ts';
import { attributes, featureFlag, inferenceMetrics, scopeName } from '../otel/conventions.ts';
import type { Route } from '../routing/choose.ts';
import { contextWithSpan } from './context-with-span.ts';
import { EventLog } from './event-log.ts';
import { evaluationOf, flagEvaluationOf } from './log-events.ts';
import { type Dimensions, isOf, type RowCounter, rowCounterOf } from './row-counter.ts';

/** A span that has been started and not ended. */
export type OpenSpan = Span;

/** What OpenTelemetry is told about one inference. Features, predictions and scores never go there. */
export interface InferenceTelemetry {
  readonly id: string;
  readonly model: string;
  readonly version: string;
  readonly role: ServingRole;
  readonly error: string | null;
}

/**
 * Spans and metrics of inferences through whatever OpenTelemetry set-up the app has, found through the global API; none
 * is ever made here. Without one, all of this costs next to nothing.
 */
export class Telemetry {
  readonly #version: string;
  readonly #enabled: boolean;
  readonly #failed: (error: unknown) => void;
  readonly #log = new EventLog();
  #tracerProvider: unknown;
  #tracer: Tracer | undefined;
  #meterProvider: unknown;
  #measures = false;
  #duration: Histogram | undefined;
  #rows: RowCounter | undefined;
  /** Of the inference before: most are alike. */
  #dimensions: Dimensions | undefined;

  constructor(version: string, enabled: boolean, failed: (error: unknown) => void) {
    this.#version = version;
    this.#enabled = enabled;
    this.#failed = failed;
  }

  /** A span that waits for its inference, which began `agoMs` ago; nothing when telemetry is switched off. */
  start(name: string, agoMs = 0): OpenSpan | undefined {
    if (!this.#enabled) {
      return undefined;
    }
    try {
      // Attributes are set later: given here, the SDK of OpenTelemetry handles each of them twice.
      return this.#currentTracer().startSpan(name, agoMs > 0 ? { startTime: Date.now() - agoMs } : undefined);
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** Calls the function with the span as parent of the spans it makes, when there is anybody to tell. */
  within<Args extends unknown[], Result>(
    span: OpenSpan | undefined,
    call: (...args: Args) => Result,
    receiver: unknown,
    args: Args,
  ): Result {
    return span?.isRecording()
      ? context.with(contextWithSpan(context.active(), span), call, receiver as never, ...args)
      : Reflect.apply(call, receiver, args);
  }

  /** What runs functions later as if they ran here: with the span that is active now as the parent. */
  here(span?: OpenSpan): <Result>(run: () => Result) => Result {
    const now = span?.isRecording() ? contextWithSpan(context.active(), span) : context.active();
    return (run) => context.with(now, run);
  }

  /** The type of a failure goes on the span, its message does not. */
  fail(span: OpenSpan | undefined, error: unknown): void {
    try {
      span?.setAttribute(attributes.errorType, errorTypeOf(error));
      span?.setStatus({ code: SpanStatusCode.ERROR });
    } catch (failure) {
      this.#failed(failure);
    }
  }

  /** Puts one inference on its span and into the metrics. `rows`: how many rows a batch prediction had. */
  record(
    span: OpenSpan | undefined,
    latencyMs: number | null,
    inference: InferenceTelemetry,
    facts: InferenceFacts,
    rows = 1,
  ): void {
    try {
      if (span?.isRecording()) {
        describe(span, inference, facts, rows);
      }
      if (this.#enabled && this.#instruments()) {
        this.#measure(latencyMs, inference, rows);
      }
    } catch (error) {
      // A processor, exporter or provider of the app's that throws must neither reach the app nor cost the event.
      this.#failed(error);
    }
  }

  /** Tells the app's logs of an outcome. */
  outcome(outcome: OutcomeEvent): void {
    try {
      if (this.#enabled) {
        this.#log.emit(evaluationOf(outcome));
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Tells the app's logs which version was chosen for somebody. */
  chosen(model: string, environment: string, route: Route): void {
    try {
      if (this.#enabled && this.#log.isHeard) {
        const event = flagEvaluationOf(model, environment, route);
        if (event !== null) {
          this.#log.emit(event);
        }
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  end(span: OpenSpan | undefined): void {
    try {
      span?.end();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Whether spans and metrics go anywhere at the moment. */
  status(): { readonly spans: boolean; readonly metrics: boolean } {
    return { spans: this.#enabled && recordsSpans(), metrics: this.#enabled && this.#instruments() };
  }

  #measure(latencyMs: number | null, inference: InferenceTelemetry, rows: number): void {
    let dimensions = this.#dimensions;
    if (dimensions === undefined || !isOf(dimensions, inference)) {
      dimensions = this.#rows!.dimensionsOf(inference);
      this.#dimensions = dimensions;
    }
    dimensions.rows += rows;
    if (latencyMs !== null) {
      this.#duration!.record(latencyMs / 1000, dimensions.attributes);
    }
  }

  /** The app may register its provider after the monitor was made, or another one: looked up whenever that changes. */
  #currentTracer(): Tracer {
    const provider = tracerProvider();
    if (provider !== this.#tracerProvider || this.#tracer === undefined) {
      this.#tracer = trace.getTracer(scopeName, this.#version);
      this.#tracerProvider = provider;
    }
    return this.#tracer;
  }

  /**
   * Instruments of the provider registered now. Unlike tracers, instruments made before a provider is registered stay
   * without effect for ever, so they are made anew when the provider changes.
   */
  #instruments(): boolean {
    const provider = metrics.getMeterProvider();
    if (provider !== this.#meterProvider) {
      this.#meterProvider = provider;
      const meter = provider.getMeter(scopeName, this.#version);
      this.#measures = meter !== createNoopMeter();
      const { name, description, unit, buckets } = inferenceMetrics.duration;
      this.#duration = meter.createHistogram(name, {
        description,
        unit,
        advice: { explicitBucketBoundaries: [...buckets] },
      });
      this.#rows = rowCounterOf(provider, meter);
      this.#dimensions = undefined;
    }
    return this.#measures;
  }
}

/** What is known of the version that answered, beside the inference itself. */
export interface InferenceFacts {
  readonly digest: string | undefined;
  readonly routingRevision: number;
}

function describe(span: OpenSpan, inference: InferenceTelemetry, facts: InferenceFacts, rows: number): void {
  // Every attribute costs each call: what the span's name says already is none.
  span.setAttribute(attributes.model, inference.model);
  span.setAttribute(attributes.version, inference.version);
  span.setAttribute(attributes.variant, inference.role);
  if (rows === 1) {
    span.setAttribute(attributes.inferenceId, inference.id);
  } else {
    span.setAttribute(attributes.operation, 'predict_batch');
    span.setAttribute(attributes.batchSize, rows);
  }
  if (facts.digest !== undefined) {
    span.setAttribute(attributes.digest, facts.digest);
  }
  if (facts.routingRevision > 0) {
    span.setAttribute(attributes.routingRevision, facts.routingRevision);
    // Which version answered was the choice of a flag, in the words of the conventions.
    span.setAttribute(featureFlag.key, inference.model);
    span.setAttribute(featureFlag.variant, inference.role);
    span.setAttribute(featureFlag.provider, scopeName);
  }
  if (inference.error !== null) {
    span.setAttribute(attributes.errorType, inference.error);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
}

/** Whether somebody has registered a provider: without one, the API's own delegates to the same object as every fresh one. */
function recordsSpans(): boolean {
  return tracerProvider() !== new ProxyTracerProvider().getDelegate();
}

/** The API hides the registered provider behind a proxy. */
function tracerProvider(): TracerProvider {
  const provider = trace.getTracerProvider();
  return provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider;
}

import {
  type Counter,
  context,
  createNoopMeter,
  type Histogram,
  isSpanContextValid,
  metrics,
  ProxyTracerProvider,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { ServingRole } from '../event.ts';
import { attributes, durationBuckets, metricNames, scopeName } from './names.ts';

/** A span that has been started and not ended. */
export type OpenSpan = Span;

/** What OpenTelemetry is told about one inference. Features, predictions and scores never go there. */
export interface InferenceTelemetry {
  readonly id: string;
  readonly model: string;
  readonly version: string;
  readonly role: ServingRole;
  readonly digest: string | undefined;
  readonly routingRevision: number;
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
  #meterProvider: unknown;
  #measures = false;
  #duration: Histogram | undefined;
  #rows: Counter | undefined;

  constructor(version: string, enabled: boolean, failed: (error: unknown) => void) {
    this.#version = version;
    this.#enabled = enabled;
    this.#failed = failed;
  }

  /** A span that waits for its inference, which began `agoMs` ago; nothing when telemetry is switched off. */
  start(model: string, agoMs = 0): OpenSpan | undefined {
    if (!this.#enabled) {
      return undefined;
    }
    return this.#safely(() => {
      // The app may have registered its provider after the monitor was made, so the tracer is asked for each time.
      const tracer = trace.getTracer(scopeName, this.#version);
      // Attributes are set later: given here, the SDK of OpenTelemetry handles each of them twice.
      const startTime = agoMs > 0 ? { startTime: Date.now() - agoMs } : {};
      return tracer.startSpan(`predict ${model}`, { kind: SpanKind.INTERNAL, ...startTime });
    });
  }

  /** Runs the function with the span as parent of the spans it makes, when there is anybody to tell. */
  within<Result>(span: OpenSpan | undefined, run: () => Result): Result {
    return span?.isRecording() ? context.with(trace.setSpan(context.active(), span), run) : run();
  }

  /** Puts one inference on its span and into the metrics. */
  record(span: OpenSpan | undefined, latencyMs: number | null, inference: InferenceTelemetry): void {
    this.#safely(() => {
      if (span?.isRecording()) {
        describe(span, inference);
      }
      if (this.#enabled && this.#instruments()) {
        this.#measure(latencyMs, inference);
      }
    });
  }

  end(span: OpenSpan | undefined): void {
    this.#safely(() => span?.end());
  }

  /** Whether spans and metrics go anywhere at the moment. */
  status(): { readonly spans: boolean; readonly metrics: boolean } {
    return { spans: this.#enabled && recordsSpans(), metrics: this.#enabled && this.#instruments() };
  }

  #measure(latencyMs: number | null, inference: InferenceTelemetry): void {
    const dimensions = {
      [attributes.model]: inference.model,
      [attributes.version]: inference.version,
      [attributes.variant]: inference.role,
      ...(inference.error === null ? {} : { [attributes.errorType]: inference.error }),
    };
    this.#rows?.add(1, dimensions);
    if (latencyMs !== null) {
      this.#duration?.record(latencyMs / 1000, dimensions);
    }
  }

  /** A processor, exporter or provider of the app's that throws must neither reach the app nor cost the event. */
  #safely<Value>(run: () => Value): Value | undefined {
    try {
      return run();
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
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
      this.#duration = meter.createHistogram(metricNames.duration, {
        description: 'Time one inference took',
        unit: 's',
        advice: { explicitBucketBoundaries: durationBuckets },
      });
      this.#rows = meter.createCounter(metricNames.rows, { description: 'Inferences made', unit: '{row}' });
    }
    return this.#measures;
  }
}

function describe(span: OpenSpan, inference: InferenceTelemetry): void {
  span.setAttribute(attributes.inferenceId, inference.id);
  span.setAttribute(attributes.model, inference.model);
  span.setAttribute(attributes.version, inference.version);
  span.setAttribute(attributes.variant, inference.role);
  span.setAttribute(attributes.operation, 'predict');
  if (inference.digest !== undefined) {
    span.setAttribute(attributes.digest, inference.digest);
  }
  if (inference.routingRevision > 0) {
    span.setAttribute(attributes.routingRevision, inference.routingRevision);
  }
  if (inference.error !== null) {
    span.setAttribute(attributes.errorType, inference.error);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
}

/** The trace an inference belongs to: of its own span, else of the span it was recorded within. */
export function traceIdOf(span: OpenSpan | undefined): string | null {
  const found = span ?? trace.getActiveSpan();
  const spanContext = found?.spanContext();
  return spanContext !== undefined && isSpanContextValid(spanContext) ? spanContext.traceId : null;
}

/** The API hides providers behind a proxy, which without one delegates to the same object as every fresh proxy. */
function recordsSpans(): boolean {
  const provider = trace.getTracerProvider();
  const delegate = provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider;
  return delegate !== new ProxyTracerProvider().getDelegate();
}

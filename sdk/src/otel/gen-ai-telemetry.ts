import {
  type Attributes,
  context,
  type Histogram,
  type MeterProvider,
  metrics,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { sdkVersion } from '../version.ts';
import {
  attributes,
  type GenAiStability,
  genAi,
  genAiNames,
  type MetricDefinition,
  operationDuration,
  scopeName,
} from './conventions.ts';
import type { ModelCall } from './spans/model-call.ts';

/** What of a request belongs on its span. */
export interface RequestFacts {
  readonly stream: boolean;
  readonly temperature: number | null;
  readonly maxTokens: number | null;
  readonly topP: number | null;
  readonly serverAddress: string | null;
  readonly serverPort: number | null;
}

/**
 * Spans and measurements of calls to generative models, by the GenAI conventions, through the providers of the app: those
 * handed over, else the global ones at the time of the call. Never throws; nothing said in a call goes here.
 */
export class GenAiTelemetry {
  readonly #stability: GenAiStability;
  readonly #failed: (error: unknown) => void;
  tracerProvider: TracerProvider | undefined;
  meterProvider: MeterProvider | undefined;
  #measuredBy: MeterProvider | undefined;
  readonly #histograms = new Map<string, Histogram>();

  constructor(stability: GenAiStability, failed: (error: unknown) => void) {
    this.#stability = stability;
    this.#failed = failed;
  }

  /** The open span of a call; attributes given here are those samplers decide by. */
  start(call: ModelCall): Span | undefined {
    return this.#safely(() => {
      const tracer = (this.tracerProvider ?? trace.getTracerProvider()).getTracer(scopeName, sdkVersion);
      const name = call.requestModel === null ? call.operation : `${call.operation} ${call.requestModel}`;
      return tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes: identity(call) });
    });
  }

  /** Runs the function with the span as parent of those made meanwhile. */
  within<Result>(span: Span | undefined, run: () => Result): Result {
    return span?.isRecording() ? context.with(trace.setSpan(context.active(), span), run) : run();
  }

  end(span: Span | undefined, call: ModelCall, request: RequestFacts, inferenceId: string | null): void {
    this.#safely(() => {
      if (span?.isRecording()) {
        this.#describe(span, call, request, inferenceId);
      }
      span?.end();
    });
    this.#safely(() => this.#measure(call, request));
  }

  #describe(span: Span, call: ModelCall, request: RequestFacts, inferenceId: string | null): void {
    const { tokens } = call;
    const known = (name: string, value: string | number | boolean | string[] | null) =>
      value === null ? undefined : span.setAttribute(name, value);
    known(attributes.inferenceId, inferenceId);
    known(genAi.requestStream, request.stream ? true : null);
    known(genAi.requestTemperature, request.temperature);
    known(genAi.requestMaxTokens, request.maxTokens);
    known(genAi.requestTopP, request.topP);
    known(genAi.serverAddress, request.serverAddress);
    known(genAi.serverPort, request.serverPort);
    known(genAi.responseId, call.responseId);
    known(genAi.responseModel, call.responseModel);
    known(genAi.finishReasons, call.finishReason === null ? null : [call.finishReason]);
    known(genAi.timeToFirstChunk, call.timeToFirstTokenMs === null ? null : call.timeToFirstTokenMs / 1_000);
    known(genAi.inputTokens, tokens.input);
    known(genAi.outputTokens, tokens.output);
    known(genAi.cachedInputTokens, tokens.cachedInput);
    known(genAiNames[this.#stability].cacheWriteTokens, tokens.cacheWrite);
    known(genAi.reasoningTokens, tokens.reasoning);
    if (call.error !== null) {
      span.setAttribute(attributes.errorType, call.error);
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
  }

  #measure(call: ModelCall, request: RequestFacts): void {
    const names = genAiNames[this.#stability];
    const dimensions: Attributes = {
      ...identity(call),
      ...(call.responseModel === null ? {} : { [genAi.responseModel]: call.responseModel }),
      ...(request.serverAddress === null ? {} : { [genAi.serverAddress]: request.serverAddress }),
      ...(request.serverPort === null ? {} : { [genAi.serverPort]: request.serverPort }),
    };
    const error = call.error === null ? {} : { [attributes.errorType]: call.error };
    const duration = call.operation === 'embeddings' ? operationDuration : names.duration;
    this.#histogram(duration).record(call.latencyMs / 1_000, { ...dimensions, ...error });
    if (call.timeToFirstTokenMs !== null) {
      this.#histogram(names.timeToFirstChunk).record(call.timeToFirstTokenMs / 1_000, dimensions);
    }
    // Unknown token counts must not be reported.
    for (const [type, tokens] of [['input', call.tokens.input] as const, ['output', call.tokens.output] as const]) {
      const histogram = names.tokenUsage ?? names.tokenHistograms?.[type];
      if (tokens !== null && histogram !== undefined) {
        const direction = names.tokenUsage === null ? { [genAi.tokenModality]: 'text' } : { [genAi.tokenType]: type };
        this.#histogram(histogram).record(tokens, { ...dimensions, ...direction });
      }
    }
  }

  /** Instruments stay with the provider they were made by, so a new provider needs new ones. */
  #histogram({ name, unit, description, buckets = [] }: MetricDefinition): Histogram {
    const provider = this.meterProvider ?? metrics.getMeterProvider();
    if (provider !== this.#measuredBy) {
      this.#measuredBy = provider;
      this.#histograms.clear();
    }
    const known = this.#histograms.get(name);
    if (known !== undefined) {
      return known;
    }
    const made = provider
      .getMeter(scopeName, sdkVersion)
      .createHistogram(name, { unit, description, advice: { explicitBucketBoundaries: [...buckets] } });
    this.#histograms.set(name, made);
    return made;
  }

  #safely<Value>(run: () => Value): Value | undefined {
    try {
      return run();
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }
}

function identity(call: ModelCall): Attributes {
  return {
    [genAi.operation]: call.operation,
    ...(call.provider === null ? {} : { [genAi.provider]: call.provider }),
    ...(call.requestModel === null ? {} : { [genAi.requestModel]: call.requestModel }),
  };
}

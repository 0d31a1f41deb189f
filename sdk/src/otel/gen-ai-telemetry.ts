import {
  type Attributes,
  type Counter,
  context,
  type Histogram,
  type Meter,
  type MeterProvider,
  metrics,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { EventLog, warning } from '../telemetry/event-log.ts';
import { sdkVersion } from '../version.ts';
import {
  attributes,
  exception,
  type GenAiStability,
  genAi,
  genAiNames,
  type MetricDefinition,
  operationDuration,
  scopeName,
} from './conventions.ts';
import type { ModelCall } from './spans/model-call.ts';
import type { TokenCounts } from './spans/token-counts.ts';

/** What of a request belongs on its span. Stop sequences do not: they are text, and often names. */
export interface RequestFacts {
  readonly stream: boolean;
  readonly temperature: number | null;
  readonly maxTokens: number | null;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly frequencyPenalty: number | null;
  readonly presencePenalty: number | null;
  readonly seed: number | null;
  /** When there are several. */
  readonly choices: number | null;
  readonly outputType: 'text' | 'json' | null;
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
  readonly #instruments = new Map<string, Histogram | Counter>();
  readonly #exceptions = new EventLog();

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
    if (call.error !== null) {
      this.#safely(() => this.#tellFailure(call));
    }
  }

  /** With its type alone: messages of failures quote what was said. */
  #tellFailure(call: ModelCall): void {
    this.#exceptions.emit({
      eventName: exception.event,
      ...warning,
      attributes: { ...identity(call), [exception.type]: call.error ?? '' },
    });
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
    known(genAi.requestTopK, request.topK);
    known(genAi.requestFrequencyPenalty, request.frequencyPenalty);
    known(genAi.requestPresencePenalty, request.presencePenalty);
    known(genAi.requestSeed, request.seed);
    known(genAi.requestChoices, request.choices);
    known(genAi.outputType, request.outputType);
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

  /** A chunk of a stream came, so long after the one before. */
  chunk(call: ModelCall, request: RequestFacts, afterMs: number): void {
    this.#safely(() => {
      const { timePerOutputChunk } = genAiNames[this.#stability];
      this.#histogram(timePerOutputChunk).record(afterMs / 1_000, dimensionsOf(call, request));
    });
  }

  #measure(call: ModelCall, request: RequestFacts): void {
    const names = genAiNames[this.#stability];
    const dimensions = dimensionsOf(call, request);
    const error = call.error === null ? {} : { [attributes.errorType]: call.error };
    const duration = call.operation === 'embeddings' ? operationDuration : names.duration;
    this.#histogram(duration).record(call.latencyMs / 1_000, { ...dimensions, ...error });
    if (call.timeToFirstTokenMs !== null) {
      this.#histogram(names.timeToFirstChunk).record(call.timeToFirstTokenMs / 1_000, dimensions);
    }
    this.#measureTokens(call.tokens, dimensions);
  }

  /** Unknown token counts must not be reported. */
  #measureTokens(tokens: TokenCounts, dimensions: Attributes): void {
    const { tokenUsage, tokenHistograms, tokenCounters } = genAiNames[this.#stability];
    for (const type of ['input', 'output'] as const) {
      const histogram = tokenUsage ?? tokenHistograms?.[type];
      if (tokens[type] !== null && histogram !== undefined) {
        const direction = tokenUsage === null ? textModality : { [genAi.tokenType]: type };
        this.#histogram(histogram).record(tokens[type], { ...dimensions, ...direction });
      }
    }
    for (const kind of tokenKinds) {
      const counter = tokenCounters?.[kind];
      if (tokens[kind] !== null && counter !== undefined) {
        this.#counter(counter).add(tokens[kind], { ...dimensions, ...textModality });
      }
    }
  }

  #histogram(definition: MetricDefinition): Histogram {
    const { name, unit, description, buckets = [] } = definition;
    return this.#instrument(definition, (meter) =>
      meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries: [...buckets] } }),
    );
  }

  #counter(definition: MetricDefinition): Counter {
    const { name, unit, description } = definition;
    return this.#instrument(definition, (meter) => meter.createCounter(name, { unit, description }));
  }

  /** Instruments stay with the provider they were made by, so a new provider needs new ones. */
  #instrument<Kind extends Histogram | Counter>({ name }: MetricDefinition, make: (meter: Meter) => Kind): Kind {
    const provider = this.meterProvider ?? metrics.getMeterProvider();
    if (provider !== this.#measuredBy) {
      this.#measuredBy = provider;
      this.#instruments.clear();
    }
    // A name always stands for the same kind.
    const known = this.#instruments.get(name) as Kind | undefined;
    const instrument = known ?? make(provider.getMeter(scopeName, sdkVersion));
    this.#instruments.set(name, instrument);
    return instrument;
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

const textModality = { [genAi.tokenModality]: 'text' };
const tokenKinds = ['input', 'output', 'cachedInput', 'cacheWrite', 'reasoning'] as const;

function dimensionsOf(call: ModelCall, request: RequestFacts): Attributes {
  return {
    ...identity(call),
    ...(call.responseModel === null ? {} : { [genAi.responseModel]: call.responseModel }),
    ...(request.serverAddress === null ? {} : { [genAi.serverAddress]: request.serverAddress }),
    ...(request.serverPort === null ? {} : { [genAi.serverPort]: request.serverPort }),
  };
}

function identity(call: ModelCall): Attributes {
  return {
    [genAi.operation]: call.operation,
    ...(call.provider === null ? {} : { [genAi.provider]: call.provider }),
    ...(call.requestModel === null ? {} : { [genAi.requestModel]: call.requestModel }),
  };
}

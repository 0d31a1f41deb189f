import type { Span } from '@opentelemetry/api';
import { followCallScopes, isWithinCallOf, withinCallOf } from '../call-scope.ts';
import { errorTypeOf } from '../error-type.ts';
import type { Monitor } from '../monitor.ts';
import { GenAiTelemetry, type RequestFacts } from '../otel/gen-ai-telemetry.ts';
import { type ModelCallOptions, ModelCallRecorder } from '../otel/model-call-recorder.ts';
import type { ModelMessage } from '../otel/spans/messages.ts';
import type { ModelCall, ModelOperation } from '../otel/spans/model-call.ts';
import { noTokens } from '../otel/spans/token-counts.ts';
import { type RecordPort, recordPortOf } from '../record-port.ts';
import { isStream, observeStream, type StreamEnd } from '../recording/stream.ts';
import { isSampled, traceOf } from '../telemetry/trace-context.ts';
import { type Answer, type AnswerReader, amountField, emptyAnswer, field, numberField, textField } from './answer.ts';
import { watchAnswer } from './answer-promise.ts';
import type { Patch, Providers } from './instrumentation.ts';

/** One method of a client's class that calls a model. */
export interface ClientMethod {
  readonly owner: object | undefined;
  readonly operation: ModelOperation;
  readonly reader: AnswerReader;
  /** What is said to the model in these parameters. */
  input(parameters: unknown): readonly ModelMessage[];
}

/** Looks on as a client's methods are called, and records what they say into the monitor. */
export function clientCalls(provider: string, monitor: Monitor, options: ModelCallOptions): ClientCalls {
  const port = recordPortOf(monitor);
  followCallScopes();
  const telemetry = new GenAiTelemetry(port.genAiConventions, (error) =>
    port.warn('telemetry', `OpenTelemetry failed (${errorTypeOf(error)})`),
  );
  return new ClientCalls(provider, port, options, telemetry);
}

/** What the clients' `create` methods have in common: parameters first, an answer or a stream of it afterwards. */
class ClientCalls {
  readonly #provider: string;
  readonly #port: RecordPort;
  readonly #calls: ModelCallRecorder;
  readonly #telemetry: GenAiTelemetry;

  constructor(provider: string, port: RecordPort, options: ModelCallOptions, telemetry: GenAiTelemetry) {
    this.#provider = provider;
    this.#port = port;
    this.#calls = new ModelCallRecorder(port, options);
    this.#telemetry = telemetry;
  }

  get providers(): Providers {
    return this.#telemetry;
  }

  patches(methods: readonly ClientMethod[]): Patch[] {
    return methods.flatMap((method) =>
      method.owner === undefined
        ? []
        : [{ owner: method.owner, method: 'create', replacement: this.#watching(method) }],
    );
  }

  #watching(method: ClientMethod): Patch['replacement'] {
    const calls = this;
    return (original) =>
      function create(...args) {
        const call = calls.#begin(method, this, args[0]);
        if (call === undefined) {
          return Reflect.apply(original, this, args);
        }
        let promise: unknown;
        try {
          promise = calls.#telemetry.within(call.span, () =>
            withinCallOf(call.model, () => Reflect.apply(original, this, args)),
          );
        } catch (error) {
          calls.#failed(call, error);
          throw error;
        }
        // What it is instead is nobody's call any more.
        return calls.#safely(() => calls.#watch(call, promise)) ?? promise;
      };
  }

  /** Nothing when the call is none of the monitor's models, or part of one being recorded. */
  #begin(method: ClientMethod, client: unknown, parameters: unknown): OpenCall | undefined {
    return this.#safely(() => {
      const start = this.#startOf(method, parameters);
      const model = this.#calls.modelOf(start);
      if (model === null || isWithinCallOf(model)) {
        return undefined;
      }
      const span = this.#port.telemetry ? this.#telemetry.start(start) : undefined;
      const own = span === undefined ? null : traceOf(span);
      // Without a provider the span is in no trace, and the call in that of the span around it.
      const trace = own ?? traceOf(undefined);
      return {
        model,
        span,
        reader: method.reader,
        request: requestOf(client, parameters),
        start: {
          ...start,
          traceId: trace?.traceId ?? '',
          spanId: own?.spanId ?? '',
          sampled: trace === null || isSampled(trace),
        },
        startedAt: performance.now(),
        answer: emptyAnswer(this.#calls.content === 'messages'),
        firstTokenAt: null,
        lastSeenAt: 0,
        endedAt: null,
        isFinished: false,
      };
    });
  }

  #watch(call: OpenCall, promise: unknown): unknown {
    return watchAnswer(promise, {
      answered: (answer) => {
        if (call.request.stream) {
          return this.#safely(() => this.#watchStream(call, answer)) ?? answer;
        }
        this.#safely(() => call.reader.whole(answer, call.answer));
        this.#finish(call, call.answer.error);
        return answer;
      },
      failed: (error) => this.#failed(call, error),
      leftRaw: () => this.#finish(call, null),
    });
  }

  /** What is kept refers to the call and the request's signal, never to the stream: that one may be forgotten. */
  #watchStream(call: OpenCall, stream: unknown): unknown {
    if (!isStream(stream)) {
      this.#finish(call, null);
      return stream;
    }
    const signal = signalOf(stream);
    call.lastSeenAt = performance.now();
    return observeStream(stream, {
      chunk: (chunk) => this.#safely(() => this.#chunkCame(call, chunk)),
      ended: (how, error) => this.#streamEnded(call, how === 'done' && signal?.aborted === true ? 'abort' : how, error),
      within: (run) => run(),
    });
  }

  #chunkCame(call: OpenCall, chunk: unknown): void {
    const isOutput = call.reader.chunk(chunk, call.answer);
    const now = performance.now();
    if (isOutput && call.firstTokenAt === null) {
      call.firstTokenAt = now;
    } else if (isOutput && this.#port.telemetry) {
      this.#telemetry.chunk(
        { ...call.start, responseModel: call.answer.responseModel },
        call.request,
        now - call.lastSeenAt,
      );
    }
    call.lastSeenAt = now;
  }

  #streamEnded(call: OpenCall, how: StreamEnd, error: unknown): void {
    if (how === 'error') {
      this.#failed(call, error);
      return;
    }
    if (how !== 'done') {
      // The reader's doing, not the model's: no error.
      call.answer.finishReason ??= how;
      // Of a stream that somebody dropped nobody knows when.
      call.endedAt = how === 'abandoned' ? call.lastSeenAt : null;
    }
    this.#finish(call, call.answer.error);
  }

  #failed(call: OpenCall, error: unknown): void {
    this.#safely(() => this.#finish(call, errorTypeOf(error)));
  }

  #finish(call: OpenCall, error: string | null): void {
    if (call.isFinished) {
      return;
    }
    call.isFinished = true;
    this.#safely(() => {
      const { answer, start, startedAt, firstTokenAt } = call;
      const finished: ModelCall = {
        ...start,
        responseModel: answer.responseModel,
        responseId: answer.responseId,
        finishReason: answer.finishReason,
        latencyMs: (call.endedAt ?? performance.now()) - startedAt,
        error,
        timeToFirstTokenMs: firstTokenAt === null ? null : firstTokenAt - startedAt,
        tokens: {
          input: answer.inputTokens,
          output: answer.outputTokens,
          reasoning: answer.reasoningTokens,
          cachedInput: answer.cachedInputTokens,
          cacheWrite: answer.cacheWriteTokens,
          // The readers of answers know how their vendor counts.
          semantics: answer.inputTokens === null ? null : 'inclusive',
        },
        content:
          start.content === null || answer.text === null
            ? null
            : { ...start.content, output: answer.text === '' ? [] : [{ role: 'assistant', text: answer.text }] },
      };
      const id = this.#safely(() => this.#calls.record(call.model, finished)) ?? null;
      if (this.#port.telemetry) {
        this.#telemetry.end(call.span, finished, call.request, id);
      }
    });
  }

  #startOf(method: ClientMethod, parameters: unknown): ModelCall {
    return {
      operation: method.operation,
      provider: this.#provider,
      requestModel: textField(parameters, 'model'),
      responseModel: null,
      responseId: null,
      conversationId: null,
      time: this.#port.clock(),
      latencyMs: 0,
      timeToFirstTokenMs: null,
      costUsd: null,
      finishReason: null,
      error: null,
      weight: null,
      tokens: noTokens,
      traceId: '',
      spanId: '',
      sampled: true,
      source: 'sdk',
      content: this.#calls.content === 'messages' ? { input: method.input(parameters), output: [] } : null,
    };
  }

  /** The message of what is thrown may hold what was said, and stays here. */
  #safely<Value>(run: () => Value): Value | undefined {
    try {
      return run();
    } catch (error) {
      this.#port.warn(
        'instrumentation',
        `a call was not recorded (${errorTypeOf(error)}): a function of the options threw`,
      );
      return undefined;
    }
  }
}

interface OpenCall {
  readonly model: string;
  readonly span: Span | undefined;
  readonly reader: AnswerReader;
  readonly request: RequestFacts;
  readonly start: ModelCall;
  readonly startedAt: number;
  readonly answer: Answer;
  firstTokenAt: number | null;
  /** When the stream, or its last chunk, came. */
  lastSeenAt: number;
  /** Where it is not the moment at which it is recorded. */
  endedAt: number | null;
  isFinished: boolean;
}

function requestOf(client: unknown, parameters: unknown): RequestFacts {
  const server = serverOf(textField(field(client, '_client'), 'baseURL'));
  const choices = amountField(parameters, 'n');
  // Of chat completions, and of responses.
  const format = field(parameters, 'response_format') ?? field(field(parameters, 'text'), 'format');
  return {
    stream: field(parameters, 'stream') === true,
    temperature: amountField(parameters, 'temperature'),
    maxTokens: amountField(parameters, 'max_tokens') ?? amountField(parameters, 'max_output_tokens'),
    topP: amountField(parameters, 'top_p'),
    topK: amountField(parameters, 'top_k'),
    frequencyPenalty: numberField(parameters, 'frequency_penalty'),
    presencePenalty: numberField(parameters, 'presence_penalty'),
    seed: numberField(parameters, 'seed'),
    choices: choices === 1 ? null : choices,
    outputType: outputTypeOf(textField(format, 'type')),
    serverAddress: server?.hostname ?? null,
    serverPort: server === null || server.port === '' ? null : Number(server.port),
  };
}

function outputTypeOf(format: string | null): RequestFacts['outputType'] {
  return format === null ? null : format.startsWith('json') ? 'json' : 'text';
}

/**
 * Both clients give their streams the controller of the request. They end an aborted stream as if it were complete, and
 * abort the request of one that has failed.
 */
function signalOf(stream: object): AbortSignal | undefined {
  const signal = field(field(stream, 'controller'), 'signal');
  return signal instanceof AbortSignal ? signal : undefined;
}

function serverOf(baseUrl: string | null): URL | null {
  return baseUrl === null || !URL.canParse(baseUrl) ? null : new URL(baseUrl);
}

import type { Span } from '@opentelemetry/api';
import { followCallScopes, isWithinCallOf, withinCallOf } from '../call-scope.ts';
import { errorTypeOf } from '../error-type.ts';
import type { Monitor } from '../monitor.ts';
import { stabilityOf, stabilityVariable } from '../otel/conventions.ts';
import { GenAiTelemetry, type RequestFacts } from '../otel/gen-ai-telemetry.ts';
import { type ModelCallOptions, ModelCallRecorder } from '../otel/model-call-recorder.ts';
import type { ModelMessage } from '../otel/spans/messages.ts';
import type { ModelCall, ModelOperation } from '../otel/spans/model-call.ts';
import { type RecordPort, recordPortOf } from '../record-port.ts';
import { traceIdOf } from '../telemetry/telemetry.ts';
import { type Answer, type AnswerReader, amountField, emptyAnswer, field, textField } from './answer.ts';
import { watchAnswer } from './answer-promise.ts';
import { type StreamEnd, watchStream } from './answer-stream.ts';
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
  const stability = stabilityOf(process.env[stabilityVariable]);
  followCallScopes();
  const telemetry = new GenAiTelemetry(stability, (error) =>
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
        return calls.#watch(call, promise);
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
      const { traceId = '', spanId = '' } = span?.spanContext() ?? {};
      const isSpan = traceId !== '' && !/^0+$/.test(traceId);
      return {
        ...{ model, span, reader: method.reader, request: requestOf(client, parameters) },
        start: {
          ...start,
          ...{ traceId: isSpan ? traceId : (traceIdOf(undefined) ?? ''), spanId: isSpan ? spanId : '' },
        },
        startedAt: performance.now(),
        answer: emptyAnswer(this.#calls.content === 'messages'),
        ...{ firstTokenAt: null, isFinished: false },
      };
    });
  }

  #watch(call: OpenCall, promise: unknown): unknown {
    return watchAnswer(promise, {
      answered: (answer) => {
        this.#safely(() => {
          if (call.request.stream) {
            this.#watchStream(call, answer);
          } else {
            call.reader.whole(answer, call.answer);
            this.#finish(call, call.answer.error);
          }
        });
        return answer;
      },
      failed: (error) => this.#failed(call, error),
      leftRaw: () => this.#finish(call, null),
    });
  }

  /** Refers to the call alone, never to the stream: nothing here keeps a stream from being forgotten. */
  #watchStream(call: OpenCall, stream: unknown): void {
    watchStream(stream, {
      chunk: (chunk) => {
        this.#safely(() => {
          if (call.reader.chunk(chunk, call.answer) && call.firstTokenAt === null) {
            call.firstTokenAt = performance.now();
          }
        });
      },
      ended: (how, error) => this.#streamEnded(call, how, error),
    });
  }

  #streamEnded(call: OpenCall, how: StreamEnd, error: unknown): void {
    if (how === 'aborted' || how === 'abandoned') {
      // The reader's doing, not the model's: no error.
      call.answer.finishReason ??= how;
    }
    if (how === 'failed') {
      this.#failed(call, error);
    } else {
      this.#finish(call, call.answer.error);
    }
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
        ...{ responseModel: answer.responseModel, responseId: answer.responseId, finishReason: answer.finishReason },
        ...{ latencyMs: performance.now() - startedAt, error },
        timeToFirstTokenMs: firstTokenAt === null ? null : firstTokenAt - startedAt,
        tokens: {
          ...{ input: answer.inputTokens, output: answer.outputTokens, reasoning: answer.reasoningTokens },
          ...{ cachedInput: answer.cachedInputTokens, cacheWrite: answer.cacheWriteTokens },
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
      ...{ operation: method.operation, provider: this.#provider, requestModel: textField(parameters, 'model') },
      ...{ responseModel: null, responseId: null, conversationId: null, time: this.#port.clock(), latencyMs: 0 },
      ...{ timeToFirstTokenMs: null, costUsd: null, finishReason: null, error: null, weight: null },
      tokens: { input: null, output: null, cachedInput: null, cacheWrite: null, reasoning: null },
      ...{ traceId: '', spanId: '' },
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
  isFinished: boolean;
}

function requestOf(client: unknown, parameters: unknown): RequestFacts {
  const server = serverOf(textField(field(client, '_client'), 'baseURL'));
  return {
    stream: field(parameters, 'stream') === true,
    temperature: amountField(parameters, 'temperature'),
    maxTokens: amountField(parameters, 'max_tokens') ?? amountField(parameters, 'max_output_tokens'),
    topP: amountField(parameters, 'top_p'),
    serverAddress: server?.hostname ?? null,
    serverPort: server === null || server.port === '' ? null : Number(server.port),
  };
}

function serverOf(baseUrl: string | null): URL | null {
  return baseUrl === null || !URL.canParse(baseUrl) ? null : new URL(baseUrl);
}

import { types } from 'node:util';
import type { Breaker } from './breaker.ts';
import { begin, type Call, lost, readingOf, worked } from './call.ts';
import { callScopesAreFollowed, withinCallOf } from './call-scope.ts';
import { errorTypeOf } from './error-type.ts';
import type { FeatureValue } from './event.ts';
import { tellOf } from './option-functions.ts';
import type { StepKind } from './otel/conventions.ts';
import type { InferenceRecord } from './record.ts';
import type { Recorder } from './recorder.ts';
import { withinTimedCall } from './recording/step-times.ts';
import { isStream, observeStream } from './recording/stream.ts';
import type { Route } from './routing/choose.ts';
import { streamedCall } from './streamed-call.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

/** How `wrap` reads an inference off a function's arguments and result. */
export interface WrapOptions<Args extends unknown[], Result, State = unknown> {
  /** Needed when the monitor has several models. */
  readonly model?: string;
  /** Read before the call, so that what the function does to its arguments is not mistaken for its input. */
  readonly features: (...args: Args) => InferenceRecord['features'];
  readonly groups?: (...args: Args) => Readonly<Record<string, string | undefined>>;
  /** The app's own id of the inference. Default: a new one. */
  readonly id?: (...args: Args) => string;
  /** Targeting key: version and role are what `route(model, key)` says at the moment of the call. */
  readonly key?: (...args: Args) => string;
  readonly prediction?: (result: Awaited<Result>, ...args: Args) => FeatureValue | undefined;
  readonly score?: (result: Awaited<Result>, ...args: Args) => number | null | undefined;
  /** The version that really answered, when it is not the routed one. */
  readonly version?: (result: Awaited<Result>, ...args: Args) => string;
  /** Told the id of each recorded inference, to report its outcome with later. */
  readonly recorded?: (inferenceId: string, result: Awaited<Result>, ...args: Args) => void;
  /**
   * Kinds of steps (`monitor.step`) whose time within a call is a feature of it: `retrieval_ms`, `tool_ms`, `agent_ms`,
   * `chain_ms`. Steps of one kind are summed, also those that run side by side; without any the feature is missing.
   */
  readonly steps?: readonly StepKind[];
  /**
   * For functions that return a stream (an async iterable, a web stream), or a promise of one. Such an inference ends with
   * its stream: taken to the end, failed, left early, or dropped. Nothing of the chunks is kept but what `fold` makes of
   * them. The features `time_to_first_token_ms`, `chunks` and `stream_end` (`done`, `error`, `abort`, `abandoned`) are added.
   */
  readonly stream?: StreamOptions<Args, ChunkOf<Result>, State>;
}

/** What a stream's chunks are made into, one by one as the app takes them. */
export interface StreamOptions<Args extends unknown[], Chunk, State> {
  readonly initial: () => State;
  readonly fold: (state: State, chunk: Chunk) => State;
  readonly prediction?: (state: State, ...args: Args) => FeatureValue | undefined;
  readonly score?: (state: State, ...args: Args) => number | null | undefined;
  /** Further features, known only now: tokens, length of the answer. */
  readonly features?: (state: State, ...args: Args) => InferenceRecord['features'];
}

export type ChunkOf<Result> = Awaited<Result> extends AsyncIterable<infer Chunk> ? Chunk : unknown;

export interface WrapTools {
  readonly recorder: Recorder;
  readonly telemetry: Telemetry;
  readonly route: (model: string, key?: string) => Route;
  /** Waits for the broker, for a while; only where the process may be frozen after a call. */
  readonly deliver: (() => Promise<unknown>) | undefined;
  /** For the functions of one set of options. */
  readonly breaker: (model: string) => Breaker;
  /** The model of options that name none. */
  readonly onlyModel: string | undefined;
}

/** The function, recording every call. It returns and throws exactly what it did; functions given as options may fail. */
export function wrapFunction<Args extends unknown[], Result, State>(
  tools: WrapTools,
  predict: (...args: Args) => Result,
  options: WrapOptions<Args, Result, State>,
): (...args: Args) => Result {
  const model = options.model ?? tools.onlyModel ?? '';
  const read = readingOf(tools, model, options.steps);
  return function wrapped(this: unknown, ...args: Args): Result {
    const call = begin(tools, read, options, args);
    return recordedCall(tools, call, predict, options, this, args);
  };
}

/** Makes the call that has been begun, and records it. */
export function recordedCall<Args extends unknown[], Result, State>(
  tools: WrapTools,
  call: Call,
  predict: (...args: Args) => Result,
  options: WrapOptions<Args, Result, State>,
  receiver: unknown,
  args: Args,
): Result {
  let result: Result;
  try {
    result = called(tools, call, predict, receiver, args);
  } catch (error) {
    failed(tools, call, error);
    throw error;
  }
  if (types.isPromise(result)) {
    const passedOn = observed(
      // A proxy of a promise is none: only what cannot be tampered with is listened to.
      result as Promise<Awaited<Result>>,
      (value) => ended(tools, call, options, args, value),
      (error) => failed(tools, call, error),
    );
    return delivered(passedOn, tools.deliver) as Result;
  }
  // Not a promise, so awaiting it would give the value itself.
  return ended(tools, call, options, args, result as Awaited<Result>) as Result;
}

/** In the span of the call, and known as part of it to whoever follows calls or their steps. */
function called<Args extends unknown[], Result>(
  { telemetry }: WrapTools,
  { reading, span, timed }: Call,
  predict: (...args: Args) => Result,
  receiver: unknown,
  args: Args,
): Result {
  if (timed === undefined && !callScopesAreFollowed()) {
    return telemetry.within(span, predict, receiver, args);
  }
  const run = () => telemetry.within(span, predict, receiver, args);
  return withinCallOf(reading.model, () => (timed === undefined ? run() : withinTimedCall(timed, run)));
}

/** The promise, settled only after what was recorded has been delivered, or nobody waits for that any longer. */
export function delivered<Value>(
  promise: Promise<Value>,
  deliver: (() => Promise<unknown>) | undefined,
): Promise<Value> {
  return deliver === undefined || Object.getPrototypeOf(promise) !== Promise.prototype
    ? promise
    : promise.finally(deliver);
}

/**
 * A plain promise is passed on through ours, so that a failure nobody handles is still reported as such. One of a class of
 * its own (with methods the app may need) is handed out as it is, and listened to.
 */
export function observed<Value>(
  promise: Promise<Value>,
  fulfilled: (value: Awaited<Value>) => Awaited<Value>,
  rejected: (error: unknown) => void,
): Promise<Value> {
  // A promise never fulfils with another promise.
  const passedOn = promise.then(fulfilled as (value: Value) => Awaited<Value>, (error) => {
    rejected(error);
    throw error;
  });
  if (Object.getPrototypeOf(promise) === Promise.prototype) {
    return passedOn;
  }
  passedOn.catch(() => {});
  return promise;
}

/** The call returned: over, unless what it returned is a stream. Gives what the app is to get. */
function ended<Args extends unknown[], Result, State>(
  tools: WrapTools,
  call: Call,
  options: WrapOptions<Args, Result, State>,
  args: Args,
  result: Awaited<Result>,
): Awaited<Result> {
  if (!isStream(result)) {
    finished(tools, call, options, args, result);
    return result;
  }
  return observeStream(result, streamedCall(tools, call, options, args));
}

function finished<Args extends unknown[], Result, State>(
  { recorder, telemetry }: WrapTools,
  call: Call,
  options: WrapOptions<Args, Result, State>,
  args: Args,
  result: Awaited<Result>,
): void {
  const endedAt = performance.now();
  const { record } = call;
  if (record === undefined) {
    telemetry.end(call.span);
    return;
  }
  try {
    record.latencyMs = endedAt - call.startedAt;
    if (options.version !== undefined) {
      record.version = options.version(result, ...args) ?? record.version;
    }
    if (options.prediction !== undefined) {
      record.prediction = options.prediction(result, ...args);
    }
    if (options.score !== undefined) {
      record.score = options.score(result, ...args);
    }
    worked(call, endedAt);
  } catch (error) {
    lost(recorder, call, error);
    telemetry.end(call.span);
    return;
  }
  const id = recorder.record(record, call.span, call.trace);
  if (options.recorded !== undefined) {
    tellOf(call.reading.telling, recorder, () => options.recorded?.(id, result, ...args));
  }
}

function failed({ recorder, telemetry }: WrapTools, { record, span, trace, startedAt }: Call, error: unknown): void {
  if (record === undefined) {
    telemetry.end(span);
    return;
  }
  record.latencyMs = performance.now() - startedAt;
  record.error = errorTypeOf(error);
  recorder.record(record, span, trace);
}

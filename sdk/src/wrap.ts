import { messageOf } from './diagnostics.ts';
import type { FeatureValue } from './event.ts';
import type { InferenceRecord } from './record.ts';
import type { Recorder } from './recorder.ts';
import type { Route } from './routing/choose.ts';
import type { OpenSpan, Telemetry } from './telemetry/telemetry.ts';

/** How `wrap` reads an inference off a function's arguments and result. */
export interface WrapOptions<Args extends unknown[], Result> {
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
}

export interface WrapTools {
  readonly recorder: Recorder;
  readonly telemetry: Telemetry;
  readonly route: (model: string, key: string) => Route;
  /** The model of options that name none. */
  readonly onlyModel: string | undefined;
}

/** The function, recording every call. It returns and throws exactly what it did; functions given as options may fail. */
export function wrapFunction<Args extends unknown[], Result>(
  tools: WrapTools,
  predict: (...args: Args) => Result,
  options: WrapOptions<Args, Result>,
): (...args: Args) => Result {
  const model = options.model ?? tools.onlyModel ?? '';
  const spanName = `predict ${model}`;
  const { telemetry } = tools;
  return function wrapped(this: unknown, ...args: Args): Result {
    const call = begin(tools, model, spanName, options, args);
    let result: Result;
    try {
      result = telemetry.within(call.span, predict, this, args);
    } catch (error) {
      failed(tools, call, error);
      throw error;
    }
    if (result instanceof Promise) {
      return observed(
        result,
        (value) => finished(tools, call, options, args, value),
        (error) => failed(tools, call, error),
      ) as Result;
    }
    // Not a promise, so awaiting it would give the value itself.
    finished(tools, call, options, args, result as Awaited<Result>);
    return result;
  };
}

/**
 * A plain promise is passed on through ours, so that a failure nobody handles is still reported as such. One of a class of
 * its own (with methods the app may need) is handed out as it is, and listened to.
 */
function observed<Value>(
  promise: Promise<Value>,
  fulfilled: (value: Awaited<Value>) => void,
  rejected: (error: unknown) => void,
): Promise<Value> {
  const passedOn = promise.then(
    (value) => {
      // A promise never fulfils with another promise.
      fulfilled(value as Awaited<Value>);
      return value;
    },
    (error) => {
      rejected(error);
      throw error;
    },
  );
  if (Object.getPrototypeOf(promise) === Promise.prototype) {
    return passedOn;
  }
  passedOn.catch(() => {});
  return promise;
}

interface Call {
  readonly model: string;
  span: OpenSpan | undefined;
  startedAt: number;
  /** What is known before the call; nothing when a function of the options threw. */
  input: Input | undefined;
}

interface Input {
  readonly features: InferenceRecord['features'];
  readonly groups: InferenceRecord['groups'];
  readonly id: string | undefined;
  readonly routed: Route | undefined;
}

function begin<Args extends unknown[], Result>(
  { recorder, telemetry, route }: WrapTools,
  model: string,
  spanName: string,
  options: WrapOptions<Args, Result>,
  args: Args,
): Call {
  const call: Call = { model, span: undefined, startedAt: 0, input: undefined };
  try {
    const routed = options.key === undefined ? undefined : route(model, options.key(...args));
    const groups = options.groups === undefined ? undefined : { ...options.groups(...args) };
    const id = options.id === undefined ? undefined : options.id(...args);
    call.input = { features: { ...options.features(...args) }, groups, id, routed };
  } catch (error) {
    lost(recorder, model, error);
  }
  call.span = telemetry.start(spanName);
  call.startedAt = performance.now();
  return call;
}

function finished<Args extends unknown[], Result>(
  { recorder, telemetry }: WrapTools,
  call: Call,
  options: WrapOptions<Args, Result>,
  args: Args,
  result: Awaited<Result>,
): void {
  const latencyMs = performance.now() - call.startedAt;
  const { input } = call;
  let record: InferenceRecord | undefined;
  if (input !== undefined) {
    try {
      const version = options.version === undefined ? input.routed?.version : options.version(result, ...args);
      const prediction = options.prediction === undefined ? null : options.prediction(result, ...args);
      const score = options.score === undefined ? null : options.score(result, ...args);
      record = recordOf(call.model, input, version ?? input.routed?.version, prediction, score, latencyMs, null);
    } catch (error) {
      lost(recorder, call.model, error);
    }
  }
  if (record === undefined) {
    telemetry.end(call.span);
    return;
  }
  const id = recorder.record(record, call.span);
  if (options.recorded !== undefined) {
    try {
      options.recorded(id, result, ...args);
    } catch (error) {
      recorder.warn('callback', `recorded() threw: ${messageOf(error)}`);
    }
  }
}

function failed({ recorder, telemetry }: WrapTools, { input, model, span, startedAt }: Call, error: unknown): void {
  if (input === undefined) {
    telemetry.end(span);
    return;
  }
  const latencyMs = performance.now() - startedAt;
  recorder.record(recordOf(model, input, input.routed?.version, null, null, latencyMs, errorTypeOf(error)), span);
}

/** Always the same members in the same order: objects of one shape are read fastest. */
function recordOf(
  model: string,
  { features, groups, id, routed }: Input,
  version: string | undefined,
  prediction: FeatureValue | undefined,
  score: number | null | undefined,
  latencyMs: number,
  error: string | null,
): InferenceRecord {
  const role = routed?.role;
  return { model, version, role, id, features, prediction, score, groups, latencyMs, error };
}

/** A function of the app's threw: the inference is lost to us and counted, and nothing else happens. */
function lost(recorder: Recorder, model: string, error: unknown): void {
  recorder.drop(model, 'extractor_failed', 1, messageOf(error));
}

/** Low-cardinality type of whatever was thrown: a system code (`ECONNRESET`), else the error's name. */
export function errorTypeOf(error: unknown): string {
  try {
    if (error instanceof Error) {
      const code = 'code' in error ? error.code : undefined;
      const type = typeof code === 'string' && code !== '' ? code : error.name;
      return typeof type === 'string' && type !== '' ? type.slice(0, 64) : 'Error';
    }
    return typeof error;
  } catch {
    return 'unknown';
  }
}

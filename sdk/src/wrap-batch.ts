import { types } from 'node:util';
import type { SpanContext } from '@opentelemetry/api';
import { leftAlone } from './breaker.ts';
import { type Reading, readingOf } from './call.ts';
import { withinCallOf } from './call-scope.ts';
import { errorTypeOf } from './error-type.ts';
import { tellOf } from './option-functions.ts';
import type { Recorder } from './recorder.ts';
import type { BatchFeatures, InferenceBatchRecord } from './recording/batch-record.ts';
import type { OpenSpan } from './telemetry/telemetry.ts';
import { traceOf } from './telemetry/trace-context.ts';
import { delivered, observed, type WrapTools } from './wrap.ts';

/** How `wrapBatch` reads rows off a function's arguments and result. */
export interface WrapBatchOptions<Args extends unknown[], Result> {
  /** Needed when the monitor has several models. */
  readonly model?: string;
  /** Rows as objects, or columns as lists. Read before the call, and not copied: give what the function leaves alone. */
  readonly features: (...args: Args) => BatchFeatures;
  readonly groups?: (...args: Args) => InferenceBatchRecord['groups'];
  readonly ids?: (...args: Args) => InferenceBatchRecord['ids'];
  readonly predictions?: (result: Awaited<Result>, ...args: Args) => InferenceBatchRecord['predictions'];
  readonly scores?: (result: Awaited<Result>, ...args: Args) => InferenceBatchRecord['scores'];
  /** The version that answered, when it is not the one compiled in. */
  readonly version?: (result: Awaited<Result>, ...args: Args) => string;
  /** Told the ids of the rows, to report their outcomes with later. */
  readonly recorded?: (inferenceIds: readonly string[], result: Awaited<Result>, ...args: Args) => void;
}

/** The function, recording every row of every call. It returns and throws exactly what it did. */
export function wrapBatchFunction<Args extends unknown[], Result>(
  tools: WrapTools,
  predict: (...args: Args) => Result,
  options: WrapBatchOptions<Args, Result>,
): (...args: Args) => Result {
  const reading = readingOf(tools, options.model ?? tools.onlyModel ?? '');
  return function wrapped(this: unknown, ...args: Args): Result {
    const call = begin(tools, reading, options, args);
    let result: Result;
    try {
      result = withinCallOf(reading.model, () => tools.telemetry.within(call.span, predict, this, args));
    } catch (error) {
      failed(tools, call, error);
      throw error;
    }
    if (types.isPromise(result)) {
      const passedOn = observed(
        result as Promise<Awaited<Result>>,
        (value) => finished(tools, call, options, args, value),
        (error) => failed(tools, call, error),
      );
      return delivered(passedOn, tools.deliver) as Result;
    }
    // Not a promise, so awaiting it would give the value itself.
    return finished(tools, call, options, args, result as Awaited<Result>) as Result;
  };
}

interface BatchCall {
  readonly reading: Reading;
  /** What is known before the call; nothing when it could not be read. */
  readonly input: InferenceBatchRecord | undefined;
  /** What the app's functions took to read it. */
  readonly readMs: number;
  readonly span: OpenSpan | undefined;
  readonly trace: SpanContext | null;
  readonly startedAt: number;
}

function begin<Args extends unknown[], Result>(
  { recorder, telemetry }: WrapTools,
  reading: Reading,
  options: WrapBatchOptions<Args, Result>,
  args: Args,
): BatchCall {
  const { model, spanName, breaker } = reading;
  const readFrom = performance.now();
  let input: InferenceBatchRecord | undefined;
  if (breaker.mayCall) {
    input = read(recorder, reading, () => ({
      model,
      features: options.features(...args),
      groups: options.groups?.(...args),
      ids: options.ids?.(...args),
    }));
  } else {
    recorder.drop(model, 'extractor_failed', 1, leftAlone);
  }
  const readMs = performance.now() - readFrom;
  const span = telemetry.start(spanName);
  return { reading, input, readMs, span, trace: traceOf(span), startedAt: performance.now() };
}

function finished<Args extends unknown[], Result>(
  tools: WrapTools,
  call: BatchCall,
  options: WrapBatchOptions<Args, Result>,
  args: Args,
  result: Awaited<Result>,
): Awaited<Result> {
  const { recorder } = tools;
  const { breaker, telling } = call.reading;
  const endedAt = performance.now();
  const output =
    call.input &&
    read(recorder, call.reading, () => ({
      predictions: options.predictions?.(result, ...args),
      scores: options.scores?.(result, ...args),
      version: options.version?.(result, ...args),
    }));
  if (output !== undefined && !breaker.tookTooLong(call.readMs + performance.now() - endedAt)) {
    breaker.worked();
  }
  const ids = record(tools, call, output, endedAt);
  if (output !== undefined && options.recorded !== undefined) {
    tellOf(telling, recorder, () => options.recorded?.(ids, result, ...args));
  }
  return result;
}

function failed(tools: WrapTools, call: BatchCall, error: unknown): void {
  record(tools, call, { error: errorTypeOf(error) }, performance.now());
}

/** Records what was read before the call with what became of it; one of them missing, only the span ends. */
function record(
  { recorder, telemetry }: WrapTools,
  { input, span, trace, startedAt }: BatchCall,
  output: Partial<InferenceBatchRecord> | undefined,
  endedAt: number,
): string[] {
  if (input === undefined || output === undefined) {
    telemetry.end(span);
    return [];
  }
  return recorder.recordBatch({ ...input, ...output, latencyMs: endedAt - startedAt }, span, trace);
}

/** What functions of the app say; nothing when one throws, and the batch is lost to us. */
function read<Value>(recorder: Recorder, { model, breaker }: Reading, run: () => Value): Value | undefined {
  try {
    return run();
  } catch (error) {
    const reason = errorTypeOf(error);
    breaker.failed(reason);
    recorder.drop(model, 'extractor_failed', 1, reason);
    return undefined;
  }
}

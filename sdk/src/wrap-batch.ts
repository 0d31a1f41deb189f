import { types } from 'node:util';
import { leftAlone } from './breaker.ts';
import { readingOf } from './call.ts';
import { withinCallOf } from './call-scope.ts';
import { errorTypeOf } from './error-type.ts';
import { tellOf } from './option-functions.ts';
import type { BatchFeatures, InferenceBatchRecord } from './recording/batch-record.ts';
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
  const { recorder, telemetry } = tools;
  const model = options.model ?? tools.onlyModel ?? '';
  const { breaker, spanName, telling } = readingOf(tools, model);

  function inputOf(args: Args): InferenceBatchRecord | undefined {
    if (!breaker.mayCall) {
      recorder.drop(model, 'extractor_failed', 1, leftAlone);
      return undefined;
    }
    return attempt(() => ({
      model,
      features: options.features(...args),
      groups: options.groups?.(...args),
      ids: options.ids?.(...args),
    }));
  }

  function attempt<Value>(run: () => Value): Value | undefined {
    try {
      return run();
    } catch (error) {
      const reason = errorTypeOf(error);
      breaker.failed(reason);
      recorder.drop(model, 'extractor_failed', 1, reason);
      return undefined;
    }
  }

  return function wrapped(this: unknown, ...args: Args): Result {
    const readFrom = performance.now();
    const input = inputOf(args);
    const readMs = performance.now() - readFrom;
    const span = telemetry.start(spanName);
    const trace = traceOf(span);
    const startedAt = performance.now();
    const record = (more: Partial<InferenceBatchRecord>, endedAt: number): string[] => {
      const latencyMs = endedAt - startedAt;
      if (input === undefined) {
        telemetry.end(span);
        return [];
      }
      return recorder.recordBatch({ ...input, ...more, latencyMs }, span, trace);
    };
    const finished = (result: Awaited<Result>): Awaited<Result> => {
      const endedAt = performance.now();
      const output =
        input === undefined
          ? undefined
          : attempt(() => ({
              predictions: options.predictions?.(result, ...args),
              scores: options.scores?.(result, ...args),
              version: options.version?.(result, ...args),
            }));
      if (output === undefined) {
        telemetry.end(span);
        return result;
      }
      if (!breaker.tookTooLong(readMs + performance.now() - endedAt)) {
        breaker.worked();
      }
      const ids = record(output, endedAt);
      if (options.recorded !== undefined) {
        tellOf(telling, recorder, () => options.recorded?.(ids, result, ...args));
      }
      return result;
    };
    const failed = (error: unknown): void => {
      record({ error: errorTypeOf(error) }, performance.now());
    };
    let result: Result;
    try {
      result = withinCallOf(model, () => telemetry.within(span, predict, this, args));
    } catch (error) {
      failed(error);
      throw error;
    }
    // Not a promise, so awaiting it would give the value itself.
    return (
      types.isPromise(result)
        ? delivered(observed(result as Promise<Awaited<Result>>, finished, failed), tools.deliver)
        : finished(result as Awaited<Result>)
    ) as Result;
  };
}

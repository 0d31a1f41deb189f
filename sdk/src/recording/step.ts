import { types } from 'node:util';
import { genAi, type StepKind, steps } from '../otel/conventions.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { isStream, observeStream } from './stream.ts';

/** Something that happens within a model call, or around several: looking documents up, a tool, an agent, a chain. */
export interface StepOptions {
  readonly kind: StepKind;
  /** Low-cardinality: the name of the tool, the index, the chain. */
  readonly name: string;
}

/**
 * Calls the function in a span of its own, a child of the span that is active, and returns or throws what it did. The span
 * ends with the promise or the stream the function returned. Nothing is recorded but the span.
 */
export function runStep<Result>(telemetry: Telemetry, options: StepOptions, run: () => Result): Result {
  const span = startStep(telemetry, options);
  const end = (error?: unknown, failed = false) => {
    if (failed) {
      telemetry.fail(span, error);
    }
    telemetry.end(span);
  };
  let result: Result;
  try {
    result = telemetry.within(span, run, undefined, []);
  } catch (error) {
    end(error, true);
    throw error;
  }
  if (types.isPromise(result)) {
    const passedOn = result.then(
      (value) => endOfStep(telemetry, value, end),
      (error) => {
        end(error, true);
        throw error;
      },
    );
    if (Object.getPrototypeOf(result) === Promise.prototype) {
      // Fulfils with the same value, or with a web stream of the same chunks.
      return passedOn as Result;
    }
    passedOn.catch(() => {});
    return result;
  }
  return endOfStep(telemetry, result, end);
}

function endOfStep<Value>(telemetry: Telemetry, value: Value, end: (error?: unknown, failed?: boolean) => void): Value {
  if (!isStream(value)) {
    end();
    return value;
  }
  const within = telemetry.here();
  return observeStream(value, { chunk: () => {}, ended: (how, error) => end(error, how === 'error'), within });
}

function startStep(telemetry: Telemetry, options: StepOptions) {
  try {
    const { operation, name } = steps[options.kind];
    const span = telemetry.start(`${operation} ${options.name}`);
    span?.setAttribute(genAi.operation, operation);
    span?.setAttribute(name, options.name);
    return span;
  } catch {
    // A kind that is none: the call matters, its span does not.
    return undefined;
  }
}

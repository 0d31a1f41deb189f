import { types } from 'node:util';
import { genAi, type StepKind, steps } from '../otel/conventions.ts';
import type { OpenSpan, Telemetry } from '../telemetry/telemetry.ts';
import { timeStep } from './step-times.ts';
import { isStream, observeStream } from './stream.ts';

/** Something that happens within a model call, or around several: looking documents up, a tool, an agent, a chain. */
export interface StepOptions {
  readonly kind: StepKind;
  /** Low-cardinality: the name of the tool, the index, the chain. */
  readonly name: string;
}

/**
 * Calls the function in a span of its own, a child of the span that is active, and returns or throws what it did. The span
 * ends with the promise or the stream the function returned. Nothing is recorded but the span, and the time where the
 * wrapped call around it wants that as a feature.
 */
export function runStep<Result>(telemetry: Telemetry, options: StepOptions, run: () => Result): Result {
  const { span, timed } = startStep(telemetry, options);
  const end = (error?: unknown, failed = false) => {
    timed?.();
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

interface OpenStep {
  readonly span: OpenSpan | undefined;
  readonly timed: (() => void) | undefined;
}

function startStep(telemetry: Telemetry, options: StepOptions): OpenStep {
  try {
    const { operation, name } = steps[options.kind];
    const span = telemetry.start(`${operation} ${options.name}`);
    span?.setAttribute(genAi.operation, operation);
    span?.setAttribute(name, options.name);
    return { span, timed: timeStep(options.kind) };
  } catch {
    // A kind that is none: the call matters, its span does not.
    return { span: undefined, timed: undefined };
  }
}

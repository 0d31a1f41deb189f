import type { SpanContext } from '@opentelemetry/api';
import { type Breaker, leftAlone } from './breaker.ts';
import { errorTypeOf } from './error-type.ts';
import type { ServingRole } from './event.ts';
import type { StepKind } from './otel/conventions.ts';
import type { InferenceRecord } from './record.ts';
import type { Recorder } from './recorder.ts';
import type { TimedCall } from './recording/step-times.ts';
import type { OpenSpan } from './telemetry/telemetry.ts';
import { traceOf } from './telemetry/trace-context.ts';
import type { WrapOptions, WrapTools } from './wrap.ts';

/** What is decided before a call, by those who decide which version answers. */
export interface Assignment {
  readonly routed: { readonly version: string; readonly role: ServingRole };
  /** Of the inference, when it must be known before. */
  readonly id?: string | undefined;
  readonly shadowOf?: string | undefined;
}

/** What the calls of one wrapped function have in common. */
export interface Reading {
  readonly model: string;
  readonly spanName: string;
  /** Of the functions given as options, and of the one among them that is told ids. */
  readonly breaker: Breaker;
  readonly telling: Breaker;
  /** Of steps that are timed. */
  readonly steps: ReadonlySet<StepKind> | undefined;
}

export function readingOf(tools: WrapTools, model: string, steps?: readonly StepKind[]): Reading {
  return {
    model,
    spanName: `predict ${model}`,
    breaker: tools.breaker(model),
    telling: tools.breaker(`recorded() of ${model}`),
    steps: steps === undefined ? undefined : new Set(steps),
  };
}

export interface Call {
  readonly reading: Reading;
  span: OpenSpan | undefined;
  trace: SpanContext | null;
  startedAt: number;
  /** What is known before the call, and later of its result; nothing when a function of the options threw. */
  record: Draft | undefined;
  /** Nothing when no steps are timed. */
  timed: TimedCall | undefined;
  /** What the app's functions took to read the input; nothing where it is not timed. */
  readMs: number | undefined;
}

/** Always the same members in the same order: objects of one shape are read fastest. */
interface Draft extends InferenceRecord {
  features: InferenceRecord['features'];
  version: InferenceRecord['version'];
  prediction: InferenceRecord['prediction'];
  score: InferenceRecord['score'];
  latencyMs: InferenceRecord['latencyMs'];
  error: InferenceRecord['error'];
}

export function begin<Args extends unknown[], Result, State>(
  { recorder, telemetry, route }: WrapTools,
  reading: Reading,
  options: WrapOptions<Args, Result, State>,
  args: Args,
  assigned?: Assignment,
): Call {
  const { model, spanName, breaker, steps } = reading;
  const call: Call = {
    reading,
    span: undefined,
    trace: null,
    startedAt: 0,
    record: undefined,
    timed: undefined,
    readMs: undefined,
  };
  if (breaker.mayCall) {
    const readFrom = breaker.isTimed ? performance.now() : undefined;
    try {
      const routed = assigned?.routed ?? (options.key === undefined ? undefined : route(model, options.key(...args)));
      const groups = options.groups === undefined ? undefined : { ...options.groups(...args) };
      const features = { ...options.features(...args) };
      call.record = {
        model,
        version: routed?.version,
        role: routed?.role,
        id: assigned?.id ?? options.id?.(...args),
        shadowOf: assigned?.shadowOf,
        features,
        prediction: null,
        score: null,
        groups,
        latencyMs: null,
        error: null,
      };
      call.timed = steps === undefined ? undefined : { kinds: steps, features };
      call.readMs = readFrom === undefined ? undefined : performance.now() - readFrom;
    } catch (error) {
      lost(recorder, call, error);
    }
  } else {
    recorder.drop(model, 'extractor_failed', 1, leftAlone);
  }
  call.span = telemetry.start(spanName);
  // Of the moment of the call: what the app does with the result may run anywhere.
  call.trace = traceOf(call.span);
  call.startedAt = performance.now();
  return call;
}

/** A function of the app's threw: the inference is lost to us and counted, and nothing else happens. */
export function lost(recorder: Recorder, { reading: { model, breaker } }: Call, error: unknown): void {
  const reason = errorTypeOf(error);
  breaker.failed(reason);
  recorder.drop(model, 'extractor_failed', 1, reason);
}

/** The app's functions have read all of the inference, the result since `readFrom`. */
export function worked({ reading: { breaker }, readMs }: Call, readFrom: number): void {
  if (readMs === undefined || !breaker.tookTooLong(readMs + performance.now() - readFrom)) {
    breaker.worked();
  }
}

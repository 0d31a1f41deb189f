import { type CallScope, isWithinCallOf } from '../call-scope.ts';
import { messageOf } from '../diagnostics.ts';
import type { FeatureValue } from '../event.ts';
import type { RecordPort } from '../record-port.ts';
import { scopeName } from './conventions.ts';
import { CountedCalls } from './spans/counted-calls.ts';
import { inferenceOfCall } from './spans/inference.ts';
import { type ContentMode, type ModelCall, modelCallOf } from './spans/model-call.ts';
import type { SpanData } from './spans/span-data.ts';

/** How model calls found in spans become inferences. */
export interface SpanOptions {
  /**
   * The monitor's model that a call is an inference of; null leaves the call out. Default: the monitor's only model, or
   * of several the one named as the model that was asked for or that answered.
   */
  readonly model?: string | ((call: ModelCall) => string | null | undefined);
  /** Default: the version compiled into the app. */
  readonly version?: (call: ModelCall) => string | undefined;
  /** Default: an id made of the span, so that `inferenceIdOfSpan` finds it again. */
  readonly id?: (call: ModelCall) => string | undefined;
  /**
   * `messages` lets `features` read what was said, where the instrumentation wrote it on the span. It goes nowhere else:
   * events have no place for text. Default `none`.
   */
  readonly content?: ContentMode;
  /** Further signals of a call, for example computed from what was said. They override those of the same name. */
  readonly features?: (call: ModelCall) => Readonly<Record<string, FeatureValue | undefined>>;
  /** Told the id of every recorded inference, to report its outcome with later. */
  readonly recorded?: (inferenceId: string, call: ModelCall) => void;
}

/** Records the model calls among the spans it is given, each once. Never throws. */
export class SpanRecorder {
  readonly #port: RecordPort;
  readonly #options: SpanOptions;
  readonly #counted: CountedCalls;
  /** Set where every call is seen, whatever becomes of its trace: then each stands for itself. */
  seesAll = false;

  constructor(port: RecordPort, options: SpanOptions) {
    this.#port = port;
    this.#options = options;
    this.#counted = new CountedCalls(port.clock);
  }

  /** `scope`: what was being recorded when the span started. */
  ended(span: SpanData, scope: CallScope | undefined): void {
    try {
      const call = modelCallOf(span, this.#options.content ?? 'none');
      if (span.scope?.name === scopeName) {
        // Recorded already by whoever made this span; those above it tell of the same call.
        this.#counted.counted(span.traceId, span.parentSpanId ?? null, call?.responseId ?? null);
        return;
      }
      const isNew = this.#counted.ended(span, call);
      if (call !== null && isNew) {
        this.#record(call, scope);
      }
    } catch (error) {
      this.#port.warn('span', `a span was not read: ${messageOf(error)}`);
    }
  }

  #record(call: ModelCall, scope: CallScope | undefined): void {
    const { version, id, features, recorded } = this.#options;
    const model = this.#modelOf(call);
    if (model === null || isWithinCallOf(model, scope)) {
      return;
    }
    const { weight, ...inference } = inferenceOfCall(call);
    const inferenceId = this.#port.record({
      ...inference,
      ...{ id: id?.(call) ?? inference.id, model, version: version?.(call) },
      ...(weight === undefined || this.seesAll ? {} : { weight }),
      features: features === undefined ? inference.features : { ...inference.features, ...features(call) },
    });
    recorded?.(inferenceId, call);
  }

  #modelOf(call: ModelCall): string | null {
    const { model } = this.#options;
    if (model !== undefined) {
      return (typeof model === 'function' ? model(call) : model) ?? null;
    }
    const { models } = this.#port;
    if (models.length === 1) {
      return models[0] ?? null;
    }
    const named = models.find((name) => name === call.requestModel || name === call.responseModel);
    if (named === undefined) {
      this.#port.warn(
        'span_model',
        `calls of ${call.requestModel ?? 'an unnamed model'} are not recorded: no model of the monitor has that name; say which it is with the option "model"`,
      );
    }
    return named ?? null;
  }
}

import { type CallScope, isWithinCallOf } from '../call-scope.ts';
import { errorTypeOf } from '../error-type.ts';
import type { RecordPort } from '../record-port.ts';
import { scopeName } from './conventions.ts';
import { type ModelCallOptions, ModelCallRecorder } from './model-call-recorder.ts';
import { CountedCalls } from './spans/counted-calls.ts';
import { modelCallOf } from './spans/model-call.ts';
import type { SpanData } from './spans/span-data.ts';

/** Records the model calls among the spans it is given, each once. Never throws. */
export class SpanRecorder {
  readonly #port: RecordPort;
  readonly #calls: ModelCallRecorder;
  readonly #counted: CountedCalls;
  /** Set where every call is seen, whatever becomes of its trace: then each stands for itself. */
  seesAll = false;

  constructor(port: RecordPort, options: ModelCallOptions) {
    this.#port = port;
    this.#calls = new ModelCallRecorder(port, options);
    this.#counted = new CountedCalls(port.clock);
  }

  /** `scope`: what was being recorded when the span started. */
  ended(span: SpanData, scope: CallScope | undefined): void {
    try {
      const call = modelCallOf(span, this.#calls.content);
      if (span.scope?.name === scopeName) {
        // Recorded already by whoever made this span; those above it tell of the same call.
        this.#counted.counted(span, call);
        return;
      }
      const isNew = this.#counted.ended(span, call);
      const model = call !== null && isNew ? this.#calls.modelOf(call) : null;
      if (call !== null && model !== null && !isWithinCallOf(model, scope)) {
        this.#calls.record(model, this.seesAll ? { ...call, weight: null } : call);
      }
    } catch (error) {
      this.#port.warn('span', `a model call was not recorded (${errorTypeOf(error)}): a function of the options threw`);
    }
  }
}

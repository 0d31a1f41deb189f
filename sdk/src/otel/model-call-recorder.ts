import { OptionFunctions } from '../option-functions.ts';
import type { InferenceRecord } from '../record.ts';
import type { RecordPort } from '../record-port.ts';
import { inferenceOfCall } from './spans/inference.ts';
import type { ContentMode, ModelCall } from './spans/model-call.ts';

/** How calls of generative and embedding models become inferences. */
export interface ModelCallOptions {
  /**
   * The monitor's model that a call is an inference of; null leaves the call out. Default: the monitor's only model, or
   * of several the one named as the model that was asked for or that answered.
   */
  readonly model?: string | ((call: ModelCall) => string | null | undefined);
  /** Default: the version compiled into the app. */
  readonly version?: (call: ModelCall) => string | undefined;
  /** Default: an id made of the span, so that `inferenceIdOfSpan` finds it again; without a span a new one. */
  readonly id?: (call: ModelCall) => string | undefined;
  /**
   * `messages` lets `features` read what was said, where it is known. It goes nowhere else: events have no place for
   * text. Default `none`.
   */
  readonly content?: ContentMode;
  /** Further signals of a call, for example computed from what was said. They override those of the same name. */
  readonly features?: (call: ModelCall) => InferenceRecord['features'];
  /** Told the id of every recorded inference, to report its outcome with later. */
  readonly recorded?: (inferenceId: string, call: ModelCall) => void;
}

/** Makes inferences of model calls as the options say. A function of the options that throws costs the inference alone. */
export class ModelCallRecorder {
  readonly #port: RecordPort;
  readonly #options: ModelCallOptions;
  readonly #functions: OptionFunctions;

  /** Throws a `TypeError` for options that cannot work: this happens while an app sets itself up. */
  constructor(port: RecordPort, options: ModelCallOptions) {
    check(options);
    this.#port = port;
    this.#options = options;
    this.#functions = new OptionFunctions(port, 'calls of language models');
  }

  get content(): ContentMode {
    return this.#options.content ?? 'none';
  }

  /** The id of the inference; null where a function of the options failed, which is counted. */
  record(model: string, call: ModelCall): string | null {
    const { version, id, features } = this.#options;
    const { id: idOfSpan, ...inference } = inferenceOfCall(call);
    const record = this.#functions.read(model, () => ({
      ...inference,
      id: id?.(call) ?? (call.spanId === '' ? undefined : idOfSpan),
      model,
      version: version?.(call),
      features: features === undefined ? inference.features : { ...inference.features, ...features(call) },
    }));
    if (record === undefined) {
      return null;
    }
    this.#functions.worked();
    const inferenceId = this.#port.record(record);
    if (this.#options.recorded !== undefined) {
      this.#functions.tell(() => this.#options.recorded?.(inferenceId, call));
    }
    return inferenceId;
  }

  /** The monitor's model a call belongs to; null when it is none of them. */
  modelOf(call: ModelCall): string | null {
    const { model } = this.#options;
    return typeof model === 'function'
      ? (this.#functions.read(undefined, () => model(call)) ?? null)
      : (model ?? this.#named(call));
  }

  #named(call: ModelCall): string | null {
    const { models } = this.#port;
    if (models.length === 1) {
      return models[0] ?? null;
    }
    const named = models.find((name) => name === call.requestModel || name === call.responseModel);
    if (named === undefined) {
      const asked = call.requestModel ?? 'an unnamed model';
      this.#port.warn(
        'span_model',
        `calls of ${asked} are not recorded: no model of the monitor has that name; say which it is with the option "model"`,
      );
    }
    return named ?? null;
  }
}

const kinds: Readonly<Record<keyof ModelCallOptions, readonly string[]>> = {
  model: ['string', 'function'],
  version: ['function'],
  id: ['function'],
  content: ['string'],
  features: ['function'],
  recorded: ['function'],
};

/** JavaScript may give anything. */
function check(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('options of model calls must be an object');
  }
  for (const [name, value] of Object.entries(options)) {
    const allowed = Object.hasOwn(kinds, name) ? kinds[name as keyof ModelCallOptions] : undefined;
    if (allowed === undefined) {
      throw new TypeError(`options of model calls: there is no "${name}", only ${Object.keys(kinds).join(', ')}`);
    }
    if (value !== undefined && !allowed.includes(typeof value)) {
      throw new TypeError(`options of model calls: "${name}" must be a ${allowed.join(' or a ')}, not ${typeof value}`);
    }
  }
  const { content } = options as ModelCallOptions;
  if (content !== undefined && content !== 'none' && content !== 'messages') {
    throw new TypeError('options of model calls: "content" must be "none" or "messages"');
  }
}

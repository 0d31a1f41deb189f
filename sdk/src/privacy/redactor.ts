import type { Breaker } from '../breaker.ts';
import { errorTypeOf } from '../error-type.ts';
import type { FeatureValue, InferenceEvent } from '../event.ts';
import { maxTextLength } from '../wire/limits.ts';

/** What a redactor sees, after declared capture: a copy, to be changed or returned anew. */
export interface RedactableEvent {
  features: Record<string, FeatureValue>;
  prediction: string | number | null;
  groups: Record<string, string>;
}

/** Takes out what must not leave. Synchronous. Whatever goes wrong in it, the event leaves as metadata only. */
export type Redact = (event: RedactableEvent) => RedactableEvent;

export interface RedactorOptions {
  readonly redact: Redact;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly breaker: Breaker;
  readonly warn: (reason: string) => void;
}

/**
 * Runs an app's redactor and believes it only as far as it can be checked: a result in time, of the form it was given,
 * with nothing added. After ten failures in a row it is left alone for a minute, then tried once a minute; meanwhile everything
 * leaves as metadata.
 */
export class Redactor {
  readonly #options: RedactorOptions;
  /** Events it could not be trusted with. */
  failures = 0;

  constructor(options: RedactorOptions) {
    this.#options = options;
  }

  /** The redacted content, or nothing when there is none to trust. */
  redacted(event: InferenceEvent): RedactableEvent | undefined {
    const { now, redact, breaker } = this.#options;
    if (!breaker.mayCall) {
      this.failures += 1;
      return undefined;
    }
    const startedAt = now();
    const given = copyOf(event);
    if (given === undefined) {
      return this.#failed('the event is too large to be redacted in time');
    }
    let result: RedactableEvent | undefined;
    try {
      result = checked(redact(structuredClone(given)), given);
    } catch (error) {
      return this.#failed(`it threw ${errorTypeOf(error)}`);
    }
    const tookMs = now() - startedAt;
    if (tookMs > maxMs) {
      return this.#failed(`it took ${Math.round(tookMs)} ms, more than ${maxMs}`);
    }
    if (result === undefined) {
      return this.#failed('what it returned is not of the form it was given');
    }
    breaker.worked();
    return result;
  }

  #failed(reason: string): undefined {
    this.failures += 1;
    this.#options.breaker.failed(reason);
    this.#options.warn(`redact() is not trusted, and the event left as metadata: ${reason}`);
    return undefined;
  }
}

/** Regular expressions over long text are what makes redactors slow. */
const maxCharacters = 16 * 1024;
const maxMs = 20;

/** Plain values only; nothing when they are too many characters. */
function copyOf({ features, prediction, groups }: InferenceEvent): RedactableEvent | undefined {
  let characters = 0;
  const counted = <Value>(value: Value): Value => {
    characters += typeof value === 'string' ? value.length : 8;
    return value;
  };
  const copy: RedactableEvent = { features: {}, prediction: counted(prediction), groups: {} };
  for (const name in features) {
    const value = features[name];
    if (isFeatureValue(value)) {
      copy.features[name] = counted(value);
    }
    if (characters > maxCharacters) {
      return undefined;
    }
  }
  for (const attribute in groups) {
    const group = groups[attribute];
    if (typeof group === 'string') {
      copy.groups[attribute] = counted(group);
    }
  }
  return characters > maxCharacters ? undefined : copy;
}

function checked(result: unknown, given: RedactableEvent): RedactableEvent | undefined {
  if (typeof result !== 'object' || result === null) {
    return undefined;
  }
  const { features, prediction, groups } = result as Partial<Record<keyof RedactableEvent, unknown>>;
  if (!isRecord(features) || !isRecord(groups) || !isFeatureValue(prediction)) {
    return undefined;
  }
  const kept: RedactableEvent = {
    features: {},
    prediction: typeof prediction === 'boolean' ? String(prediction) : prediction,
    groups: {},
  };
  for (const [name, value] of Object.entries(features)) {
    if (!Object.hasOwn(given.features, name) || !isFeatureValue(value)) {
      return undefined;
    }
    kept.features[name] = value;
  }
  for (const [attribute, group] of Object.entries(groups)) {
    if (!Object.hasOwn(given.groups, attribute) || typeof group !== 'string' || group.length > maxTextLength) {
      return undefined;
    }
    kept.groups[attribute] = group;
  }
  return kept;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFeatureValue(value: unknown): value is FeatureValue {
  return value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';
}

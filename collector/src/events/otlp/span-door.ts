import type { InferenceEvent } from '@plumbline/sdk/event';
import { CountedCalls } from '@plumbline/sdk/spans';
import { inferencesOfSpans, SeenSpans, type SpanModel } from './model-calls.ts';
import { readSpans } from './read-spans.ts';
import type { PartialSuccess } from './trace-messages.ts';

/** Model calls found in one body. */
export interface FoundCalls {
  readonly kind: 'found';
  readonly events: readonly InferenceEvent[];
  readonly partialSuccess: PartialSuccess | null;
}

export type SpanRefusal = { readonly kind: 'refusal'; readonly code: string; readonly reason: string };

/** Bodies under way at once; one more is read anew when it comes again, and its calls would count as known. */
const keptBodies = 256;

/**
 * Reads bodies of traces. It remembers what was counted, since a trace arrives in pieces, and what it found in a body
 * until that is delivered, since an exporter sends the same body again when it was not.
 */
export class SpanDoor {
  readonly #models: readonly SpanModel[];
  readonly #counted: CountedCalls;
  readonly #seen = new SeenSpans();
  readonly #underWay = new Map<string, FoundCalls>();

  constructor(models: readonly SpanModel[], clock: () => number) {
    this.#models = models;
    this.#counted = new CountedCalls(clock);
  }

  /** `key` names the body: the same for the same bytes of the same sender. */
  read(key: string, body: Uint8Array, form: 'protobuf' | 'json'): FoundCalls | SpanRefusal {
    const known = this.#underWay.get(key);
    if (known !== undefined) return known;
    const read = readSpans(body, form);
    if (read.kind === 'refusal') return read;
    const { events, undeclared } = inferencesOfSpans(read.spans, this.#models, this.#counted, this.#seen);
    const found: FoundCalls = { kind: 'found', events, partialSuccess: partialSuccessOf(undeclared) };
    this.#underWay.set(key, found);
    const [oldest] = this.#underWay.keys();
    if (this.#underWay.size > keptBodies && oldest !== undefined) this.#underWay.delete(oldest);
    return found;
  }

  /** The broker has what was found in the body. */
  delivered(key: string): void {
    this.#underWay.delete(key);
  }
}

/** The exporter logs what it is told: where somebody looks who wonders why calls are missing. */
function partialSuccessOf(undeclared: ReadonlyMap<string, number>): PartialSuccess | null {
  if (undeclared.size === 0) return null;
  const rejectedSpans = [...undeclared.values()].reduce((sum, count) => sum + count, 0);
  const names = [...undeclared.keys()].slice(0, 10).join(', ');
  return {
    rejectedSpans,
    errorMessage: `no declared model has calls of ${names}: name it under models[].spans.calls, or send plumbline.model.name`,
  };
}

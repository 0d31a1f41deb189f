import { BoundedMap } from './bounded-map.ts';
import type { ModelCall } from './model-call.ts';
import type { SpanData } from './span-data.ts';

/**
 * Tells calls to count from spans that tell of one counted already. A framework and the client beneath it both write what
 * looks like a model call; the first to end is kept, most often the client's, which knows more.
 *
 * A span repeats a call when one was counted beneath it, however deep, or right above it; or with the same response id at
 * the same time (some servers draw ids from a thousand); or when it began before and ended after a call of the same
 * model, beside it and by another library (LangChain's callbacks make such siblings). Memory is bounded: what is forgotten
 * too early is counted twice, nothing else happens.
 */
export class CountedCalls {
  /** Spans beneath which a call was counted. One is forgotten as it ends, and its parent takes its place. */
  readonly #above: BoundedMap<true>;
  /** Spans of counted calls: streams of some clients end after what lies above them. */
  readonly #calls: BoundedMap<true>;
  readonly #responses: BoundedMap<Interval>;
  /** The last calls counted beneath a parent. */
  readonly #siblings: BoundedMap<readonly Counted[]>;

  constructor(clock: () => number) {
    this.#above = new BoundedMap(maxEntries, maxAgeMs, clock);
    this.#calls = new BoundedMap(maxEntries, maxAgeMs, clock);
    this.#responses = new BoundedMap(maxEntries, maxAgeMs, clock);
    this.#siblings = new BoundedMap(maxEntries, maxAgeMs, clock);
  }

  /** To be asked about every span in the order of their ends, model call or not; true when `call` is to be counted. */
  ended(span: SpanData, call: ModelCall | null): boolean {
    const above = this.#above.take(keyOf(span.traceId, span.spanId)) !== undefined;
    const isNew = call !== null && !above && !this.#isKnown(span, call);
    if (call !== null || above) {
      this.counted(span, call);
    }
    if (isNew) {
      this.#remember(span, call);
    }
    return isNew;
  }

  /** This span tells of a call that was counted, by whatever means. */
  counted(span: SpanData, call: ModelCall | null): void {
    const { traceId, parentSpanId, startTimeMs, endTimeMs } = span;
    if (typeof parentSpanId === 'string' && parentSpanId !== '') {
      this.#above.set(keyOf(traceId, parentSpanId), true);
    }
    const responseId = call?.responseId ?? null;
    if (responseId !== null) {
      this.#responses.set(responseId, { startTimeMs, endTimeMs });
    }
  }

  #isKnown(span: SpanData, call: ModelCall): boolean {
    const answered = call.responseId === null ? undefined : this.#responses.get(call.responseId);
    if (answered !== undefined && overlap(answered, span)) {
      return true;
    }
    const parent = keyOf(span.traceId, span.parentSpanId ?? '');
    if (this.#calls.has(parent)) {
      return true;
    }
    const siblings = this.#siblings.get(parent) ?? [];
    return siblings.some(
      (counted) =>
        counted.scope !== scopeOf(span) &&
        counted.model === modelOf(call) &&
        span.startTimeMs <= counted.startTimeMs &&
        counted.endTimeMs <= span.endTimeMs,
    );
  }

  #remember(span: SpanData, call: ModelCall): void {
    this.#calls.set(keyOf(span.traceId, span.spanId), true);
    const key = keyOf(span.traceId, span.parentSpanId ?? '');
    const { startTimeMs, endTimeMs } = span;
    const counted = { scope: scopeOf(span), model: modelOf(call), startTimeMs, endTimeMs };
    this.#siblings.set(key, [...(this.#siblings.get(key) ?? []).slice(1 - maxSiblings), counted]);
  }
}

interface Interval {
  readonly startTimeMs: number;
  readonly endTimeMs: number;
}

interface Counted extends Interval {
  readonly scope: string;
  readonly model: string | null;
}

function overlap(a: Interval, b: Interval): boolean {
  return a.startTimeMs <= b.endTimeMs && b.startTimeMs <= a.endTimeMs;
}

const maxEntries = 10_000;
const maxAgeMs = 600_000;
const maxSiblings = 8;

function keyOf(traceId: string, id: string): string {
  return `${traceId}${id}`;
}

function scopeOf(span: SpanData): string {
  return span.scope?.name ?? '';
}

function modelOf({ requestModel, responseModel }: ModelCall): string | null {
  return requestModel ?? responseModel;
}

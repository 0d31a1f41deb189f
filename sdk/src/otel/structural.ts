import { isSampled } from '../telemetry/trace-context.ts';
import type { SpanData } from './spans/span-data.ts';

/**
 * The parts of OpenTelemetry's SDK that are used here, by their shape alone: the SDK has three major versions in the
 * field, and depending on one of them would break the apps that have another.
 */

/** A finished span, as SDK 1 (`instrumentationLibrary`, `parentSpanId`), 2 and 3 hand it out. */
export interface FinishedSpan {
  readonly name: string;
  readonly kind: number;
  spanContext(): {
    readonly traceId: string;
    readonly spanId: string;
    readonly traceFlags?: number | undefined;
    readonly traceState?: { serialize(): string } | undefined;
  };
  readonly parentSpanContext?: { readonly spanId: string } | undefined;
  readonly parentSpanId?: string | undefined;
  readonly startTime: readonly [number, number];
  readonly endTime: readonly [number, number];
  readonly status: { readonly code: number };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly {
    readonly name: string;
    readonly time: readonly [number, number];
    readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  }[];
  readonly instrumentationScope?: { readonly name: string };
  readonly instrumentationLibrary?: { readonly name: string };
}

/** `SpanProcessor` of every version. */
export interface StructuralSpanProcessor {
  onStart(span: object, parentContext: object): void;
  onEnd(span: FinishedSpan): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** `SpanExporter` of every version. */
export interface StructuralSpanExporter {
  export(spans: FinishedSpan[], resultCallback: (result: { code: number; error?: Error }) => void): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** `Sampler` of every version. Decisions: 0 drop, 1 record without exporting, 2 record and export. */
export interface StructuralSampler {
  // biome-ignore lint/suspicious/noExplicitAny: the arguments are the API's, passed on as they are.
  shouldSample(...args: any[]): { decision: number; attributes?: any; traceState?: any };
  toString(): string;
}

/** The span as plain data; reads, and never writes. */
export function spanDataOf(span: FinishedSpan): SpanData {
  const context = span.spanContext();
  const { traceId, spanId, traceState } = context;
  const scope = span.instrumentationScope ?? span.instrumentationLibrary;
  return {
    name: span.name,
    kind: span.kind,
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId ?? span.parentSpanId ?? null,
    traceState: traceState?.serialize() ?? null,
    sampled: isSampled(context),
    startTimeMs: milliseconds(span.startTime),
    endTimeMs: milliseconds(span.endTime),
    status: span.status,
    attributes: span.attributes,
    events: span.events.map(({ name, time, attributes }) => ({
      name,
      timeMs: milliseconds(time),
      ...(attributes === undefined ? {} : { attributes }),
    })),
    ...(scope === undefined ? {} : { scope }),
  };
}

function milliseconds([seconds, nanoseconds]: readonly [number, number]): number {
  return seconds * 1_000 + nanoseconds / 1e6;
}

/**
 * A finished span as plain data, wherever it came from: a processor in the app, an exporter, OTLP over HTTP. Attribute
 * values are those of OpenTelemetry: text, numbers, booleans, lists of them, and since SDK 3 objects.
 */
export interface SpanData {
  readonly name: string;
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** Absent, null or empty for the root of a trace. */
  readonly parentSpanId?: string | null;
  /** W3C `tracestate`, as text. */
  readonly traceState?: string | null;
  /** Whether its trace was sampled; absent where nobody says. */
  readonly sampled?: boolean | undefined;
  /** `SpanKind` of the API of OpenTelemetry: 0 internal, 1 server, 2 client, 3 producer, 4 consumer. */
  readonly kind?: number;
  /** Milliseconds since 1970-01-01 UTC, with a fraction. */
  readonly startTimeMs: number;
  readonly endTimeMs: number;
  /** 0 unset, 1 ok, 2 error. */
  readonly status?: { readonly code: number };
  readonly attributes: SpanAttributes;
  readonly events?: readonly SpanEventData[];
  /** Of the library that made the span. */
  readonly scope?: { readonly name: string };
  readonly resource?: { readonly attributes: SpanAttributes };
}

export interface SpanEventData {
  readonly name: string;
  readonly timeMs: number;
  readonly attributes?: SpanAttributes;
}

export type SpanAttributes = Readonly<Record<string, unknown>>;

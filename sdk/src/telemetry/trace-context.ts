import { INVALID_TRACEID, type Span, type SpanContext, TraceFlags, trace } from '@opentelemetry/api';

/** The trace an inference belongs to: of its own span, else of the span it was recorded within. Null: to none. */
export function traceOf(span: Span | undefined): SpanContext | null {
  const found = (span ?? trace.getActiveSpan())?.spanContext();
  return found === undefined || found.traceId === INVALID_TRACEID || found.traceId?.length !== 32 ? null : found;
}

/** Spans of old or odd make have no flags: what does not say otherwise is taken for sampled. */
export function isSampled({ traceFlags }: { readonly traceFlags?: number | undefined }): boolean {
  return traceFlags === undefined || (traceFlags & TraceFlags.SAMPLED) !== 0;
}

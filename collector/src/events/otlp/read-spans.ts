import type { SpanAttributes, SpanData, SpanEventData } from '@plumbline/sdk/spans';
import { z } from 'zod';
import { decodeTraceRequest } from './trace-messages.ts';

/** Spans of an OTLP request, or why it cannot be read. */
export type ReadSpans =
  | { readonly kind: 'spans'; readonly spans: readonly SpanData[] }
  | { readonly kind: 'refusal'; readonly code: string; readonly reason: string };

/**
 * The OTLP/HTTP body of traces, in protocol buffers or in its JSON form. Unknown fields are skipped, as the specification
 * asks; a span without ids or times refuses the request, since nothing true could be made of it.
 */
export function readSpans(bytes: Uint8Array, form: 'protobuf' | 'json'): ReadSpans {
  let value: unknown;
  try {
    value = form === 'protobuf' ? decodeTraceRequest(bytes) : JSON.parse(utf8.decode(bytes));
  } catch {
    const what = form === 'protobuf' ? 'an OTLP trace request in protocol buffers' : 'JSON in UTF-8';
    return {
      kind: 'refusal',
      code: form === 'protobuf' ? 'BAD_PROTOBUF' : 'BAD_JSON',
      reason: `the body is not ${what}`,
    };
  }
  const parsed = traceRequest.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') ?? '';
    return { kind: 'refusal', code: 'BAD_SPAN', reason: `${where}: ${issue?.message ?? 'not a trace request'}` };
  }
  const spans = parsed.data.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const resourceAttributes = attributesOf(resource?.attributes);
    return scopeSpans.flatMap(({ scope, spans: read }) =>
      read.map((span) => spanOf(span, scope?.name ?? '', resourceAttributes)),
    );
  });
  return { kind: 'spans', spans };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function spanOf(span: z.output<typeof spanMessage>, scope: string, resource: SpanAttributes): SpanData {
  return {
    name: span.name,
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    traceState: span.traceState,
    sampled: sampledOf(span.flags),
    kind: Math.max(0, span.kind - 1),
    startTimeMs: span.startTimeUnixNano,
    endTimeMs: span.endTimeUnixNano,
    status: { code: span.status?.code ?? 0 },
    attributes: attributesOf(span.attributes),
    events: span.events.map(
      ({ name, timeUnixNano, attributes }): SpanEventData => ({
        name,
        timeMs: timeUnixNano,
        attributes: attributesOf(attributes),
      }),
    ),
    scope: { name: scope },
    resource: { attributes: resource },
  };
}

/**
 * The trace flags are the lowest eight bits, the lowest of them that of sampling (W3C Trace Context). Several exporters send
 * the other bits alone, so that none set says nothing.
 */
function sampledOf(flags: number): boolean | undefined {
  const traceFlags = flags & 0xff;
  return traceFlags === 0 ? undefined : (traceFlags & 1) === 1;
}

type AnyValue = {
  readonly stringValue?: string | undefined;
  readonly boolValue?: boolean | undefined;
  readonly intValue?: string | number | undefined;
  readonly doubleValue?: number | string | undefined;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] | undefined } | undefined;
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] | undefined } | undefined;
};
type KeyValue = { readonly key: string; readonly value?: AnyValue | undefined };

function attributesOf(list: readonly KeyValue[] | undefined): SpanAttributes {
  return Object.fromEntries((list ?? []).map(({ key, value }) => [key, attributeValue(value)]));
}

function attributeValue(value: AnyValue | undefined): unknown {
  if (value === undefined) return undefined;
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.boolValue !== undefined) return value.boolValue;
  // Counts of tokens and the like: a double holds them all.
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.doubleValue !== undefined) return Number(value.doubleValue);
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(attributeValue);
  if (value.kvlistValue !== undefined) return attributesOf(value.kvlistValue.values);
  return undefined;
}

/** Nesting deeper than this is cut off: nothing we read lies so deep, and a stranger's body must not exhaust the stack. */
const deepest = 8;

const anyValue: z.ZodType<AnyValue> = valueOfDepth(deepest);

function valueOfDepth(depth: number): z.ZodType<AnyValue> {
  const scalars = {
    stringValue: z.string().optional(),
    boolValue: z.boolean().optional(),
    intValue: z.union([z.string().regex(/^-?\d{1,20}$/), z.number()]).optional(),
    doubleValue: z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]).optional(),
  };
  if (depth === 0) return z.object(scalars);
  const inner = valueOfDepth(depth - 1);
  const pair = z.object({ key: z.string(), value: inner.optional() });
  return z.object({
    ...scalars,
    arrayValue: z.object({ values: z.array(inner).optional() }).optional(),
    kvlistValue: z.object({ values: z.array(pair).optional() }).optional(),
  });
}

/** Bytes in protocol buffers, hex in JSON. */
const hexId = (digits: number) =>
  z
    .union([
      z.instanceof(Uint8Array).transform((bytes) => Buffer.from(bytes).toString('hex')),
      z.string().toLowerCase(),
    ])
    .refine(
      (id) => id.length === digits && /^[0-9a-f]+$/.test(id) && /[^0]/.test(id),
      `must be ${digits} hex digits, not all 0`,
    );

/** Nanoseconds since 1970-01-01 UTC in 64 bits, as text; milliseconds with a fraction. */
const unixNano = z
  .union([z.string().regex(/^\d{1,20}$/, 'must be nanoseconds since 1970'), z.number().min(0)])
  .transform((nanoseconds) => {
    const whole = BigInt(nanoseconds);
    return Number(whole / 1_000_000n) + Number(whole % 1_000_000n) / 1e6;
  });

const attributes = z.array(z.object({ key: z.string(), value: anyValue.optional() })).default([]);
const emptyId = z
  .union([z.instanceof(Uint8Array), z.string()])
  .refine((id) => id.length === 0)
  .transform(() => null);

const spanMessage = z.object({
  traceId: hexId(32),
  spanId: hexId(16),
  parentSpanId: z
    .union([emptyId, hexId(16)])
    .nullish()
    .transform((id) => id ?? null),
  traceState: z
    .string()
    .nullish()
    .transform((state) => state ?? null),
  name: z.string().default(''),
  kind: z.int().default(0),
  startTimeUnixNano: unixNano,
  endTimeUnixNano: unixNano,
  attributes,
  events: z
    .array(z.object({ name: z.string().default(''), timeUnixNano: unixNano.default(0), attributes }))
    .default([]),
  status: z.object({ code: z.int().default(0) }).optional(),
  flags: z.int().min(0).default(0),
});

const traceRequest = z.object({
  resourceSpans: z
    .array(
      z.object({
        resource: z.object({ attributes }).optional(),
        scopeSpans: z
          .array(
            z.object({
              scope: z.object({ name: z.string().default('') }).optional(),
              spans: z.array(spanMessage).default([]),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});

import { exceptionEvent, firstTokenEvents, readNames } from './attribute-names.ts';
import { contentOf, type ModelContent } from './messages.ts';
import { amountOf, attributeOf, isRecord, structureOf, textOf } from './read.ts';
import { samplingWeight } from './sampling-weight.ts';
import type { SpanAttributes, SpanData } from './span-data.ts';
import { type TokenCounts, tokenCountsOf } from './token-counts.ts';

/** One call of a generative or embedding model, read off a span of any of the usual instrumentations. */
export interface ModelCall {
  readonly operation: ModelOperation;
  /** For example `openai`; lower case. */
  readonly provider: string | null;
  readonly requestModel: string | null;
  /** The model that answered, often more precise than the one asked for. */
  readonly responseModel: string | null;
  /** The provider's own id of the answer. */
  readonly responseId: string | null;
  readonly conversationId: string | null;
  /** Start of the call, milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly latencyMs: number;
  /** Only of streamed answers. */
  readonly timeToFirstTokenMs: number | null;
  readonly tokens: TokenCounts;
  /** US dollars, where the instrumentation or a price list says. */
  readonly costUsd: number | null;
  /** For example `stop`, `length`, `tool_calls`: the first choice's. */
  readonly finishReason: string | null;
  /** Low-cardinality type of the failure, when the call failed. */
  readonly error: string | null;
  readonly traceId: string;
  readonly spanId: string;
  /** False where its trace was not sampled: no tracing backend has it. */
  readonly sampled: boolean;
  /** Who tells of it: the span that another instrumentation wrote, or the SDK, which watched the call itself. */
  readonly source: 'span' | 'sdk';
  /** How many calls this one stands for, by the sampler's own account; null when that says nothing. */
  readonly weight: number | null;
  /** What was said, when asked for and when the instrumentation wrote it. */
  readonly content: ModelContent | null;
}

export type ModelOperation = 'chat' | 'generate_content' | 'text_completion' | 'embeddings';

/** `none`: not even looked at. `messages`: what was said is part of the call, for whoever computes something from it. */
export type ContentMode = 'none' | 'messages';

/**
 * The model call a span tells of; null for every other span: tools, agents, chains, retrievals, HTTP. Reads GenAI
 * conventions old and new, OpenInference, OpenLLMetry and Vercel's AI SDK. Pure, and never throws.
 */
export function modelCallOf(span: SpanData, content: ContentMode = 'none'): ModelCall | null {
  try {
    return read(span, content);
  } catch {
    // Whatever it is, it is no span of a model call.
    return null;
  }
}

function read(span: SpanData, content: ContentMode): ModelCall | null {
  const { attributes } = span;
  const operation = operationOf(attributes, span.name);
  if (operation === null) {
    return null;
  }
  return {
    operation,
    provider: providerOf(attributes),
    requestModel: requestModelOf(attributes),
    responseModel: textOf(attributes, readNames.responseModel),
    responseId: textOf(attributes, readNames.responseId) ?? idInOutput(attributes),
    conversationId: textOf(attributes, readNames.conversation),
    time: span.startTimeMs,
    latencyMs: Math.max(0, span.endTimeMs - span.startTimeMs),
    timeToFirstTokenMs: timeToFirstTokenOf(span),
    tokens: tokenCountsOf(span),
    costUsd: amountOf(attributes, readNames.costUsd),
    finishReason: textOf(attributes, readNames.finishReason),
    error: errorOf(span),
    traceId: span.traceId,
    spanId: span.spanId,
    sampled: span.sampled ?? true,
    source: 'span',
    weight: samplingWeight(span.traceState),
    content: content === 'none' ? null : contentOf(attributes),
  };
}

/**
 * Whether the attributes a span starts with announce a model call. Enough to keep its data while a sampler drops the
 * trace; what it really was is known when it ends.
 */
export function announcesModelCall(name: string, attributes: SpanAttributes): boolean {
  try {
    return operationOf(attributes, name) !== null;
  } catch {
    return false;
  }
}

const operations: readonly ModelOperation[] = ['chat', 'generate_content', 'text_completion', 'embeddings'];
const openInferenceKinds: Readonly<Record<string, ModelOperation>> = { LLM: 'chat', EMBEDDING: 'embeddings' };
const legacyRequestTypes: Readonly<Record<string, ModelOperation>> = {
  chat: 'chat',
  completion: 'text_completion',
  embedding: 'embeddings',
};

function operationOf(attributes: SpanAttributes, name: string): ModelOperation | null {
  const vercel = textOf(attributes, readNames.vercelOperation);
  if (vercel !== null || attributeOf(attributes, readNames.vercelModel[0]) !== undefined) {
    return vercelOperation(vercel ?? name);
  }
  const convention = textOf(attributes, readNames.operation);
  if (convention !== null) {
    return operations.find((operation) => operation === convention) ?? null;
  }
  const kind = textOf(attributes, readNames.openInferenceKind);
  if (kind !== null) {
    return own(openInferenceKinds, kind);
  }
  return own(legacyRequestTypes, textOf(attributes, readNames.legacyRequestType) ?? '');
}

/** A `generateText` holds one `doGenerate` a step: only the inner ones call a model. */
function vercelOperation(name: string): ModelOperation | null {
  if (/\.do(?:Generate|Stream)\b/.test(name)) {
    return 'chat';
  }
  return /\.doEmbed\b/.test(name) ? 'embeddings' : null;
}

function own<Value>(table: Readonly<Record<string, Value>>, key: string): Value | null {
  return Object.hasOwn(table, key) ? (table[key] ?? null) : null;
}

/** Vercel writes `openai.chat` where others write `openai`. */
function providerOf(attributes: SpanAttributes): string | null {
  const provider = textOf(attributes, readNames.provider)?.toLowerCase() ?? null;
  const vercel = attributeOf(attributes, readNames.vercelModel[0]) !== undefined;
  return vercel ? (provider?.split('.', 1)[0] ?? null) : provider;
}

function requestModelOf(attributes: SpanAttributes): string | null {
  const named = textOf(attributes, readNames.requestModel);
  if (named !== null) {
    return named;
  }
  const parameters = structureOf(attributes, readNames.invocationParameters);
  const model = isRecord(parameters) ? parameters.model : undefined;
  return typeof model === 'string' && model !== '' ? model : null;
}

/** OpenInference leaves the id to the raw answer: its first texts named `id`, without reading the whole of it. */
function idInOutput(attributes: SpanAttributes): string | null {
  const raw = textOf(attributes, readNames.rawOutput);
  return raw === null ? null : (/"id":"([\w:.-]{6,128})"/.exec(raw.slice(0, 4_096))?.[1] ?? null);
}

function timeToFirstTokenOf(span: SpanData): number | null {
  const seconds = amountOf(span.attributes, readNames.timeToFirstChunkS);
  if (seconds !== null) {
    return seconds * 1_000;
  }
  const event = span.events?.find(({ name }) => firstTokenEvents.includes(name));
  const elapsedMs = event === undefined ? undefined : event.timeMs - span.startTimeMs;
  return (
    amountOf(span.attributes, readNames.timeToFirstChunkMs) ??
    (elapsedMs !== undefined && elapsedMs >= 0 ? elapsedMs : null)
  );
}

function errorOf(span: SpanData): string | null {
  const failed = span.status?.code === 2;
  const type = textOf(span.attributes, readNames.errorType);
  if (type !== null || !failed) {
    return type;
  }
  const exception = span.events?.find(({ name }) => name === exceptionEvent);
  return textOf(exception?.attributes ?? {}, readNames.exceptionType) ?? 'error';
}

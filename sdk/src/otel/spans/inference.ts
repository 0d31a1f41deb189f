import type { FeatureType, FeatureValue } from '../../event.ts';
import type { ModelCall } from './model-call.ts';

/**
 * What of a model call is watched as signals: to be declared where only declared features leave the app. Nothing here is
 * text that anybody wrote.
 */
export const modelCallFeatures = {
  operation: 'category',
  provider: 'category',
  request_model: 'category',
  response_model: 'category',
  finish_reason: 'category',
  input_tokens: 'number',
  output_tokens: 'number',
  cached_input_tokens: 'number',
  cache_write_tokens: 'number',
  reasoning_tokens: 'number',
  token_semantics: 'category',
  cost_usd: 'number',
  time_to_first_token_ms: 'number',
} as const satisfies Readonly<Record<string, FeatureType>>;

/** A model call as an inference: the members that `record` and JSON events of `POST /v1/events` have too. */
export interface ModelCallInference {
  /** Made of the span: the same call has the same id, however often its span is delivered. Ordered by time. */
  readonly id: string;
  readonly time: number;
  readonly features: Readonly<Record<string, FeatureValue>>;
  readonly latencyMs: number;
  readonly traceId: string;
  readonly error: string | null;
  /**
   * Present when the sampler of the trace says how many calls this one stands for. Else the call counts for itself: left out
   * of counts, it would be missing wherever everything is sampled, which samplers do not say either.
   */
  readonly weight?: number;
  /** Present when the call was read off a span. */
  readonly source?: 'span';
  /** Present when the trace was not sampled. */
  readonly sampled?: false;
}

/** The inference a model call was. Unknown amounts are missing values, not zero. Which model of ours it was is the caller's to say. */
export function inferenceOfCall(call: ModelCall): ModelCallInference {
  const { tokens } = call;
  const features: Record<keyof typeof modelCallFeatures, FeatureValue> = {
    operation: call.operation,
    provider: call.provider,
    request_model: call.requestModel,
    response_model: call.responseModel,
    finish_reason: call.finishReason,
    input_tokens: tokens.input,
    output_tokens: tokens.output,
    cached_input_tokens: tokens.cachedInput,
    cache_write_tokens: tokens.cacheWrite,
    reasoning_tokens: tokens.reasoning,
    token_semantics: tokens.semantics,
    cost_usd: call.costUsd,
    time_to_first_token_ms: call.timeToFirstTokenMs,
  };
  return {
    id: inferenceIdOfSpan(call),
    time: call.time,
    features,
    latencyMs: call.latencyMs,
    traceId: call.traceId,
    error: call.error,
    ...(call.weight === null ? {} : { weight: call.weight }),
    ...(call.source === 'span' ? { source: call.source } : {}),
    ...(call.sampled ? {} : { sampled: false }),
  };
}

/** A UUID of version 7 (RFC 9562): the start in milliseconds, then bits of trace id and span id in place of random ones. */
export function inferenceIdOfSpan(span: {
  readonly time: number;
  readonly traceId: string;
  readonly spanId: string;
}): string {
  const time = Math.max(0, Math.trunc(span.time)).toString(16).padStart(12, '0').slice(-12);
  const random = span.traceId.slice(-3).padStart(3, '0');
  const spanId = span.spanId.padStart(16, '0').slice(-16);
  const variant = (8 + (Number.parseInt(spanId[0] ?? '0', 16) & 3)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random}-${variant}${spanId.slice(1, 4)}-${spanId.slice(4)}`;
}

import { scopeName } from '../conventions.ts';

/**
 * The names under which instrumentations write what a model call was, in the order in which they are believed: the GenAI
 * conventions of OpenTelemetry (latest, then as of 1.36 and before), OpenInference, OpenLLMetry, the Vercel AI SDK.
 * What the SDK writes itself is in `../conventions.ts`; no other file of it may hold such a name.
 */
export const readNames = {
  operation: ['gen_ai.operation.name'],
  openInferenceKind: ['openinference.span.kind'],
  legacyRequestType: ['llm.request.type'],
  vercelOperation: ['ai.operationId'],
  vercelModel: ['ai.model.id'],
  provider: ['gen_ai.provider.name', 'gen_ai.system', 'llm.provider', 'llm.system', 'ai.model.provider'],
  requestModel: ['gen_ai.request.model', 'llm.request.model_name', 'llm.input_model_name', 'ai.model.id'],
  invocationParameters: ['llm.invocation_parameters'],
  responseModel: [
    ...['gen_ai.response.model', 'llm.response.model_name', 'llm.output_model_name', 'ai.response.model'],
    ...['llm.model_name', 'embedding.model_name'],
  ],
  responseId: ['gen_ai.response.id', 'ai.response.id'],
  rawOutput: ['output.value'],
  inputTokens: [
    ...['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens', 'llm.token_count.prompt', 'llm.usage.prompt_tokens'],
    ...['ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens'],
  ],
  outputTokens: [
    ...['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens', 'llm.token_count.completion'],
    ...['llm.usage.completion_tokens', 'ai.usage.outputTokens', 'ai.usage.completionTokens'],
  ],
  cachedInputTokens: [
    ...['gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_read_input_tokens'],
    ...['llm.token_count.prompt_details.cache_read', 'ai.usage.cachedInputTokens'],
    'ai.usage.inputTokenDetails.cacheReadTokens',
  ],
  cacheWriteTokens: [
    ...['gen_ai.usage.cache_write.input_tokens', 'gen_ai.usage.cache_creation.input_tokens'],
    ...['gen_ai.usage.cache_creation_input_tokens', 'llm.token_count.prompt_details.cache_write'],
    'ai.usage.inputTokenDetails.cacheWriteTokens',
  ],
  reasoningTokens: [
    ...['gen_ai.usage.reasoning.output_tokens', 'gen_ai.usage.reasoning_tokens'],
    ...['llm.token_count.completion_details.reasoning', 'ai.usage.reasoningTokens'],
    'ai.usage.outputTokenDetails.reasoningTokens',
  ],
  /** As some write it beside the conventions: `inclusive` where input tokens include cached ones. */
  tokenSemantics: ['gen_ai.token.semantics'],
  /** Whoever writes one of these counts cached tokens in: OpenInference, Vercel's AI SDK 6, the latest conventions. */
  inclusiveTokens: [
    ...['llm.token_count.prompt', 'ai.usage.inputTokenDetails.noCacheTokens'],
    'gen_ai.usage.cache_write.input_tokens',
  ],
  costUsd: ['gen_ai.usage.cost', 'operation.cost', 'llm.cost.total'],
  finishReason: [
    ...['gen_ai.response.finish_reasons', 'llm.finish_reason', 'ai.response.finishReason'],
    ...['gen_ai.completion.0.finish_reason', 'anthropic.message.stop_reason'],
  ],
  conversation: [
    ...['gen_ai.conversation.id', 'session.id', 'ai.telemetry.metadata.sessionId'],
    ...['traceloop.association.properties.session_id', 'langfuse.session.id'],
  ],
  /** Seconds, as all the GenAI conventions. */
  timeToFirstChunkS: [
    ...['gen_ai.response.time_to_first_chunk', 'gen_ai.client.operation.time_to_first_chunk'],
    'gen_ai.server.time_to_first_token',
  ],
  timeToFirstChunkMs: ['ai.response.msToFirstChunk'],
  errorType: ['error.type'],
  exceptionType: ['exception.type'],
  inputMessages: ['gen_ai.input.messages', 'ai.prompt.messages'],
  outputMessages: ['gen_ai.output.messages'],
  outputText: ['ai.response.text'],
} as const;

/** Libraries that count cached tokens in, whatever the vendor does. */
export const inclusiveTokenScopes: readonly string[] = ['com.anthropic.sdk.typescript', scopeName];

/** Libraries that pass on a vendor's count of input tokens without the cached ones. */
export const exclusiveTokenScopes: readonly string[] = ['@traceloop/instrumentation-anthropic'];

/** Flattened messages: `<list>.<index>.<member>`. */
export const messageLists = {
  input: [
    { list: 'llm.input_messages', role: 'message.role', text: 'message.content', parts: 'message.contents' },
    { list: 'gen_ai.prompt', role: 'role', text: 'content', parts: null },
  ],
  output: [
    { list: 'llm.output_messages', role: 'message.role', text: 'message.content', parts: 'message.contents' },
    { list: 'gen_ai.completion', role: 'role', text: 'content', parts: null },
  ],
} as const;

/** Of a flattened part of a message: `<parts>.<index>.<partText>`. */
export const partText = 'message_content.text';

/** Span events whose time is that of the first token. */
export const firstTokenEvents: readonly string[] = [
  'ai.stream.firstChunk',
  'gen_ai.content.completion.chunk',
  'First Token Stream Event',
  'llm.content.completion.chunk',
];

export const exceptionEvent = 'exception';

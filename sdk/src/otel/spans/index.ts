export { attributes as inferenceAttributes, scopeName } from '../conventions.ts';
export { CountedCalls } from './counted-calls.ts';
export { inferenceIdOfSpan, inferenceOfCall, type ModelCallInference, modelCallFeatures } from './inference.ts';
export type { ModelContent, ModelMessage } from './messages.ts';
export { type ContentMode, type ModelCall, type ModelOperation, modelCallOf } from './model-call.ts';
export { samplingWeight } from './sampling-weight.ts';
export type { SpanAttributes, SpanData, SpanEventData } from './span-data.ts';
export type { TokenCounts, TokenSemantics } from './token-counts.ts';

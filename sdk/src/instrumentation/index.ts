export type { ModelCallOptions } from '../otel/model-call-recorder.ts';
export { type AnthropicClass, instrumentAnthropic } from './anthropic.ts';
export type { StructuralInstrumentation } from './instrumentation.ts';
export { instrumentOpenAI, type OpenAiClass } from './openai.ts';

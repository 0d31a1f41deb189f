export type { ModelCallOptions } from '../otel/model-call-recorder.ts';
export { type AnthropicClass, instrumentAnthropic } from './anthropic.ts';
export type { StructuralInstrumentation } from './instrumentation.ts';
export {
  instrumentOnnx,
  type OnnxOptions,
  type OnnxResult,
  type OnnxRuntime,
  type OnnxSession,
  type OnnxTensor,
  type OnnxValues,
} from './onnx.ts';
export { instrumentOpenAI, type OpenAiClass } from './openai.ts';

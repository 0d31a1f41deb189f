export type { ModelCallOptions } from './model-call-recorder.ts';
export { createSpanExporter } from './span-exporter.ts';
export { createSpanProcessor, type MonitorSpanProcessor } from './span-processor.ts';
export type { FinishedSpan, StructuralSampler, StructuralSpanExporter, StructuralSpanProcessor } from './structural.ts';

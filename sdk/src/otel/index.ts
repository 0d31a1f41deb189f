export { createSpanExporter } from './span-exporter.ts';
export { createSpanProcessor, type MonitorSpanProcessor } from './span-processor.ts';
export type { SpanOptions } from './span-recorder.ts';
export type { FinishedSpan, StructuralSampler, StructuralSpanExporter, StructuralSpanProcessor } from './structural.ts';

import { trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node'; // as the app has it already, in whatever version
import { TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace';
import { createMonitor } from '@plumbline/sdk';
import { createSpanProcessor } from '@plumbline/sdk/otel';

const nats = { servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' };
const monitor = createMonitor({ service: 'helpdesk', model: { name: 'assistant', version: '3' }, nats });
const processor = createSpanProcessor(monitor, { model: 'assistant' });

// Through its sampler the processor sees every call, and no more traces are kept than before.
const sampler = processor.sampler(new TraceIdRatioBasedSampler(0.1));
const openTelemetry = new NodeSDK({ spanProcessors: [processor], sampler, metricReaders: [], logRecordProcessors: [] });
openTelemetry.start();

/** Stands for a library whose calls some instrumentation writes spans of. */
export function chat(): void {
  const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4o-mini' };
  const span = trace.getTracer('some-client').startSpan('chat gpt-4o-mini', { attributes });
  span.setAttribute('gen_ai.usage.output_tokens', 17);
  span.end();
}

export const stop = async () => {
  await openTelemetry.shutdown();
  return monitor.shutdown();
};

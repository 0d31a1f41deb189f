import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import type { GenAiStability } from './conventions.ts';
import { GenAiTelemetry, type RequestFacts } from './gen-ai-telemetry.ts';
import type { ModelCall } from './spans/model-call.ts';

const call: ModelCall = {
  operation: 'chat',
  provider: 'openai',
  requestModel: 'gpt-4o',
  responseModel: 'gpt-4o-2',
  responseId: 'r',
  conversationId: null,
  time: 0,
  latencyMs: 1_500,
  timeToFirstTokenMs: 250,
  costUsd: null,
  finishReason: 'stop',
  error: null,
  traceId: '',
  spanId: '',
  sampled: true,
  source: 'sdk',
  weight: null,
  content: null,
  tokens: { input: 12, output: null, cachedInput: null, cacheWrite: 3, reasoning: null, semantics: 'inclusive' },
};
const request: RequestFacts = {
  stream: true,
  temperature: null,
  maxTokens: null,
  topP: null,
  topK: null,
  frequencyPenalty: null,
  presencePenalty: -0.5,
  seed: 7,
  choices: 2,
  outputType: 'json',
  serverAddress: null,
  serverPort: null,
};

async function told(stability: GenAiStability, of: ModelCall) {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const spans = new InMemorySpanExporter();
  const failures: unknown[] = [];
  const telemetry = new GenAiTelemetry(stability, (error) => void failures.push(error));
  telemetry.tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] });
  telemetry.meterProvider = new MeterProvider({ readers: [reader] });
  const span = telemetry.start(of);
  telemetry.chunk(of, request, 30);
  telemetry.end(span, of, request, 'i1');
  await reader.forceFlush();
  const metrics = [...exporter.getMetrics()].flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap((scope) => scope.metrics),
  );
  // It exports once more.
  await reader.shutdown();
  const points = metrics.flatMap(({ descriptor, dataPoints }) =>
    dataPoints.map(({ attributes, value }) => ({ name: descriptor.name, attributes, value })),
  );
  return { points, attributes: spans.getFinishedSpans()[0]?.attributes ?? {}, failures };
}

describe('a call of a model', () => {
  it('is measured under the published names, and by those of the latest conventions on demand', async () => {
    const names = async (stability: GenAiStability) => (await told(stability, call)).points.map(({ name }) => name);
    expect(await names('v1.41')).toEqual([
      ...['gen_ai.client.operation.time_per_output_chunk', 'gen_ai.client.operation.duration'],
      'gen_ai.client.operation.time_to_first_chunk',
      'gen_ai.client.token.usage',
    ]);
    expect(await names('latest')).toEqual([
      ...['gen_ai.client.inference.time_per_output_chunk', 'gen_ai.client.inference.duration'],
      ...['gen_ai.client.inference.time_to_first_chunk', 'gen_ai.client.inference.operation.input_tokens'],
      ...['gen_ai.client.inference.usage.input_tokens', 'gen_ai.client.inference.usage.cache_write.input_tokens'],
    ]);
    expect(Object.keys((await told('v1.41', call)).attributes)).toContain('gen_ai.usage.cache_creation.input_tokens');
    expect(Object.keys((await told('latest', call)).attributes)).toContain('gen_ai.usage.cache_write.input_tokens');
  });

  it('has the settings of its request on its span, and no text of it', async () => {
    expect((await told('v1.41', call)).attributes).toMatchObject({
      'gen_ai.request.presence_penalty': -0.5,
      'gen_ai.request.seed': 7,
      'gen_ai.request.choice.count': 2,
      'gen_ai.output.type': 'json',
    });
  });

  it('counts tokens with their modality in the latest conventions', async () => {
    const { points } = await told('latest', call);
    const counted = points.filter(({ name }) => name.includes('.usage.'));
    expect(counted.map(({ value, attributes }) => [value, attributes['gen_ai.token.modality']])).toEqual([
      [12, 'text'],
      [3, 'text'],
    ]);
  });

  it('of embeddings keeps the name of operations in the latest conventions', async () => {
    const { points } = await told('latest', { ...call, operation: 'embeddings', timeToFirstTokenMs: null });
    expect(points[1]?.name).toBe('gen_ai.client.operation.duration');
  });

  it('is measured in seconds, with its error among few attributes, and unknown tokens are not reported', async () => {
    const { points } = await told('v1.41', { ...call, error: 'timeout', timeToFirstTokenMs: null });
    const identity = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
    };
    const answered = { ...identity, 'gen_ai.response.model': 'gpt-4o-2' };
    expect(points).toMatchObject([
      { attributes: answered, value: { sum: 0.03 } },
      { attributes: { ...answered, 'error.type': 'timeout' }, value: { sum: 1.5 } },
      { attributes: { ...answered, 'gen_ai.token.type': 'input' }, value: { sum: 12 } },
    ]);
    expect(points).toHaveLength(3);
  });

  it('is told of by nobody, and fails nothing, when a provider throws', () => {
    const failures: unknown[] = [];
    const telemetry = new GenAiTelemetry('v1.41', (error) => void failures.push(error));
    const broken = {
      getTracer: () => {
        throw new Error('no tracer');
      },
      getMeter: () => {
        throw new Error('no meter');
      },
    };
    telemetry.tracerProvider = broken;
    telemetry.meterProvider = broken;
    telemetry.end(telemetry.start(call), call, request, null);
    expect(failures.map(String)).toEqual(['Error: no tracer', 'Error: no meter']);
  });
});

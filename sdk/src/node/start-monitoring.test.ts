import { trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { AlwaysOffSampler, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { createMemoryTransport } from '../testing/index.ts';
import { startMonitoring, TelemetryExistsError } from './index.ts';

const model = { name: 'assistant', version: '1' };

describe('startMonitoring', () => {
  it('refuses bad options before it sets anything up', () => {
    expect(() => startMonitoring({ service: '', model, transport: createMemoryTransport() })).toThrow('service');
    expect(trace.getTracer('app').startSpan('nothing').isRecording()).toBe(false);
  });

  it('sets up spans and measurements, and records model calls that the sampler drops', async () => {
    const transport = createMemoryTransport();
    const exported = new InMemorySpanExporter();
    const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 3_600_000 });
    const hanging = {
      onStart() {},
      onEnd() {},
      forceFlush: async () => {},
      shutdown: () => new Promise<void>(() => {}),
    };
    const { monitor, shutdown } = startMonitoring({
      service: 'chat-api',
      model,
      transport,
      openTelemetry: {
        spanProcessors: [new SimpleSpanProcessor({ exporter: exported }), hanging],
        sampler: new AlwaysOffSampler(),
        metricReaders: [reader],
        autoDetectResources: false,
      },
      spans: { version: ({ responseModel }) => responseModel ?? undefined },
    });
    expect(monitor.status().telemetry).toEqual({ spans: true, metrics: true });
    const span = trace.getTracer('client').startSpan('chat', { attributes: { 'gen_ai.operation.name': 'chat' } });
    span.setAttribute('gen_ai.response.model', 'gpt-4o-2');
    span.end();
    monitor.record({ features: { own: 1 }, latencyMs: 2 });
    await reader.forceFlush();
    const names = points.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
    expect(names.map(({ descriptor }) => descriptor.name)).toContain('plumbline.inference.duration');
    // In time, though the exporter hangs.
    expect(await shutdown({ timeoutMs: 400 })).toEqual({ delivered: true, remaining: 0 });
    const versions = transport.inferences().map(({ version }) => version);
    expect(versions.toSorted()).toEqual(['1', 'gpt-4o-2']);
    expect(exported.getFinishedSpans()).toEqual([]);
  });

  it('refuses where a provider is registered, says what to do, and makes no monitor', () => {
    // The one of the test before is: a second would silently lose its exporters.
    const transport = createMemoryTransport();
    let error: unknown;
    try {
      startMonitoring({ service: 'chat-api', model, transport });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TelemetryExistsError);
    expect(error).toMatchObject({ code: 'TELEMETRY_EXISTS', signals: expect.arrayContaining(['trace']) });
    expect(String(error)).toContain('createSpanProcessor(monitor)');
    expect(transport.heartbeats()).toEqual([]);
  });
});

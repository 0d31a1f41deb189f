import { context, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMonitor, type Monitor } from '../index.ts';
import { inferenceMetrics } from '../otel/conventions.ts';
import { GenAiTelemetry, type RequestFacts } from '../otel/gen-ai-telemetry.ts';
import { modelCallOf } from '../otel/spans/index.ts';
import { testDocument } from '../routing/testing/test-document.ts';
import { createMemoryTransport, type MemoryTransport } from '../testing/index.ts';

/** What an app may have registered: a processor of its own that fails. */
let processorFails = false;
const failing: SpanProcessor = {
  onStart: () => {},
  onEnd: () => {
    if (processorFails) {
      throw new Error('a broken processor');
    }
  },
  forceFlush: async () => {},
  shutdown: async () => {},
};

interface LogEvent {
  readonly eventName?: string | undefined;
  readonly attributes: object;
}

const logEvents: LogEvent[] = [];
const spans = new InMemorySpanExporter();
const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 3_600_000 });
let sdk: NodeSDK;
let early: Monitor;
let monitor: Monitor;
let transport: MemoryTransport;

beforeAll(() => {
  // One monitor is older than the app's OpenTelemetry set-up, as happens when modules load in an unlucky order.
  early = start('early');
  early.record({ features: {}, latencyMs: 1 });
  expect(early.status().telemetry).toEqual({ spans: false, metrics: false });
  sdk = new NodeSDK({
    spanProcessors: [failing, new SimpleSpanProcessor({ exporter: spans })],
    metricReaders: [reader],
    logRecordProcessors: [
      {
        onEmit: ({ eventName, attributes }: LogEvent) => void logEvents.push({ eventName, attributes }),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
    autoDetectResources: false,
  });
  sdk.start();
});

afterAll(() => sdk.shutdown());

beforeEach(() => {
  spans.reset();
  logEvents.length = 0;
  transport = createMemoryTransport();
  monitor = start('credit-risk');
});

function start(name: string): Monitor {
  const model = { name, version: '7', digest: 'sha256:7' };
  const logger = { info: () => {}, warn: () => {} };
  return createMonitor({ service: 'api', model, transport: transport ?? createMemoryTransport(), logger });
}

async function recorded() {
  await monitor.flush();
  return transport.inferences();
}

describe('a wrapped prediction', () => {
  it('makes one span, with what identifies the inference and nothing of its content', async () => {
    const predict = monitor.wrap(async (age: number) => age > 30, {
      features: (age) => ({ age }),
      prediction: (result) => result,
    });
    await predict(44);
    const [span] = spans.getFinishedSpans();
    const [event] = await recorded();
    expect(spans.getFinishedSpans()).toHaveLength(1);
    expect(span?.name).toBe('predict credit-risk');
    expect(span?.attributes).toEqual({
      'plumbline.inference.id': event?.id,
      'plumbline.model.name': 'credit-risk',
      'plumbline.model.version': '7',
      'plumbline.model.variant': 'champion',
      'plumbline.model.digest': 'sha256:7',
    });
    expect(event?.traceId).toBe(span?.spanContext().traceId);
    expect(span?.instrumentationScope).toMatchObject({ name: '@plumbline/sdk', version: '0.1.0' });
  });

  it('is the parent of the spans made while it runs, and a child of the one it runs in', async () => {
    const tracer = trace.getTracer('app');
    const predict = monitor.wrap(
      async () => {
        await Promise.resolve();
        tracer.startSpan('inner').end();
      },
      { features: () => ({}) },
    );
    await tracer.startActiveSpan('request', async (request) => {
      await predict();
      request.end();
    });
    const byName = new Map(spans.getFinishedSpans().map((span) => [span.name, span]));
    const prediction = byName.get('predict credit-risk');
    expect(byName.get('inner')?.parentSpanContext?.spanId).toBe(prediction?.spanContext().spanId);
    expect(prediction?.parentSpanContext?.spanId).toBe(byName.get('request')?.spanContext().spanId);
  });

  it('that fails ends its span as an error of a type, without the message', async () => {
    const predict = monitor.wrap(
      () => {
        throw new RangeError('age of Ms Miller is 200');
      },
      { features: () => ({}) },
    );
    expect(predict).toThrow('age of Ms Miller is 200');
    const [span] = spans.getFinishedSpans();
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(span?.attributes['error.type']).toBe('RangeError');
    expect(span?.events).toEqual([]);
    expect(await recorded()).toMatchObject([{ error: 'RangeError', prediction: null }]);
  });

  it('ends its span also when a function of the options throws', async () => {
    const predict = monitor.wrap(() => 'yes', {
      features: () => {
        throw new Error('no features');
      },
    });
    expect(predict()).toBe('yes');
    expect(spans.getFinishedSpans()).toHaveLength(1);
  });

  it('is not disturbed by a span processor that throws', async () => {
    processorFails = true;
    try {
      const predict = monitor.wrap((age: number) => age, { features: (age) => ({ age }) });
      expect(predict(44)).toBe(44);
      expect(await recorded()).toMatchObject([{ features: { age: 44 } }]);
    } finally {
      processorFails = false;
    }
  });
});

describe('a recorded inference', () => {
  it('makes a span that lasted as long as the inference', () => {
    monitor.record({ features: {}, latencyMs: 250 });
    const [span] = spans.getFinishedSpans();
    const [seconds = 0, nanoseconds = 0] = span?.duration ?? [];
    expect(seconds + nanoseconds / 1e9).toBeGreaterThanOrEqual(0.249);
  });

  it('belongs to the trace it names, else to that of its span', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    monitor.record({ id: 'given', features: {}, traceId });
    monitor.record({ id: 'own', features: {} });
    const [first, second] = await recorded();
    expect(first?.traceId).toBe(traceId);
    expect(second?.traceId).toBe(spans.getFinishedSpans()[1]?.spanContext().traceId);
  });

  it('says so where its trace was not sampled, and nothing where it was or nobody says', async () => {
    const unsampled = { traceId: 'b'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.NONE };
    const predict = monitor.wrap(() => 1, { features: () => ({}) });
    const predictAll = monitor.wrapBatch(() => [1], { features: () => [{}] });
    const recordAll = () => {
      predict();
      predictAll();
      monitor.record({ features: {} });
      monitor.recordBatch({ features: [{}] });
      monitor.record({ features: {}, traceId: 'c'.repeat(32) });
    };
    context.with(trace.setSpanContext(context.active(), unsampled), recordAll);
    recordAll();
    monitor.record({ features: {}, traceId: 'c'.repeat(32), sampled: false });
    const inferences = await recorded();
    const notSampled = inferences.filter(({ sampled }) => sampled === false).map(({ traceId }) => traceId);
    expect(notSampled.toSorted()).toEqual([...Array.from({ length: 4 }, () => unsampled.traceId), 'c'.repeat(32)]);
    expect(inferences).toHaveLength(11);
  });

  it('of a monitor older than the set-up makes spans and measurements all the same', async () => {
    early.record({ features: {}, latencyMs: 1 });
    expect(spans.getFinishedSpans()).toHaveLength(1);
    expect(early.status().telemetry).toEqual({ spans: true, metrics: true });
    expect(
      (await measured('plumbline.inference.rows')).some(
        ({ attributes }) => attributes['plumbline.model.name'] === 'early',
      ),
    ).toBe(true);
  });
});

describe('the version that answers', () => {
  it('stands on the span as the variant of a flag, once a routing document decides it', async () => {
    const predict = monitor.wrap((age: number) => age, { features: (age) => ({ age }), key: String });
    predict(44);
    const canary = { version: '8', digest: 'e', weightBasisPoints: 10_000 };
    transport.setRouting(testDocument({ model: 'credit-risk', revision: 3, canary }));
    predict(44);
    const [before, after] = spans.getFinishedSpans();
    expect(Object.keys(before?.attributes ?? {}).filter((name) => name.startsWith('feature_flag'))).toEqual([]);
    expect(after?.attributes).toMatchObject({
      'plumbline.routing.revision': 3,
      'plumbline.model.version': '8',
      'feature_flag.key': 'credit-risk',
      'feature_flag.result.variant': 'canary',
    });
  });
});

describe('a choice between versions', () => {
  const routing = testDocument({
    model: 'credit-risk',
    revision: 3,
    canary: { version: '8', digest: 'e', weightBasisPoints: 10_000 },
    pins: { 'Ms Miller': '7' },
  });

  it('is a log event of the evaluation of a flag, without the key it was for', () => {
    transport.setRouting(routing);
    monitor.wrap((age: number) => age, { features: (age) => ({ age }), key: () => 'Mr Smith' })(44);
    monitor.route('credit-risk', 'Ms Miller');
    const flag = {
      'feature_flag.key': 'credit-risk',
      'feature_flag.set.id': 'production',
      'feature_flag.version': '3',
    };
    expect(logEvents).toEqual([
      {
        eventName: 'feature_flag.evaluation',
        attributes: {
          ...flag,
          'feature_flag.provider.name': '@plumbline/sdk',
          'feature_flag.result.variant': 'canary',
          'feature_flag.result.value': '8',
          'feature_flag.result.reason': 'split',
        },
      },
      {
        eventName: 'feature_flag.evaluation',
        attributes: expect.objectContaining({
          'feature_flag.result.value': '7',
          'feature_flag.result.reason': 'targeting_match',
        }),
      },
    ]);
    expect(JSON.stringify(logEvents)).not.toMatch(/Miller|Smith/);
  });

  it('is none where the champion serves everybody, or nothing is routed', () => {
    monitor.route('credit-risk', 'Mr Smith');
    transport.setRouting({ ...routing, canary: null });
    monitor.route('credit-risk', 'Mr Smith');
    expect(logEvents).toEqual([]);
  });
});

describe('a failed call of a language model', () => {
  it('is a log event of a warning, with the type of the failure and nothing that was said', () => {
    const telemetry = new GenAiTelemetry('v1.41', () => {});
    const start = { time: 0, traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
    const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4o' };
    const call = modelCallOf({ ...start, name: 'chat', startTimeMs: 0, endTimeMs: 1, attributes });
    telemetry.end(undefined, { ...call!, error: 'RateLimitError' }, {} as RequestFacts, null);
    expect(logEvents).toEqual([
      {
        eventName: 'gen_ai.client.operation.exception',
        attributes: { ...attributes, 'exception.type': 'RateLimitError' },
      },
    ]);
  });
});

describe('an outcome', () => {
  it('is a log event of an evaluation, with its number and the id of its inference', () => {
    monitor.outcome({ inferenceId: 'i1', value: 1 });
    monitor.feedback({ inferenceId: 'i2', value: 0.5 });
    expect(logEvents).toEqual([
      {
        eventName: 'gen_ai.evaluation.result',
        attributes: {
          'gen_ai.evaluation.name': 'ground_truth',
          'gen_ai.evaluation.score.value': 1,
          'plumbline.inference.id': 'i1',
          'plumbline.model.name': 'credit-risk',
        },
      },
      {
        eventName: 'gen_ai.evaluation.result',
        attributes: expect.objectContaining({ 'gen_ai.evaluation.name': 'user_feedback' }),
      },
    ]);
  });

  it('of text keeps that text from the logs', () => {
    monitor.outcome({ inferenceId: 'i1', value: 'Ms Miller defaulted' });
    expect(logEvents).toHaveLength(1);
    expect(JSON.stringify(logEvents)).not.toContain('Miller');
  });
});

describe('measurements', () => {
  it('are a histogram of seconds with buckets for fast models, and a counter of rows', async () => {
    monitor.record({ version: 'histogram', features: {}, latencyMs: 0.2 });
    monitor.record({ version: 'histogram', features: {}, latencyMs: 40, error: 'timeout' });
    const ofVersion = ({ attributes }: { attributes: Record<string, unknown> }) =>
      attributes['plumbline.model.version'] === 'histogram';
    const durations = (await measured('plumbline.inference.duration')).filter(ofVersion);
    const rows = (await measured('plumbline.inference.rows')).filter(ofVersion);
    expect(durations.map(({ attributes }) => attributes)).toEqual([
      {
        'plumbline.model.name': 'credit-risk',
        'plumbline.model.version': 'histogram',
        'plumbline.model.variant': 'champion',
      },
      {
        'plumbline.model.name': 'credit-risk',
        'plumbline.model.version': 'histogram',
        'plumbline.model.variant': 'champion',
        'error.type': 'timeout',
      },
    ]);
    expect(durations[0]?.value).toMatchObject({ count: 1, buckets: { boundaries: inferenceMetrics.duration.buckets } });
    // Seconds; latencies are kept in single precision.
    expect(durations[0]?.value).toHaveProperty('sum', Math.fround(0.2) / 1000);
    expect(rows.map(({ value }) => value)).toEqual([1, 1]);
  });

  it('and spans stay away when the app switches them off', async () => {
    const model = { name: 'silent', version: '1' };
    const silent = createMonitor({ service: 'api', model, transport: createMemoryTransport(), telemetry: false });
    silent.wrap(() => 1, { features: () => ({}) })();
    expect(spans.getFinishedSpans()).toEqual([]);
    expect(
      (await measured('plumbline.inference.rows')).filter(
        ({ attributes }) => attributes['plumbline.model.name'] === 'silent',
      ),
    ).toEqual([]);
    expect(silent.status().telemetry).toEqual({ spans: false, metrics: false });
  });
});

async function measured(name: string) {
  points.reset();
  await reader.forceFlush();
  return points
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics)
    .filter(({ descriptor }) => descriptor.name === name)
    .flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ attributes, value })));
}

import { context, metrics, ProxyTracerProvider, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import { createMonitor, type Monitor, type MonitorOptions } from '../src/index.ts';
import { attributes } from '../src/otel/conventions.ts';
import type { Transport, TransportListener } from '../src/transport.ts';
import { eventLoopDelay, type LoopDelay } from './event-loop-delay.ts';
import { features } from './features.ts';
import { type Cost, interleaved, type Row } from './interleaved.ts';
import { onnxCosts } from './onnx.ts';
import { loadPeers } from './peers.ts';
import { type WireCost, wireCosts } from './wire.ts';

/**
 * What one inference costs the app, beside a bare OpenTelemetry span and the wrappers of other libraries in the same run,
 * what a batch weighs and costs to read, and how long the event loop is kept waiting. `--json` prints one document.
 */

let spansEnded = 0;
const counter = {
  onStart: () => {},
  onEnd: () => {
    spansEnded += 1;
  },
  forceFlush: async () => {},
  shutdown: async () => {},
};
const sdk = new NodeSDK({
  spanProcessors: [
    counter,
    new BatchSpanProcessor({ exporter: { export: (_, done) => done({ code: 0 }), shutdown: async () => {} } }),
  ],
  metricReaders: [
    new PeriodicExportingMetricReader({
      exporter: new InMemoryMetricExporter(AggregationTemporality.DELTA),
      exportIntervalMillis: 3_600_000,
    }),
  ],
  autoDetectResources: false,
});
sdk.start();
const proxy = trace.getTracerProvider();
const tracerProvider = proxy instanceof ProxyTracerProvider ? proxy.getDelegate() : proxy;
const meterProvider = metrics.getMeterProvider();
const tracer = tracerProvider.getTracer('bench');
const histogram = meterProvider.getMeter('bench').createHistogram('duration');

/** What of OpenTelemetry the app has set up, from here on. */
function setUp(...parts: readonly ('spans' | 'metrics')[]): () => void {
  return () => {
    trace.disable();
    metrics.disable();
    if (parts.includes('spans')) {
      trace.setGlobalTracerProvider(tracerProvider);
    }
    if (parts.includes('metrics')) {
      metrics.setGlobalMeterProvider(meterProvider);
    }
  };
}

/** Acknowledges everything and keeps nothing: what remains is the cost inside the app. */
function sink(): Transport {
  let listener: TransportListener | undefined;
  return {
    start(given) {
      listener = given;
      listener.connected('sink');
    },
    publish: ({ token }) => queueMicrotask(() => listener?.answered(token, { kind: 'stored', duplicate: false })),
    notify: () => {},
    close: async () => {},
  };
}

const monitors: Monitor[] = [];

function startMonitor(batch: MonitorOptions['batch'] = {}): Monitor {
  const monitor = createMonitor({
    ...{ service: 'bench', model: { name: 'credit-risk', version: '7' }, transport: sink(), batch },
    logger: { info: () => {}, warn: console.warn },
  });
  monitors.push(monitor);
  return monitor;
}

function bareSpan(): void {
  const span = tracer.startSpan('predict');
  for (let index = 0; index < 10; index++) {
    span.setAttribute(`attribute.${index}`, index);
  }
  span.end();
}

const constantNames = Array.from({ length: 10 }, (_, index) => `attribute.${index}`);
const dimensions = { [attributes.model]: 'credit-risk', [attributes.version]: '7', [attributes.variant]: 'champion' };

const bareRows: Readonly<Record<string, Row>> = {
  'bare span, 10 attributes': { call: bareSpan },
  'bare span, 10 attributes of constant names': {
    call() {
      const span = tracer.startSpan('predict');
      for (const name of constantNames) {
        span.setAttribute(name, 1);
      }
      span.end();
    },
  },
  'bare span, 10 attributes, and a value of a histogram': {
    call() {
      bareSpan();
      histogram.record(0.001, dimensions);
    },
  },
  'bare active span around an async function, 10 attributes': {
    call() {
      const span = tracer.startSpan('predict');
      return context.with(trace.setSpan(context.active(), span), async () => {
        for (let index = 0; index < 10; index++) {
          span.setAttribute(`attribute.${index}`, index);
        }
        span.end();
      });
    },
  },
  'bare async function': { call: async () => 0.5 },
};

function ourRows(suffix: string, before: () => void): Readonly<Record<string, Row>> {
  // Batches close when they are full, as in an app with so many calls, and not because other rows had their turn.
  const monitor = startMonitor({ ageMs: 60_000 });
  const options = {
    features: (given: typeof features) => given,
    prediction: (score: number) => (score > 0.4 ? 'yes' : 'no'),
    score: (score: number) => score,
  };
  const wrapped = monitor.wrap(async (_: typeof features) => 0.5, options);
  const wrappedSync = monitor.wrap((_: typeof features) => 0.5, options);
  const record = () => monitor.record({ features, prediction: 'yes', score: 0.5, latencyMs: 0.01 });
  return {
    [`wrap, 30 features${suffix}`]: { before, call: () => wrapped(features) },
    [`wrap of a function that is not async, 30 features${suffix}`]: { before, call: () => wrappedSync(features) },
    [`record, 30 features${suffix}`]: { before, call: record },
  };
}

function peerRows(): { readonly rows: Readonly<Record<string, Row>>; readonly missing: string | null } {
  setUp('spans')();
  const { peers, missing } = loadPeers();
  const rows: Record<string, Row> = {};
  for (const [name, wrap] of Object.entries(peers)) {
    const predict = wrap(async () => 0.5);
    rows[name] = { before: setUp('spans'), call: () => predict(features) };
  }
  return { rows, missing };
}

/** A library that makes no spans would not be comparable. */
async function expectSpans(rows: Readonly<Record<string, Row>>): Promise<void> {
  for (const [name, { before, call }] of Object.entries(rows)) {
    before?.();
    const earlier = spansEnded;
    await call();
    if (spansEnded !== earlier + 1) {
      throw new Error(`${name} made ${spansEnded - earlier} spans: its figure would not be comparable`);
    }
  }
}

/** Between ticks of a timer of 1 ms, at a rate most apps never reach. */
async function eventLoopDelays(): Promise<Record<string, LoopDelay>> {
  setUp('spans', 'metrics')();
  const wrapped = startMonitor().wrap(async () => 0.5, { features: () => features, score: (score) => score });
  return {
    idle: await eventLoopDelay(() => {}, 10_000, loopMs),
    '10 000 bare spans a second': await eventLoopDelay(() => tracer.startSpan('predict').end(), 10_000, loopMs),
    '10 000 wrapped calls a second, 30 features, span': await eventLoopDelay(wrapped, 10_000, loopMs),
  };
}

const loopMs = 3_000;
const { rows: peers, missing } = peerRows();
const withSpan = ourRows(', span', setUp('spans'));
await expectSpans({ ...withSpan, ...peers });
const costs = await interleaved({
  ...bareRows,
  ...ourRows(', no OpenTelemetry set up', setUp()),
  ...withSpan,
  ...ourRows(', span and metrics', setUp('spans', 'metrics')),
  ...peers,
});
setUp('spans')();
const onnx = await onnxCosts(startMonitor({ ageMs: 60_000 }), tracer);
for (const monitor of monitors) {
  const { dropped, thinned } = monitor.status().counts;
  if (thinned > 0 || Object.keys(dropped).length > 0) {
    throw new Error(`the bench lost events: ${thinned} thinned, ${JSON.stringify(dropped)}`);
  }
}
const wire = await wireCosts();
const delays = await eventLoopDelays();
await Promise.all(monitors.map((monitor) => monitor.shutdown()));
await sdk.shutdown();

if (process.argv.includes('--json')) {
  const results = [...costResults(costs), ...costResults(onnx), ...wireResults(wire), ...delayResults(delays)];
  const notes = [`Node ${process.version}; ratios are medians over rounds, beside the first row of the same round`];
  console.log(JSON.stringify({ name: 'sdk', results, notes: missing === null ? notes : [...notes, missing] }));
} else {
  printCosts(costs);
  printCosts(onnx);
  printWireCosts(wire);
  for (const [name, { meanMs, p99Ms, maxMs }] of Object.entries(delays)) {
    const delay = `mean ${meanMs.toFixed(2)}, p99 ${p99Ms.toFixed(2)}, longest ${maxMs.toFixed(2)} ms`;
    console.log(`${`event loop, ${name}`.padEnd(66)} ${delay}`);
  }
  if (missing !== null) {
    console.log(missing);
  }
}

/** The form of every bench of the project. */
interface Measurement {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly floor?: number;
  readonly ratio?: number;
}

function costResults(costsOfRows: Readonly<Record<string, Cost>>): Measurement[] {
  const floor = Object.values(costsOfRows)[0]!.medianUs;
  return Object.entries(costsOfRows).flatMap(([name, { medianUs, bestUs, ofBaseline, p50Us, p99Us }]) => [
    { metric: `${name}, CPU`, value: medianUs, unit: 'us/call', floor, ratio: ofBaseline },
    { metric: `${name}, CPU, best round`, value: bestUs, unit: 'us/call' },
    { metric: `${name}, by the clock, p50`, value: p50Us, unit: 'us/call' },
    { metric: `${name}, by the clock, p99`, value: p99Us, unit: 'us/call' },
  ]);
}

function wireResults(costsOfBatches: Readonly<Record<string, WireCost>>): Measurement[] {
  return Object.entries(costsOfBatches).flatMap(([name, { bytes, encodeUs, decodeUs }]) => [
    { metric: `on the wire, ${name}`, value: bytes, unit: 'bytes/event' },
    { metric: `encoded, ${name}`, value: encodeUs, unit: 'us/event' },
    { metric: `decoded, ${name}`, value: decodeUs, unit: 'us/event' },
  ]);
}

function delayResults(delaysOfLoads: Readonly<Record<string, LoopDelay>>): Measurement[] {
  return Object.entries(delaysOfLoads).flatMap(([name, { meanMs, p99Ms, maxMs }]) => [
    { metric: `event loop delay, ${name}, mean`, value: meanMs, unit: 'ms' },
    { metric: `event loop delay, ${name}, p99`, value: p99Ms, unit: 'ms' },
    { metric: `event loop delay, ${name}, longest`, value: maxMs, unit: 'ms' },
  ]);
}

function printCosts(costsOfRows: Readonly<Record<string, Cost>>): void {
  for (const [name, { medianUs, bestUs, ofBaseline, p50Us, p99Us }] of Object.entries(costsOfRows)) {
    const cpu = `${medianUs.toFixed(2).padStart(6)} us (best ${bestUs.toFixed(2)})  ${ofBaseline.toFixed(2)} x`;
    console.log(`${name.padEnd(66)} ${cpu}, by the clock p50 ${p50Us.toFixed(2)}, p99 ${p99Us.toFixed(2)}`);
  }
}

function printWireCosts(costsOfBatches: Readonly<Record<string, WireCost>>): void {
  for (const [name, { bytes, encodeUs, decodeUs }] of Object.entries(costsOfBatches)) {
    const figures = `${bytes.toFixed(1)} bytes, encoded in ${encodeUs.toFixed(2)} us, decoded in ${decodeUs.toFixed(2)} us`;
    console.log(`${`an event of ${name}`.padEnd(66)} ${figures}`);
  }
}

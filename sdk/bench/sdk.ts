import { randomBytes } from 'node:crypto';
import { context, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import type { InferenceEvent } from '../src/event.ts';
import { createMonitor, type Monitor } from '../src/index.ts';
import { columnarContentType } from '../src/subjects.ts';
import type { Transport, TransportListener } from '../src/transport.ts';
import { createUuidMaker } from '../src/uuid.ts';
import { decodeBatch, encodeInferences, FeatureTypes, InferenceColumns } from '../src/wire/index.ts';
import { eventLoopDelay, type LoopDelay } from './event-loop-delay.ts';
import { loadPeers } from './peers.ts';

/**
 * What one inference costs the app, beside a bare OpenTelemetry span and the wrappers of other libraries in the same run,
 * what a batch weighs and costs to read, and how long the event loop is kept waiting. `--json` prints one document.
 */

const rounds = 9;
const callsARound = 20_000;

interface Cost {
  /** CPU of the process, garbage collection and background work of exporters included: median and best of rounds. */
  readonly medianUs: number;
  readonly bestUs: number;
  /** What single calls took by the clock; absent where a call handles many events. */
  readonly p50Us?: number;
  readonly p99Us?: number;
}

const results: Record<string, Cost> = {};
const numbers = Array.from({ length: 20 }, (_, index) => [`number_feature_${index}`, Math.PI * (index + 0.1)]);
const categories = Array.from({ length: 10 }, (_, index) => [
  `category_${index}`,
  ['alpha', 'beta', 'gamma'][index % 3],
]);
/** Parsed from JSON as in most apps: objects that are put together key by key are several times slower to read. */
const features: Record<string, number | string> = JSON.parse(
  JSON.stringify(Object.fromEntries([...numbers, ...categories])),
);

async function measure(name: string, call: () => unknown, count = callsARound): Promise<void> {
  const costs: number[] = [];
  for (let round = -2; round < rounds; round++) {
    const start = process.cpuUsage();
    for (let index = 0; index < count; index++) {
      const result = call();
      if (result instanceof Promise) {
        await result;
      }
      if (index % 256 === 0) {
        await new Promise(setImmediate);
      }
    }
    const { user, system } = process.cpuUsage(start);
    if (round >= 0) {
      costs.push((user + system) / count);
    }
  }
  costs.sort((a, b) => a - b);
  const single = count === callsARound ? await spread(call) : {};
  results[name] = { medianUs: costs[Math.floor(rounds / 2)] ?? 0, bestUs: costs[0] ?? 0, ...single };
}

/** Of single calls, each until its promise settles. The clock itself takes about 0.05 us of them. */
async function spread(call: () => unknown): Promise<{ readonly p50Us: number; readonly p99Us: number }> {
  const tookMs = new Float64Array(callsARound);
  for (let index = 0; index < callsARound; index++) {
    const start = performance.now();
    const result = call();
    if (result instanceof Promise) {
      await result;
    }
    tookMs[index] = performance.now() - start;
    if (index % 256 === 0) {
      await new Promise(setImmediate);
    }
  }
  tookMs.sort();
  const quantile = (share: number) => (tookMs[Math.floor(share * callsARound)] ?? 0) * 1_000;
  return { p50Us: quantile(0.5), p99Us: quantile(0.99) };
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

function startMonitor(): Monitor {
  return createMonitor({ service: 'bench', model: { name: 'credit-risk', version: '7' }, transport: sink() });
}

async function wraps(suffix: string): Promise<void> {
  const monitor = startMonitor();
  const predict = async (_: typeof features) => 0.5;
  const wrapped = monitor.wrap(predict, {
    features: (given) => given,
    prediction: (score) => (score > 0.4 ? 'yes' : 'no'),
    score: (score) => score,
  });
  await measure(`wrap, 30 features${suffix}`, () => wrapped(features));
  await measure(`record, 30 features${suffix}`, () =>
    monitor.record({ features, prediction: 'yes', score: 0.5, latencyMs: 0.01 }),
  );
  const { counts } = monitor.status();
  if (Object.keys(counts.dropped).length > 0) {
    throw new Error(`the bench dropped events: ${JSON.stringify(counts.dropped)}`);
  }
  await monitor.shutdown();
}

async function wire(): Promise<Record<string, number>> {
  const nextId = createUuidMaker();
  const event = (): InferenceEvent => ({
    ...{ kind: 'inference', id: nextId(), time: Date.now(), model: 'credit-risk', version: '7', role: 'champion' },
    features: Object.fromEntries(
      Object.entries(features).map(([name, value]) => [
        name,
        typeof value === 'number' ? Math.random() * value : value,
      ]),
    ),
    ...{ prediction: 'yes', score: Math.random(), groups: { sex: 'female' }, latencyMs: Math.fround(Math.random()) },
    ...{ traceId: randomBytes(16).toString('hex'), error: null },
  });
  const bytes: Record<string, number> = {};
  for (const rows of [100, 500]) {
    const events = Array.from({ length: rows }, event);
    const columns = new InferenceColumns(new FeatureTypes());
    const identity = { producer: nextId(), batch: 1 };
    const frame = encodeInferences(events, identity);
    bytes[`${rows} events a batch`] = frame.length / rows;
    await measure(
      `encode an event, ${rows} a batch`,
      () => {
        for (const one of events) {
          columns.append(one);
        }
        return columns.encode('credit-risk', identity);
      },
      Math.ceil(callsARound / rows),
    );
    await measure(
      `decode an event, ${rows} a batch`,
      () => decodeBatch(frame, columnarContentType),
      Math.ceil((5 * callsARound) / rows),
    );
    for (const name of [`encode an event, ${rows} a batch`, `decode an event, ${rows} a batch`]) {
      const { medianUs, bestUs } = results[name] ?? { medianUs: 0, bestUs: 0 };
      results[name] = { medianUs: medianUs / rows, bestUs: bestUs / rows };
    }
  }
  return bytes;
}

/** Between ticks of a timer of 1 ms, at a rate most apps never reach. */
async function eventLoopDelays(): Promise<Record<string, LoopDelay>> {
  const monitor = startMonitor();
  const predict = async () => 0.5;
  const wrapped = monitor.wrap(predict, { features: () => features, score: (score) => score });
  const delays = {
    idle: await eventLoopDelay(() => {}, 10_000, loopMs),
    '10 000 bare spans a second': await eventLoopDelay(() => tracer.startSpan('predict').end(), 10_000, loopMs),
    '10 000 wrapped calls a second, 30 features, span': await eventLoopDelay(wrapped, 10_000, loopMs),
  };
  await monitor.shutdown();
  return delays;
}

const loopMs = 3_000;
const bytesAnEvent = await wire();
await measure('bare async function', async () => 0.5);
await wraps(', no OpenTelemetry set up');

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
const tracer = trace.getTracer('bench');
await measure('bare span, 10 attributes', () => {
  const span = tracer.startSpan('predict');
  for (let index = 0; index < 10; index++) {
    span.setAttribute(`attribute.${index}`, index);
  }
  span.end();
});
await measure('bare active span around an async function, 10 attributes', () => {
  const span = tracer.startSpan('predict');
  return context.with(trace.setSpan(context.active(), span), async () => {
    for (let index = 0; index < 10; index++) {
      span.setAttribute(`attribute.${index}`, index);
    }
    span.end();
  });
});
await wraps(', span and metrics');
const { peers, missing } = loadPeers();
for (const [name, wrapped] of Object.entries(peers)) {
  const predict = wrapped(async () => 0.5);
  const before = spansEnded;
  await measure(name, () => predict(features));
  if (spansEnded - before < callsARound * rounds) {
    throw new Error(`${name} made ${spansEnded - before} spans: its figure would not be comparable`);
  }
}
const delays = await eventLoopDelays();
await sdk.shutdown();

if (process.argv.includes('--json')) {
  console.log(
    JSON.stringify({ node: process.version, bytesAnEvent, microseconds: results, eventLoopDelay: delays, missing }),
  );
} else {
  for (const [name, { medianUs, bestUs, p50Us, p99Us }] of Object.entries(results)) {
    const single = p50Us === undefined ? '' : `, by the clock p50 ${p50Us.toFixed(2)}, p99 ${p99Us?.toFixed(2)}`;
    console.log(`${name.padEnd(62)} ${medianUs.toFixed(2).padStart(7)} us  (best ${bestUs.toFixed(2)}${single})`);
  }
  for (const [name, { meanMs, p99Ms, maxMs }] of Object.entries(delays)) {
    const delay = `mean ${meanMs.toFixed(2)}, p99 ${p99Ms.toFixed(2)}, longest ${maxMs.toFixed(2)} ms`;
    console.log(`${`event loop, ${name}`.padEnd(62)} ${delay}`);
  }
  if (missing !== null) {
    console.log(missing);
  }
  for (const [name, bytes] of Object.entries(bytesAnEvent)) {
    console.log(`${name.padEnd(62)} ${bytes.toFixed(1).padStart(7)} bytes an event`);
  }
}

import { context, metrics, ProxyTracerProvider, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import { createMonitor, type Monitor } from '../src/index.ts';
import { attributes } from '../src/otel/conventions.ts';
import type { Transport, TransportListener } from '../src/transport.ts';
import { eventLoopDelay, type LoopDelay } from './event-loop-delay.ts';
import { type Features, nextFeatures } from './features.ts';
import { type Cost, interleaved, type Row } from './interleaved.ts';
import { onnxCosts } from './onnx.ts';
import { loadPeers } from './peers.ts';

/**
 * Measures one part of the bench and prints it as JSON, in a process of its own: an app has one set-up of OpenTelemetry, and
 * the engine has learnt in it nothing of others.
 */

/** A set-up of OpenTelemetry with ours in it, or something else to measure. */
export type Part = 'nothing' | 'span' | 'span and metrics' | 'peers' | 'onnx' | 'event loop';

export interface PartResult {
  readonly costs: Readonly<Record<string, Cost>>;
  readonly delays: Readonly<Record<string, LoopDelay>>;
  /** What could not be measured, and why. */
  readonly missing: string | null;
}

let spansEnded = 0;
const counter = {
  onStart: () => {},
  onEnd: () => {
    spansEnded += 1;
  },
  forceFlush: async () => {},
  shutdown: async () => {},
};

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
  return createMonitor({
    service: 'bench',
    model: { name: 'credit-risk', version: '7' },
    transport: sink(),
    // Batches close when they are full, as in an app with so many calls, and not because other rows had their turn.
    batch: { ageMs: 60_000 },
    logger: { info: () => {}, warn: console.warn },
  });
}

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
const tracer = (proxy instanceof ProxyTracerProvider ? proxy.getDelegate() : proxy).getTracer('bench');
const histogram = metrics.getMeterProvider().getMeter('bench').createHistogram('duration');

const part = process.argv[2] as Part;
// The bare spans above stay, whatever the app under measurement has set up.
if (part === 'nothing') {
  trace.disable();
}
if (part !== 'span and metrics' && part !== 'event loop') {
  metrics.disable();
}
const monitor = startMonitor();

function bareSpan(): void {
  const span = tracer.startSpan('predict');
  for (let index = 0; index < 10; index++) {
    span.setAttribute(`attribute.${index}`, index);
  }
  span.end();
}

const constantNames = Array.from({ length: 10 }, (_, index) => `attribute.${index}`);
const dimensions = { [attributes.model]: 'credit-risk', [attributes.version]: '7', [attributes.variant]: 'champion' };
/** Measured anew in each process, under a name of its own. */
const besides = part === 'span' ? '' : `, beside: ${part}`;
const baseline: Readonly<Record<string, Row>> = { [`bare span, 10 attributes${besides}`]: { call: bareSpan } };

const bareRows: Readonly<Record<string, Row>> = {
  'bare span, 10 attributes of constant names': {
    call() {
      const span = tracer.startSpan('predict');
      for (const name of constantNames) {
        span.setAttribute(name, 1);
      }
      span.end();
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
};

const bareMeasuredRow: Readonly<Record<string, Row>> = {
  'bare span, 10 attributes, and a value of a histogram': {
    call() {
      bareSpan();
      histogram.record(0.001, dimensions);
    },
  },
};

function ourRows(setUp: string): Readonly<Record<string, Row>> {
  const options = {
    features: (given: Features) => given,
    prediction: (score: number) => (score > 0.4 ? 'yes' : 'no'),
    score: (score: number) => score,
  };
  const wrapped = monitor.wrap(async (_: Features) => 0.5, options);
  const wrappedSync = monitor.wrap((_: Features) => 0.5, options);
  const record = () => monitor.record({ features: nextFeatures(), prediction: 'yes', score: 0.5, latencyMs: 0.01 });
  return {
    [`wrap, 30 features, ${setUp}`]: { call: () => wrapped(nextFeatures()) },
    [`wrap of a function that is not async, 30 features, ${setUp}`]: { call: () => wrappedSync(nextFeatures()) },
    [`record, 30 features, ${setUp}`]: { call: record },
  };
}

function peerRows(): { readonly rows: Readonly<Record<string, Row>>; readonly missing: string | null } {
  const { peers, missing } = loadPeers();
  const rows = Object.entries(peers).map(([name, wrap]) => {
    const predict = wrap(async () => 0.5);
    return [name, { call: () => predict(nextFeatures()) }] as const;
  });
  return { rows: Object.fromEntries(rows), missing };
}

/** What makes no spans would not be comparable. */
async function expectSpans(rows: Readonly<Record<string, Row>>): Promise<void> {
  for (const [name, { call }] of Object.entries(rows)) {
    const earlier = spansEnded;
    await call();
    if (spansEnded !== earlier + 1) {
      throw new Error(`${name} made ${spansEnded - earlier} spans: its figure would not be comparable`);
    }
  }
}

/** Between ticks of a timer of 1 ms, at a rate most apps never reach. */
async function eventLoopDelays(): Promise<Record<string, LoopDelay>> {
  const wrapped = monitor.wrap(async () => 0.5, { features: nextFeatures, score: (score) => score });
  return {
    idle: await eventLoopDelay(() => {}, 10_000, loopMs),
    '10 000 bare spans a second': await eventLoopDelay(() => tracer.startSpan('predict').end(), 10_000, loopMs),
    '10 000 wrapped calls a second, 30 features, span': await eventLoopDelay(wrapped, 10_000, loopMs),
  };
}

const loopMs = 3_000;

async function measured(): Promise<PartResult> {
  const nothing: PartResult = { costs: {}, delays: {}, missing: null };
  switch (part) {
    case 'nothing':
      return { ...nothing, costs: await interleaved({ ...baseline, ...ourRows('no OpenTelemetry set up') }) };
    case 'span': {
      const rows = ourRows('span');
      await expectSpans(rows);
      return { ...nothing, costs: await interleaved({ ...baseline, ...bareRows, ...rows }) };
    }
    case 'span and metrics': {
      const rows = ourRows('span and metrics');
      await expectSpans(rows);
      return { ...nothing, costs: await interleaved({ ...baseline, ...bareMeasuredRow, ...rows }) };
    }
    case 'peers': {
      const { rows, missing } = peerRows();
      await expectSpans(rows);
      return { ...nothing, missing, costs: await interleaved({ ...baseline, ...rows }) };
    }
    case 'onnx':
      return { ...nothing, costs: await onnxCosts(monitor, tracer) };
    case 'event loop':
      return { ...nothing, delays: await eventLoopDelays() };
  }
}

const result = await measured();
const { dropped, thinned } = monitor.status().counts;
if (thinned > 0 || Object.keys(dropped).length > 0) {
  throw new Error(`the bench lost events: ${thinned} thinned, ${JSON.stringify(dropped)}`);
}
await monitor.shutdown();
await sdk.shutdown();
process.stdout.write(JSON.stringify(result));

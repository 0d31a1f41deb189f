import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createNatsTransport } from '@plumbline/sdk/nats';
import { columnarContentType } from '@plumbline/sdk/subjects';
import { type Stack, startStack } from '../stack/stack.ts';
import { benchModel, makeTemplates, stamp } from './ingest/traffic.ts';
import { formatReport, type Measurement, machineNote } from './report.ts';

/**
 * `npm run bench:latency`: how long from the event that ends a window until the finding about that window can be read
 * over HTTP, through the real broker and collector, at some shares of the load that they take. Event time runs faster
 * than the clock, so that a window ends about every second.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    /** Windows measured at each load; about one ends every second. */
    windows: { type: 'string', default: '15' },
    /** Events by which the full load is found out. */
    backlog: { type: 'string', default: '200000' },
    loads: { type: 'string', default: '1,10,50' },
  },
});
const windows = Number(values.windows);
const rowsPerBatch = 100;
const windowMs = 60_000;
const latenessMs = 5_000;
/** A window ends about every second by the clock, and never in step with the commits. */
const eventMsPerSecond = windowMs / 1.137;
const templates = makeTemplates(rowsPerBatch, 4);
const token = 'bench-reader';
const commitEveryMs = 500;

const directory = mkdtempSync(join(tmpdir(), 'plumbline-latency-'));
try {
  const stack = await startStack({
    directory,
    apps: { bench: [benchModel] },
    settings: () => ({
      collector: {
        commitEvery: `${commitEveryMs}ms`,
        identity: { tokens: [{ name: 'bench', secret: token, scopes: ['read'] }] },
      },
      models: [
        {
          name: benchModel,
          positive: 'yes',
          window: '1m',
          lateness: '5s',
          reference: { rows: 2_000 },
          groups: [{ attribute: 'sex' }, { attribute: 'age' }],
        },
      ],
    }),
  });
  try {
    const results = await measure(stack);
    const notes = [
      'Measured from just before the batch that ends a window is published until GET /v1/models/:model/drift has its findings.',
      `Counts are committed every ${commitEveryMs} ms: half of it is the least a mean can be.`,
      `The full load is what publisher, broker and collector got through together, of a backlog of ${values.backlog} events.`,
      `${windows} windows at each load: of fewer than a hundred the p99 is the slowest.`,
      machineNote(),
    ];
    process.stdout.write(formatReport({ name: 'latency', results, notes }, values.json ? 'json' : 'table'));
  } finally {
    await stack.stop();
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function measure(stack: Stack): Promise<Measurement[]> {
  const publisher = await connect(stack);
  try {
    let eventTime = Math.floor(Date.now() / windowMs) * windowMs - 86_400_000;
    // The first rows become the reference.
    eventTime = await publisher.backlog(4_000, eventTime);
    await untilCounted(stack, publisher.sent());
    const startedAt = performance.now();
    const backlog = Number(values.backlog);
    eventTime = await publisher.backlog(backlog, eventTime);
    await untilCounted(stack, publisher.sent());
    const full = backlog / ((performance.now() - startedAt) / 1_000);
    const results: Measurement[] = [{ metric: 'full load', value: full, unit: 'events/s' }];
    for (const share of values.loads.split(',').map((percent) => Number(percent) / 100)) {
      const from = Math.ceil(eventTime / windowMs) * windowMs;
      const perSecond = Math.max(rowsPerBatch * 2, full * share);
      const { latencies, endedAt } = await publisher.steady(stack, perSecond, from);
      eventTime = endedAt;
      const sorted = latencies.toSorted((a, b) => a - b);
      const at = (quantile: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? 0;
      const load = `${share * 100} % load`;
      results.push({ metric: `${load}: event to visible finding, p50`, value: at(0.5), unit: 'ms' });
      results.push({ metric: `${load}: event to visible finding, p99`, value: at(0.99), unit: 'ms' });
      await untilCounted(stack, publisher.sent());
    }
    return results;
  } finally {
    await publisher.close();
  }
}

async function connect(stack: Stack) {
  const connected = Promise.withResolvers<void>();
  const producer = randomUUID();
  let [batch, answered] = [0, 0];
  const transport = createNatsTransport(stack.natsUser('bench'));
  transport.start(
    {
      connected: () => connected.resolve(),
      disconnected() {},
      answered(_, answer) {
        if (answer.kind !== 'stored') throw new Error(`not stored: ${JSON.stringify(answer)}`);
        answered++;
      },
      publishDenied(subject, reason) {
        throw new Error(`${subject}: ${reason}`);
      },
      routing() {},
      problem: (code, message) => process.stderr.write(`${code}: ${message}\n`),
      solved() {},
    },
    { routingKeys: [] },
  );
  await connected.promise;
  const send = (time: number) => {
    batch++;
    const stamped = stamp(templates[batch % templates.length]!, producer, batch, time);
    transport.publish({ token: batch, contentType: columnarContentType, ...stamped });
  };
  return {
    sent: () => batch * rowsPerBatch,
    close: () => transport.close(),
    /** As fast as the broker takes them, over one window of event time; returns where event time is afterwards. */
    async backlog(events: number, from: number): Promise<number> {
      const count = Math.ceil(events / rowsPerBatch);
      for (let index = 0; index < count; index++) {
        send(from + (index * windowMs) / count);
        while (batch - answered > 200) await delay(1);
      }
      return from + windowMs;
    },
    /** At a rate, for as long as windows are measured; looks for the finding of each one that ended. */
    async steady(on: Stack, perSecond: number, from: number): Promise<{ latencies: number[]; endedAt: number }> {
      const latencies: number[] = [];
      const looking: Promise<void>[] = [];
      const batchesPerSecond = perSecond / rowsPerBatch;
      const count = Math.ceil((batchesPerSecond * (windows + 1) * windowMs) / eventMsPerSecond);
      const began = performance.now();
      // What is before belongs to windows that have ended already; the first to end here is the one that begins here.
      let ends = from + windowMs;
      let time = from;
      for (let index = 0; index < count; index++) {
        const early = began + (index / batchesPerSecond) * 1_000 - performance.now();
        if (early > 1) await delay(early);
        time = from + (index / batchesPerSecond) * eventMsPerSecond;
        if (time >= ends + latenessMs) {
          const publishedAt = performance.now();
          const end = ends;
          looking.push(untilVisible(on, end).then(() => void latencies.push(performance.now() - publishedAt)));
          ends += windowMs;
        }
        send(time);
      }
      await Promise.all(looking);
      return { latencies, endedAt: time };
    },
  };
}

async function ask(stack: Stack, path: string): Promise<Record<string, unknown>> {
  const response = await fetch(stack.collectorUrl + path, { headers: { authorization: `Bearer ${token}` } });
  return response.json() as Promise<Record<string, unknown>>;
}

/** Looks every few milliseconds: what a page does that was told to look again. */
async function untilVisible(stack: Stack, end: number): Promise<void> {
  const path = `/v1/models/${benchModel}/drift?from=${end - windowMs}&to=${end}`;
  const giveUpAt = performance.now() + 60_000;
  for (;;) {
    const { signals = [] } = (await ask(stack, path)) as { signals?: { latest: { to: number } }[] };
    if (signals.some(({ latest }) => latest.to === end)) return;
    if (performance.now() >= giveUpAt) throw new Error(`no finding of the window that ended at ${end} within a minute`);
    await delay(10);
  }
}

async function untilCounted(stack: Stack, events: number): Promise<void> {
  const giveUpAt = performance.now() + 300_000;
  for (;;) {
    const { counts } = (await ask(stack, '/v1/status')) as { counts: { inferences: number } };
    if (counts.inferences >= events) return;
    if (performance.now() >= giveUpAt) throw new Error(`${counts.inferences} of ${events} events were counted`);
    await delay(50);
  }
}

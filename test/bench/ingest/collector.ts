import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { columnarContentType } from '@plumbline/sdk/subjects';
import { decodeBatch, encodeInferences } from '@plumbline/sdk/wire';
import { type Bus, connectBus } from '../../../collector/src/bus/index.ts';
import { budgetSettings, collectorSettings, modelSettings } from '../../../collector/src/config/settings.ts';
import { createEngine, type Engine } from '../../../collector/src/main/engine.ts';
import { createIngest } from '../../../collector/src/main/ingest.ts';
import { ReadingThread } from '../../../collector/src/main/reading/reading-thread.ts';
import { buildReference, type Reference } from '../../../collector/src/profile/index.ts';
import { openSqliteStore } from '../../../collector/src/store/sqlite.ts';
import { benchModel, sampleEvents } from './traffic.ts';

/**
 * The reading half of a collector as a process of its own. `drain`: reads and decodes everything on the stream and throws
 * it away (the floor), and counts it into a new store, turn by turn. `follow`: counts what comes for some seconds and
 * says how far behind it was. Results are JSON lines.
 */
export interface CollectorSettings {
  readonly mode: 'drain' | 'follow';
  readonly nats: Readonly<Record<string, unknown>>;
  readonly directory: string;
  readonly events: number;
  readonly rounds: number;
}

export interface DrainResult {
  readonly event: 'floor' | 'drained';
  readonly events: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface FollowResult {
  readonly event: 'followed';
  readonly events: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Messages not read yet: the most in the last half of the time, and at its end. */
  readonly mostLag: number;
  readonly lastLag: number;
  /** Memory in use, every second. */
  readonly residentBytes: readonly number[];
  /** What is still in use after a forced collection, every 20 s; nothing unless Node was started with `--expose-gc`. */
  readonly kept: readonly KeptMemory[];
}

export interface KeptMemory {
  readonly heapBytes: number;
  /** Outside the heap: buffers, and what native code says it holds. SQLite's pages are not among them. */
  readonly externalBytes: number;
}

// Written by the bench.
const settings = JSON.parse(process.env.BENCH_SETTINGS ?? '{}') as CollectorSettings;
const { nats } = collectorSettings.parse({ nats: settings.nats });
const bus = await connectBus({ nats });
const readingThread = new ReadingThread(nats);
const reference = makeReference();
const log = (fields: object, event: string) => process.stderr.write(`${event} ${JSON.stringify(fields)}\n`);
const logger = { debug() {}, info() {}, warn: log, error: log };

if (settings.mode === 'drain') {
  say(await measureFloor(bus, settings.events));
  for (let round = 0; round < settings.rounds; round++) {
    say(await measureDrain(round));
    say(await measureFloor(bus, settings.events));
  }
} else {
  await follow();
}
await readingThread.stop();
await bus.close();

async function measureFloor(source: Bus, events: number): Promise<DrainResult> {
  const stop = stopwatch();
  let rows = 0;
  await using reader = await source.read({ after: 0 });
  for await (const message of reader.messages()) {
    const batch = decodeBatch(message.data, message.contentType);
    if (batch.kind === 'rejection') throw new Error(batch.reason);
    rows += batch.count;
    if (rows >= events) break;
  }
  return { event: 'floor', events: rows, ...stop() };
}

async function measureDrain(round: number): Promise<DrainResult> {
  const directory = join(settings.directory, `drain-${round}`);
  const collecting = await collect(directory);
  const stop = stopwatch();
  await collecting.start();
  await collecting.committed(settings.events);
  const result: DrainResult = { event: 'drained', events: settings.events, ...stop() };
  await collecting.stop();
  rmSync(directory, { recursive: true, force: true });
  return result;
}

async function follow(): Promise<void> {
  const directory = join(settings.directory, 'follow');
  const collecting = await collect(directory);
  await collecting.start();
  process.stdout.write('{"event":"ready"}\n');
  const stopping = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()));
  let began: (() => { seconds: number; cpuSeconds: number }) | undefined;
  const lags: number[] = [];
  const residentBytes: number[] = [];
  const kept: KeptMemory[] = [];
  const sampling = setInterval(() => {
    if (collecting.count() > 0) began ??= stopwatch();
    if (began === undefined) return;
    lags.push(collecting.lag());
    // By the clock: where the machine is busy, timers come late.
    const { seconds } = began();
    if (seconds >= residentBytes.length) residentBytes.push(process.memoryUsage.rss());
    if (globalThis.gc !== undefined && seconds >= 20 * (kept.length + 1)) kept.push(keptMemory(globalThis.gc));
  }, 100);
  await stopping;
  clearInterval(sampling);
  const measured = (began ?? stopwatch())();
  const lastLag = collecting.lag();
  const result: FollowResult = {
    event: 'followed',
    events: collecting.count(),
    ...measured,
    mostLag: Math.max(0, ...lags.slice(Math.floor(lags.length / 2))),
    lastLag,
    residentBytes,
    kept,
  };
  say(result);
  await collecting.stop();
  // The next rate has a stream of its own, which is not the one that this store has read.
  rmSync(directory, { recursive: true, force: true });
}

async function collect(directory: string) {
  const store = await openSqliteStore({ path: join(directory, 'collector.sqlite') });
  let committed = 0;
  let wake: () => void = () => undefined;
  const models = [modelSettings.parse({ name: benchModel, positive: 'yes', window: '10s', lateness: '2s' })];
  const ingest = createIngest({
    bus,
    openEngine: (): Promise<Engine> =>
      createEngine({
        store,
        models,
        budget: budgetSettings.parse({}),
        clock: Date.now,
        logger,
        partitions: bus.partitions,
        startingReference: () => reference,
      }),
    commitEveryMs: 500,
    logger,
    readingThread,
    onCommit({ inferences }) {
      committed += inferences;
      wake();
    },
  });
  return {
    start: () => ingest.start(),
    count: () => committed,
    lag: () => ingest.lagMessages(),
    async committed(events: number) {
      while (committed < events) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async stop() {
      await ingest.stop();
      await store.close();
    },
  };
}

/** A reference of rows like those on the stream, as a version registered with one has. */
function makeReference(): Reference {
  const batches = [0, 1, 2, 3].map((number) => {
    const events = sampleEvents(2_500, 100 + number, 1_600_000_000_000 + number * 60_000, 20);
    const decoded = decodeBatch(encodeInferences(events, { producer: 'reference', batch: 1 }), columnarContentType);
    if (decoded.kind !== 'inference') throw new Error('a batch of inferences does not decode to one');
    return decoded;
  });
  return buildReference(batches, [], {
    task: 'binary_classification',
    features: [],
    groups: [{ attribute: 'sex' }, { attribute: 'age' }],
    positive: 'yes',
    windowMs: 10_000,
  });
}

function keptMemory(collectGarbage: () => void): KeptMemory {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return { heapBytes: heapUsed, externalBytes: external };
}

function stopwatch(): () => { seconds: number; cpuSeconds: number } {
  const began = performance.now();
  const cpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { seconds: (performance.now() - began) / 1_000, cpuSeconds: (user + system) / 1e6 };
  };
}

function say(result: DrainResult | FollowResult): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { connectBus } from '../../collector/src/bus/index.ts';
import { collectorSettings } from '../../collector/src/config/settings.ts';
import { partitionPositions, readOwners } from '../../collector/src/main/partitions/ownership.ts';
import { readCounts } from '../../collector/src/store/counts.ts';
import { openStore } from '../../collector/src/store/open.ts';
import type { Store } from '../../collector/src/store/port.ts';
import { type NatsServer, startNatsServer } from '../stack/nats-server.ts';
import { postgresMissing, startPostgres } from '../stack/postgres.ts';
import { type ManagedProcess, startProcess } from '../stack/process.ts';
import type { TrafficSettings } from './recovery/traffic.ts';
import { formatReport, type Measurement, machineNote } from './report.ts';

/**
 * `npm run bench:recovery`: what a crash costs in time. How long one collector on SQLite needs from its start until it
 * has counted what came while it was dead; and how long three on PostgreSQL need until the partitions of one that dies,
 * or stands still, are counted by the others.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
  },
});
const rounds = Number(values.rounds);
const deadMs = Number(values.seconds) * 1_000;
const batchesPerSecond = 100;
const rowsPerBatch = 100;
const model = { name: 'credit risk', positive: 'yes', window: '1m', lateness: '10s', reference: { rows: 1_000 } };

/** Read here by its stored form: the collector keeps it to itself. */
const streamPositions = {
  name: 'stream_positions',
  encode: () => new Uint8Array(0),
  decode: (bytes: Uint8Array): { sequence: number } => JSON.parse(Buffer.from(bytes).toString()),
};

const directory = mkdtempSync(join(tmpdir(), 'plumbline-recovery-'));
try {
  const missing = postgresMissing();
  const results = [...(await benchCatchUp()), ...(missing === undefined ? await benchTakeOver() : [])];
  const notes = [
    `${batchesPerSecond} batches of inferences a second are published throughout, of ${rowsPerBatch} events; with them come labels for two of three.`,
    'Taking over is measured until every partition has been counted through a moment after the crash, not until it has an owner.',
    machineNote(),
    ...(missing === undefined ? [] : [`Taking over was not measured: ${missing}.`]),
  ];
  process.stdout.write(formatReport({ name: 'recovery', results, notes }, values.json ? 'json' : 'table'));
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** Kills a collector, starts it again some seconds later, and waits until it has counted everything published so far. */
async function benchCatchUp(): Promise<Measurement[]> {
  const server = await startBroker('catch-up');
  const store = { sqlite: join(directory, 'collector.sqlite') };
  const traffic = startTraffic(server);
  let collector = await startCollector(server, store);
  const starts: number[] = [];
  const catchUps: number[] = [];
  const backlogs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await delay(2_000);
    await collector.kill();
    await delay(deadMs);
    const startedAt = performance.now();
    collector = await startCollector(server, store);
    starts.push(performance.now() - startedAt);
    const goal = await lastSequence(server);
    const opened = await openStore(store, { readOnly: true });
    const before = (await opened.read(readCounts)).inferences;
    await until(async () => (await positionOf(opened)) >= goal);
    catchUps.push(performance.now() - startedAt);
    backlogs.push((await opened.read(readCounts)).inferences - before);
    await opened.close();
  }
  await traffic.stop();
  await collector.stop();
  await server.stop();
  return [
    measured('SQLite: process start until it reads, median', median(starts) / 1_000, 's'),
    measured('SQLite: process start until all that waited is counted, median', median(catchUps) / 1_000, 's'),
    measured('SQLite: process start until all that waited is counted, longest', Math.max(...catchUps) / 1_000, 's'),
    measured('SQLite: inferences counted by then, median', median(backlogs), 'events'),
  ];
}

async function benchTakeOver(): Promise<Measurement[]> {
  const server = await startBroker('take-over');
  const postgres = await startPostgres({ directory: join(directory, 'postgres') });
  const settings = { postgres: postgres.url };
  const store = await openStore(settings);
  const traffic = startTraffic(server);
  const collectors = await Promise.all([1, 2, 3].map(() => startCollector(server, settings)));
  const owned: Record<'killed' | 'paused', number[]> = { killed: [], paused: [] };
  const counted: Record<'killed' | 'paused', number[]> = { killed: [], paused: [] };
  for (let round = 0; round < rounds; round++) {
    for (const how of ['killed', 'paused'] as const) {
      await until(async () => (await sharesOf(store)).size === collectors.length);
      await delay(2_000);
      const before = await store.read(readOwners);
      const victim = collectors[round % collectors.length]!;
      const diedAt = performance.now();
      const diedTime = Date.now();
      if (how === 'killed') await victim.kill();
      else process.kill(victim.pid, 'SIGSTOP');
      await until(async () => {
        const owners = await store.read(readOwners);
        const moved = [...owners].filter(([partition, { epoch }]) => epoch !== before.get(partition)?.epoch);
        return moved.length >= Math.floor(before.size / collectors.length) && (await sharesOf(store)).size === 2;
      });
      owned[how].push(performance.now() - diedAt);
      await until(async () => (await readThroughOf(store)) * 1_000 > diedTime + 1_000);
      counted[how].push(performance.now() - diedAt);
      if (how === 'paused') {
        process.kill(victim.pid, 'SIGCONT');
        await victim.kill();
      }
      collectors[round % collectors.length] = await startCollector(server, settings);
    }
  }
  await traffic.stop();
  await Promise.all(collectors.map((collector) => collector.stop()));
  await store.close();
  await postgres.stop();
  await server.stop();
  return (['killed', 'paused'] as const).flatMap((how) => [
    measured(`PostgreSQL, 3 collectors, one ${how}: all partitions owned, median`, median(owned[how]) / 1_000, 's'),
    measured(
      `PostgreSQL, 3 collectors, one ${how}: all partitions owned, longest`,
      Math.max(...owned[how]) / 1_000,
      's',
    ),
    measured(`PostgreSQL, 3 collectors, one ${how}: all partitions counted, median`, median(counted[how]) / 1_000, 's'),
  ]);
}

function startBroker(name: string): Promise<NatsServer> {
  return startNatsServer({ directory: join(directory, name) }).then(async (server) => {
    await (await connectBus({ nats: natsSettings(server) })).close();
    return server;
  });
}

function natsInput(server: NatsServer) {
  const { servers, user, pass, inboxPrefix } = server.collector;
  return { url: servers, user, password: pass, inboxPrefix, maximumBytes: 1_073_741_824 };
}

function natsSettings(server: NatsServer) {
  return collectorSettings.parse({ nats: natsInput(server) }).nats;
}

function startCollector(server: NatsServer, store: object): Promise<ManagedProcess> {
  const settings = { nats: natsInput(server), store, model, commitEveryMs: 250 };
  return startProcess({
    name: 'collector',
    command: process.execPath,
    args: [new URL('../faults/collector-process.ts', import.meta.url).pathname],
    env: { FAULT_SETTINGS: JSON.stringify(settings) },
    readyTimeoutMs: 60_000,
  });
}

/** Publishes until told to stop. */
function startTraffic({ admin: user }: NatsServer): { stop(): Promise<unknown> } {
  const settings: TrafficSettings = { user, model: model.name, batchesPerSecond, rowsPerBatch };
  const thread = new Worker(new URL('./recovery/traffic.ts', import.meta.url), { workerData: settings });
  return { stop: () => thread.terminate() };
}

async function lastSequence(server: NatsServer): Promise<number> {
  const bus = await connectBus({ nats: natsSettings(server) });
  const { lastSequence: last } = await bus.stream();
  await bus.close();
  return last;
}

async function positionOf(store: Store): Promise<number> {
  return (await store.read((transaction) => transaction.get(streamPositions, '0')))?.value.sequence ?? 0;
}

/** Partitions by owner. */
async function sharesOf(store: Store): Promise<Map<string, number>> {
  const shares = new Map<string, number>();
  for (const { owner } of (await store.read(readOwners)).values()) {
    if (owner !== null) shares.set(owner, (shares.get(owner) ?? 0) + 1);
  }
  return shares;
}

/** The last slice that is complete over all partitions, in seconds since 1970. */
async function readThroughOf(store: Store): Promise<number> {
  const positions = await store.read((transaction) => transaction.range(partitionPositions, {}));
  return Math.min(...positions.map(({ value }) => value.readThrough));
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 120_000;
  while (!(await isTrue())) {
    if (performance.now() >= giveUpAt) throw new Error('it did not recover within two minutes');
    await delay(25);
  }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function measured(metric: string, value: number, unit: string): Measurement {
  return { metric, value, unit };
}

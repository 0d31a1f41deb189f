import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connectBus } from '../../collector/src/bus/index.ts';
import { collectorSettings } from '../../collector/src/config/settings.ts';
import { type NatsServer, startNatsServer } from '../stack/nats-server.ts';
import { type ManagedProcess, startProcess } from '../stack/process.ts';
import type { CollectorSettings, DrainResult, FollowResult } from './ingest/collector.ts';
import type { PublisherResult, PublisherSettings } from './ingest/publisher.ts';
import { benchModel } from './ingest/traffic.ts';
import { formatReport, type Measurement } from './report.ts';

/**
 * `npm run bench:ingest`: events with 30 features a second, from the broker to profiles committed to disk. Draining a
 * backlog, beside reading and decoding the same bytes in the same process; and following a publisher, with publisher,
 * broker (every message on disk before it is acknowledged) and collector on the same cores.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    events: { type: 'string', default: '1000000' },
    rows: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '3' },
    rates: { type: 'string', default: '150000,200000,250000,300000,400000' },
    seconds: { type: 'string', default: '12' },
  },
});
const events = Number(values.events);
const rowsPerBatch = Number(values.rows);
const rates = values.rates.split(',').filter(Boolean).map(Number);

const directory = mkdtempSync(join(tmpdir(), 'plumbline-ingest-'));
try {
  const drained = await benchDrain();
  const followed = await benchFollow();
  process.stdout.write(
    formatReport(
      {
        name: 'ingest',
        results: [...drained.results, ...followed.results],
        notes: [...drained.notes, ...followed.notes],
      },
      values.json ? 'json' : 'table',
    ),
  );
} finally {
  rmSync(directory, { recursive: true, force: true });
}

interface Part {
  readonly results: readonly Measurement[];
  readonly notes: readonly string[];
}

async function benchDrain(): Promise<Part> {
  const server = await startBroker('drain');
  try {
    const published = await publish(server, { events, perSecond: null, startAt: 1_700_000_000_000 });
    const broker = cpuSecondsOf(server.pid);
    const lines = await collect(server, { mode: 'drain', events, rounds: Number(values.rounds) }).finished();
    const brokerSeconds = cpuSecondsOf(server.pid) - broker;
    const floors = lines.filter((line): line is DrainResult => line.event === 'floor');
    const drains = lines.filter((line): line is DrainResult => line.event === 'drained');
    const floor = median(floors.map((one) => one.events / one.seconds));
    const rate = median(drains.map((one) => one.events / one.seconds));
    const perEvent = (one: DrainResult) => (one.cpuSeconds / one.events) * 1e6;
    const floorCost = median(floors.map(perEvent));
    const cost = median(drains.map(perEvent));
    return {
      results: [
        { metric: 'drained, committed', value: rate, unit: 'events/s', floor, ratio: rate / floor },
        { metric: 'best round', value: Math.max(...drains.map((one) => one.events / one.seconds)), unit: 'events/s' },
        {
          metric: 'collector, processor time',
          value: cost,
          unit: 'us/event',
          floor: floorCost,
          ratio: floorCost / cost,
        },
        {
          metric: 'broker, processor time',
          value: (brokerSeconds / ((floors.length + drains.length) * events)) * 1e6,
          unit: 'us/event',
        },
        { metric: 'on the wire', value: published.bytes / published.events, unit: 'bytes/event' },
        { metric: 'published to an empty stream', value: published.events / published.seconds, unit: 'events/s' },
      ],
      notes: [],
    };
  } finally {
    await server.stop();
  }
}

async function benchFollow(): Promise<Part> {
  const results: Measurement[] = [];
  const notes: string[] = [];
  let sustained = 0;
  for (const rate of rates) {
    const server = await startBroker(`follow-${rate}`);
    try {
      const collector = collect(server, { mode: 'follow', events: 0, rounds: 0 });
      await collector.ready();
      const published = await publish(server, {
        events: rate * Number(values.seconds),
        perSecond: rate,
        startAt: null,
      });
      const broker = cpuSecondsOf(server.pid);
      const [followed] = (await collector.finished('SIGTERM')).filter(
        (line): line is FollowResult => line.event === 'followed',
      );
      if (followed === undefined) throw new Error('the collector said nothing');
      const reached = published.events / published.seconds;
      const lagSeconds = (followed.mostLag * rowsPerBatch) / rate;
      const isSustained = reached > 0.97 * rate && lagSeconds < 1;
      if (isSustained) sustained = rate;
      const cpu = [
        ['collector', followed.cpuSeconds],
        ['broker', broker],
        ['publisher', published.cpuSeconds],
      ].map(([name, seconds]) => `${name} ${((Number(seconds) / published.events) * 1e6).toFixed(2)}`);
      notes.push(
        `at ${rate} events/s: ${Math.round(reached)} published, ${lagSeconds.toFixed(2)} s behind at most in the second half, ` +
          `${Math.round(followed.residentBytes / 2 ** 20)} MiB; processor time in us/event: ${cpu.join(', ')}` +
          (isSustained ? '' : ' - not sustained'),
      );
      if (!isSustained) break;
    } finally {
      await server.stop();
    }
  }
  if (rates.length > 0)
    results.push({ metric: 'sustained, less than a second behind', value: sustained, unit: 'events/s' });
  return { results, notes };
}

async function startBroker(name: string): Promise<NatsServer> {
  const server = await startNatsServer({
    directory: join(directory, name),
    apps: { bench: [benchModel] },
    maximumStoreBytes: 8 * 2 ** 30,
  });
  // The stream is there before anybody publishes.
  await (await connectBus({ nats: collectorSettings.parse({ nats: natsSettings(server) }).nats })).close();
  return server;
}

function natsSettings(server: NatsServer) {
  const { servers, user, pass, inboxPrefix } = server.collector;
  return { url: servers, user, password: pass, inboxPrefix, maximumBytes: 6 * 2 ** 30 };
}

async function publish(
  server: NatsServer,
  traffic: Pick<PublisherSettings, 'events' | 'perSecond' | 'startAt'>,
): Promise<PublisherResult> {
  const { servers, user, pass, inboxPrefix } = server.app('bench');
  const settings: PublisherSettings = {
    nats: { servers, user, pass, inboxPrefix },
    rowsPerBatch,
    eventTimePerSecond: 20_000,
    ...traffic,
  };
  const lines = await child('publisher', settings).finished();
  const published = lines.find((line): line is PublisherResult => line.event === 'published');
  if (published === undefined) throw new Error('the publisher said nothing');
  return published;
}

function collect(server: NatsServer, run: Pick<CollectorSettings, 'mode' | 'events' | 'rounds'>) {
  const settings: CollectorSettings = { nats: natsSettings(server), directory, ...run };
  return child('collector', settings);
}

type Line = DrainResult | FollowResult | PublisherResult | { readonly event: 'ready' };

/** A program of the folder `ingest` as a process that prints JSON lines. */
function child(program: 'publisher' | 'collector', settings: object) {
  const lines: Line[] = [];
  const started: Promise<ManagedProcess> = startProcess({
    name: program,
    command: process.execPath,
    args: [
      ...(process.env.BENCH_NODE_OPTIONS?.split(' ') ?? []),
      new URL(`./ingest/${program}.ts`, import.meta.url).pathname,
    ],
    env: { BENCH_SETTINGS: JSON.stringify(settings) },
    log: {
      line(_, text) {
        if (text.startsWith('{')) lines.push(JSON.parse(text));
        else process.stderr.write(`${program}: ${text}\n`);
      },
    },
    readyLine: (text) => (text.startsWith('{') ? JSON.parse(text) : undefined),
  });
  return {
    ready: () => started,
    async finished(signal?: 'SIGTERM'): Promise<readonly Line[]> {
      const running = await started;
      const exit = await (signal === undefined ? running.exited : running.stop(30_000));
      if (exit.code !== 0) throw new Error(`${program} ended with ${JSON.stringify(exit)}\n${running.output()}`);
      return lines;
    },
  };
}

/** Processor time of a process so far, from Linux' own account; 0 where there is none. */
function cpuSecondsOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

function median(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b);
  return ascending[Math.floor(ascending.length / 2)] ?? Number.NaN;
}

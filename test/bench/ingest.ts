import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { DrainResult, FollowResult } from './ingest/collector.ts';
import { collect, publish, startBroker } from './ingest/processes.ts';
import { formatReport, type Measurement } from './report.ts';

/**
 * `npm run bench:ingest`: events with 30 features a second, from the broker to profiles committed to disk. Draining a
 * backlog, beside reading and decoding the same bytes in the same process; and following a publisher, with publisher,
 * broker (every message on disk before it is acknowledged) and collector on the same cores.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    // A backlog of many seconds: its last commit comes up to half a second after its last event, whatever its length.
    events: { type: 'string', default: '10000000' },
    rows: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '5' },
    rates: { type: 'string', default: '150000,200000,250000,300000,400000,500000,600000' },
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
  const server = await startBroker(directory, 'drain');
  try {
    const published = await publish(server, { rowsPerBatch, events, perSecond: null, startAt: 1_700_000_000_000 });
    const broker = cpuSecondsOf(server.pid);
    const lines = await collect(server, { directory, mode: 'drain', events, rounds: Number(values.rounds) }).finished();
    const brokerSeconds = cpuSecondsOf(server.pid) - broker;
    const floors = lines.filter((line): line is DrainResult => line.event === 'floor');
    const drains = lines.filter((line): line is DrainResult => line.event === 'drained');
    const floor = median(floors.map((one) => one.events / one.seconds));
    const rate = median(drains.map((one) => one.events / one.seconds));
    // Each against the floors before and after it: a machine that others use too changes from one minute to the next.
    const ratios = drains.map((one, round) => (floors[round]!.seconds + floors[round + 1]!.seconds) / 2 / one.seconds);
    const perEvent = (one: DrainResult) => (one.cpuSeconds / one.events) * 1e6;
    const floorCost = median(floors.map(perEvent));
    const cost = median(drains.map(perEvent));
    return {
      results: [
        { metric: 'drained, committed', value: rate, unit: 'events/s', floor, ratio: median(ratios) },
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
      notes: [`of the floor, round by round: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`],
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
    const server = await startBroker(directory, `follow-${rate}`);
    try {
      const collector = collect(server, { directory, mode: 'follow', events: 0, rounds: 0 });
      await collector.ready();
      const published = await publish(server, {
        rowsPerBatch,
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
          `${Math.round(Math.max(...followed.residentBytes) / 2 ** 20)} MiB; processor time in us/event: ${cpu.join(', ')}` +
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

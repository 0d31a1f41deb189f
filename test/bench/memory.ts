import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { FollowResult } from './ingest/collector.ts';
import { collect, publish, startBroker } from './ingest/processes.ts';
import type { Load, MemoryUse } from './memory/fill.ts';
import { formatReport, type Measurement, machineNote } from './report.ts';

/**
 * `npm run bench:memory`: memory of a collector against models x features x groups, each in a process of its own with four
 * windows of traffic counted and committed. `-- --soak 10 --rate 100000`: memory over minutes of steady traffic instead;
 * with `BENCH_NODE_OPTIONS=--expose-gc` also what is left of it after forced collections, which tells growth from garbage.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    soak: { type: 'string' },
    rate: { type: 'string', default: '100000' },
  },
});

const loads: readonly Load[] = [
  { models: 1, features: 30, groups: 4 },
  { models: 10, features: 30, groups: 4 },
  { models: 100, features: 30, groups: 4 },
  { models: 1_000, features: 30, groups: 4 },
  { models: 100, features: 100, groups: 4 },
  { models: 10, features: 500, groups: 4 },
  { models: 100, features: 30, groups: 40 },
];

const mebibyte = 2 ** 20;
const results = values.soak === undefined ? loads.flatMap(measure) : await soak(Number(values.soak));
const ofModels =
  'What the program keeps for itself is counted with the models: with one it is most, with a hundred little.';
const notes = [...(values.soak === undefined ? [ofModels] : []), machineNote()];
process.stdout.write(formatReport({ name: 'memory', results, notes }, values.json ? 'json' : 'table'));

function measure(load: Load): Measurement[] {
  const program = new URL('./memory/fill.ts', import.meta.url).pathname;
  const output = execFileSync(process.execPath, ['--expose-gc', program], {
    env: { ...process.env, BENCH_LOAD: JSON.stringify(load) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Written by `fill.ts`.
  const { residentBytes, usedBytes, emptyBytes } = JSON.parse(output.toString()) as MemoryUse;
  const what = `${load.models} models x ${load.features} features x ${load.groups} groups`;
  process.stderr.write(`${what}: ${Math.round(residentBytes / mebibyte)} MiB\n`);
  return [
    { metric: `${what}: resident`, value: residentBytes / mebibyte, unit: 'MiB' },
    { metric: `${what}: in use, a model`, value: (usedBytes - emptyBytes) / load.models / 1_024, unit: 'KiB' },
  ];
}

async function soak(minutes: number): Promise<Measurement[]> {
  const directory = mkdtempSync(join(tmpdir(), 'plumbline-soak-'));
  const rate = Number(values.rate);
  const rowsPerBatch = 500;
  const server = await startBroker(directory, 'broker');
  try {
    const collector = collect(server, { directory, mode: 'follow', events: 0, rounds: 0 });
    await collector.ready();
    const events = rate * minutes * 60;
    const published = await publish(server, { events, perSecond: rate, startAt: null, rowsPerBatch });
    const lines = await collector.finished('SIGTERM');
    const followed = lines.find((line): line is FollowResult => line.event === 'followed');
    if (followed === undefined) throw new Error('the collector said nothing');
    return [
      { metric: 'published', value: published.events / published.seconds, unit: 'events/s' },
      { metric: 'most behind, second half', value: (followed.mostLag * rowsPerBatch) / rate, unit: 's' },
      ...memoryOver(followed),
    ];
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Minute by minute, and the last beside the second: the first is for warming up. */
function memoryOver({ residentBytes, kept }: FollowResult): Measurement[] {
  const minutes = chunks(residentBytes, 60).map((minute) => median(minute) / mebibyte);
  const [, second = Number.NaN] = minutes;
  const last = minutes.at(-1) ?? Number.NaN;
  return [
    ...minutes.map((value, index) => ({ metric: `resident, minute ${index + 1}`, value, unit: 'MiB' })),
    {
      metric: 'resident, last minute against the second',
      value: last,
      unit: 'MiB',
      floor: second,
      ratio: last / second,
    },
    { metric: 'resident, most', value: Math.max(...residentBytes) / mebibyte, unit: 'MiB' },
    ...kept.flatMap(({ heapBytes, externalBytes }, index) => [
      { metric: `heap kept, ${(index + 1) * 20} s`, value: heapBytes / mebibyte, unit: 'MiB' },
      { metric: `outside the heap kept, ${(index + 1) * 20} s`, value: externalBytes / mebibyte, unit: 'MiB' },
    ]),
  ];
}

/** Of `size` each; what is left over belongs to the last one. */
function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const count = Math.max(1, Math.floor(items.length / size));
  return Array.from({ length: count }, (_, index) =>
    items.slice(index * size, index === count - 1 ? items.length : (index + 1) * size),
  );
}

function median(samples: readonly number[]): number {
  return [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
}

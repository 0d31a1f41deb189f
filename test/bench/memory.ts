import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { FollowResult } from './ingest/collector.ts';
import { collect, publish, startBroker } from './ingest/processes.ts';
import type { Load, MemoryUse } from './memory/fill.ts';
import { formatReport, type Measurement } from './report.ts';

/**
 * `npm run bench:memory`: memory of a collector against models x features x groups, each in a process of its own with four
 * windows of traffic counted and committed. `-- --soak 10 --rate 100000`: memory over minutes of steady traffic instead.
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
process.stdout.write(formatReport({ name: 'memory', results }, values.json ? 'json' : 'table'));

function measure(load: Load): Measurement[] {
  const program = new URL('./memory/fill.ts', import.meta.url).pathname;
  const output = execFileSync(process.execPath, ['--expose-gc', program], {
    env: { ...process.env, BENCH_LOAD: JSON.stringify(load) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Written by `fill.ts`.
  const { residentBytes, usedBytes, emptyBytes } = JSON.parse(output.toString()) as MemoryUse;
  const what = `${load.models} models x ${load.features} features x ${load.groups} groups`;
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
    const { residentBytes } = followed;
    const tenth = Math.max(1, Math.floor(residentBytes.length / 10));
    const second = median(residentBytes.slice(tenth, 2 * tenth));
    const last = median(residentBytes.slice(-tenth));
    return [
      { metric: 'published', value: published.events / published.seconds, unit: 'events/s' },
      { metric: 'most behind, second half', value: (followed.mostLag * rowsPerBatch) / rate, unit: 's' },
      { metric: 'resident, second tenth of the time', value: second / mebibyte, unit: 'MiB' },
      {
        metric: 'resident, last tenth of the time',
        value: last / mebibyte,
        unit: 'MiB',
        floor: second / mebibyte,
        ratio: last / second,
      },
      { metric: 'resident, most', value: Math.max(...residentBytes) / mebibyte, unit: 'MiB' },
    ];
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function median(samples: readonly number[]): number {
  return [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
}

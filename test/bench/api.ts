import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import type { InferenceEvent } from '@plumbline/sdk/event';
import { decodeFrame, encodeInferences } from '@plumbline/sdk/wire';
import { plumblineSettings } from '../../collector/src/config/index.ts';
import { createEngine } from '../../collector/src/main/engine.ts';
import { silentLogger } from '../../collector/src/main/logger.ts';
import { timeKey } from '../../collector/src/store/history.ts';
import { openSqliteStore } from '../../collector/src/store/sqlite.ts';
import { seededRandom } from '../demo/random.ts';
import { type SettingsInput, type Stack, startStack } from '../stack/stack.ts';
import { formatReport, type Measurement, machineNote } from './report.ts';

/**
 * `npm run bench:api`: how long the questions of the pages take over HTTP, with a thousand models of fifty features. The
 * first model has its whole history, counted by the engine; the others have copies of its last day (of findings, which are
 * large, of the latest window), since a question about one model reads no other's windows and those about all models read
 * their latest.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    models: { type: 'string', default: '1000' },
    features: { type: 'string', default: '50' },
    days: { type: 'string', default: '30' },
    requests: { type: 'string', default: '30' },
  },
});
const [models, features, days, requests] = [values.models, values.features, values.days, values.requests].map(
  Number,
) as [number, number, number, number];
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const rowsPerWindow = 20;
const referenceRows = 500;
const token = 'bench-reader';
const until = Math.floor(Date.now() / hourMs) * hourMs;
const from = until - days * dayMs;
const nameOf = (index: number) => `model-${String(index + 1).padStart(4, '0')}`;

const settings: SettingsInput = {
  collector: { identity: { tokens: [{ name: 'bench', secret: token, scopes: ['read'] }] } },
  models: Array.from({ length: models }, (_, index) => ({
    name: nameOf(index),
    positive: 'yes',
    window: '1h',
    lateness: '5m',
    reference: { rows: referenceRows },
    groups: [{ attribute: 'sex' }],
  })),
};

const directory = mkdtempSync(join(tmpdir(), 'plumbline-api-bench-'));
try {
  const seedingFrom = performance.now();
  const stack = await startStack({
    directory,
    apps: {},
    settings: async () => {
      const path = join(directory, 'collector.sqlite');
      await seedFirst(path);
      copyToOthers(path);
      return settings;
    },
  });
  process.stderr.write(`seeded and started in ${Math.round((performance.now() - seedingFrom) / 1_000)} s\n`);
  try {
    const notes = [
      `${models} models, ${features} features, hourly windows; ${days} days of the first model, one day of the others.`,
      `${requests} requests one after the other, each with its own connection to the collector kept open; answers are read to their end.`,
      machineNote(),
    ];
    const results = await measure(stack);
    process.stdout.write(formatReport({ name: 'api', results, notes }, values.json ? 'json' : 'table'));
  } finally {
    await stack.stop();
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** The whole history of the first model, through the engine. */
async function seedFirst(path: string): Promise<void> {
  const { models: all, budget } = plumblineSettings.parse({ models: settings.models?.slice(0, 1) ?? [] });
  const store = await openSqliteStore({ path });
  const engine = await createEngine({ store, models: all, budget, clock: () => until, logger: silentLogger });
  const { uniform, normal } = seededRandom(1);
  let [batch, id] = [0, 0];
  const apply = (start: number, rows: number) => {
    const events = Array.from({ length: rows }, (_, row): InferenceEvent => {
      const score = uniform();
      return {
        kind: 'inference',
        id: `seed-${++id}`,
        time: start + (row * hourMs) / rows,
        model: nameOf(0),
        version: '1',
        role: 'champion',
        prediction: score > 0.5 ? 'yes' : 'no',
        score,
        latencyMs: 5 + 20 * uniform(),
        features: Object.fromEntries(
          Array.from({ length: features }, (_, index) => [
            `feature_${String(index).padStart(2, '0')}`,
            index % 5 === 4 ? `value ${Math.floor(8 * uniform())}` : normal(),
          ]),
        ),
        groups: { sex: uniform() < 0.5 ? 'female' : 'male' },
        error: null,
        traceId: id.toString(16).padStart(32, '0'),
      };
    });
    const decoded = decodeFrame(encodeInferences(events, { producer: 'seed', batch: ++batch }));
    if (decoded.kind === 'rejection') throw new Error(decoded.reason);
    engine.apply(decoded, null);
  };
  apply(from - hourMs, referenceRows);
  for (let window = 0; window < days * 24; window++) {
    apply(from + window * hourMs, rowsPerWindow);
    if (window % 24 === 23) await engine.commit();
  }
  await engine.finish();
  await store.close();
}

/** What is kept of the first model's version, again under the names of the others; of its windows the last day. */
function copyToOthers(path: string): void {
  const database = new DatabaseSync(path);
  const own = `production/${nameOf(0)}/`;
  const keptFrom = (collection: unknown) => timeKey(collection === 'findings' ? until - hourMs : until - dayMs);
  const entries = database
    .prepare(
      'SELECT collection, name, key, revision, value FROM entry JOIN collection ON id = collection WHERE key >= ? AND key < ?',
    )
    .all(own, `${own}\uffff`)
    .filter(({ name, key }) => {
      const time = /\/(\d{16})$/.exec(String(key))?.[1];
      return time === undefined || time >= keptFrom(name);
    });
  if (entries.length < 24 * 3)
    throw new Error(`only ${entries.length} entries to copy: are keys made differently now?`);
  const insert = database.prepare(
    'INSERT OR REPLACE INTO entry (collection, key, revision, value) VALUES (?, ?, ?, ?)',
  );
  database.exec('BEGIN');
  for (let model = 1; model < models; model++) {
    for (const { collection, key, revision, value } of entries) {
      const copy = `production/${nameOf(model)}/${String(key).slice(own.length)}`;
      insert.run(collection ?? null, copy, revision ?? 1, renamed(value as Uint8Array, nameOf(model)));
    }
  }
  database.exec('COMMIT');
  database.close();
}

/** JSON names its model; what is packed does not. */
function renamed(value: Uint8Array, model: string): Uint8Array {
  return value[0] === 0x7b ? Buffer.from(Buffer.from(value).toString().replaceAll(nameOf(0), model)) : value;
}

async function measure(stack: Stack): Promise<Measurement[]> {
  const model = `/v1/models/${nameOf(0)}`;
  const range = `from=${from}&to=${until}`;
  const questions: readonly (readonly [string, string])[] = [
    ['fleet, first 500 models', '/v1/models?limit=500'],
    ['fleet, first 50 models', '/v1/models?limit=50'],
    ['one model', model],
    ['drift, latest 48 windows', `${model}/drift`],
    [`drift, ${days} days`, `${model}/drift?${range}`],
    ['distribution, latest window', `${model}/distribution?signal=feature:feature_00`],
    [`distribution, ${days} days`, `${model}/distribution?signal=feature:feature_00&${range}`],
    ['data quality, latest 48 windows', `${model}/data-quality`],
    ['exemplars, latest 48 windows', `${model}/exemplars`],
    ['fairness, latest 24 windows', `${model}/fairness`],
    [`fairness, ${days} days`, `${model}/fairness?${range}`],
    [`performance, ${days} days`, `${model}/performance?${range}`],
    ['versions', `${model}/versions`],
    ['alerts', '/v1/alerts'],
    ['metrics of all models', '/metrics'],
  ];
  const results: Measurement[] = [];
  for (const [name, path] of questions) {
    const times: number[] = [];
    // The first one is not counted: pages ask again and again.
    for (let request = 0; request <= requests; request++) {
      const startedAt = performance.now();
      const response = await fetch(stack.collectorUrl + path, { headers: { authorization: `Bearer ${token}` } });
      const text = await response.text();
      if (!response.ok) throw new Error(`${path}: ${response.status} ${text.slice(0, 300)}`);
      if (request > 0) times.push(performance.now() - startedAt);
      // What takes seconds is told by few.
      if (request >= 3 && performance.now() - startedAt > 1_000) break;
    }
    const sorted = times.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
    process.stderr.write(`${name}: ${Math.round(at(0.5))} ms\n`);
    results.push({ metric: `${name}, p50`, value: at(0.5), unit: 'ms' });
    results.push({ metric: `${name}, p99`, value: at(0.99), unit: 'ms' });
  }
  return results;
}

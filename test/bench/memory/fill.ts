import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InferenceEvent } from '@plumbline/sdk/event';
import { columnarContentType } from '@plumbline/sdk/subjects';
import { decodeBatch, encodeInferences } from '@plumbline/sdk/wire';
import { budgetSettings, modelSettings } from '../../../collector/src/config/settings.ts';
import { createEngine } from '../../../collector/src/main/engine.ts';
import { buildReference } from '../../../collector/src/profile/index.ts';
import { openSqliteStore } from '../../../collector/src/store/sqlite.ts';
import { createUuidMaker } from '../../../sdk/src/uuid.ts';
import { randomNumbers } from '../../faults/ledger.ts';

/** Counts traffic of some models as a process of its own, and says how much memory it takes. */
export interface Load {
  readonly models: number;
  readonly features: number;
  readonly groups: number;
}

export interface MemoryUse {
  readonly residentBytes: number;
  /** Objects and array buffers that are alive: before the first row, and at the end. */
  readonly emptyBytes: number;
  readonly usedBytes: number;
}

// Written by the bench.
const { models, features, groups } = JSON.parse(process.env.BENCH_LOAD ?? '{}') as Load;
const windowMs = 3_600_000;
const start = 1_700_000_000_000 - (1_700_000_000_000 % windowMs);
const windows = 4;
const random = randomNumbers(1);
const nextId = createUuidMaker(() => now);
let now = start;

const directory = mkdtempSync(join(tmpdir(), 'plumbline-memory-'));
const store = await openSqliteStore({ path: join(directory, 'collector.sqlite') });
const names = Array.from({ length: models }, (_, index) => `model ${index}`);
const logger = { debug() {}, info() {}, warn() {}, error: console.error };
const engine = await createEngine({
  store,
  models: names.map((name) => modelSettings.parse({ name, positive: 'yes', window: '1h', lateness: '1m' })),
  budget: budgetSettings.parse({}),
  clock: () => now,
  logger,
  startingReference: ({ name }) => referenceOf(name),
});
const emptyBytes = used();
let batch = 0;
for (let window = 0; window < windows; window++) {
  now = start + window * windowMs;
  for (const name of names) {
    batch++;
    engine.apply(batchOf(name, batch, 100), null);
    if (batch % 50 === 0) await engine.commit();
  }
  await engine.commit();
}
const use: MemoryUse = { emptyBytes, usedBytes: used(), residentBytes: process.memoryUsage.rss() };
process.stdout.write(JSON.stringify(use));
await engine.close();
await store.close();
rmSync(directory, { recursive: true, force: true });

/** Of its own for each model, as models have: what is alike is kept once. */
function referenceOf(model: string) {
  const before = now;
  const rows = batchOf(model, 1, 500);
  now = before;
  return buildReference([rows], [], {
    task: 'binary_classification',
    features: [],
    groups: [{ attribute: 'group' }],
    positive: 'yes',
    windowMs,
  });
}

function batchOf(model: string, number: number, rows: number) {
  const events = Array.from({ length: rows }, (): InferenceEvent => {
    now += 10;
    const score = random();
    return {
      kind: 'inference',
      id: nextId(),
      time: now,
      model,
      version: '1',
      role: 'champion',
      features: Object.fromEntries(
        Array.from({ length: features }, (_, index) => [
          `feature ${index}`,
          index % 3 === 2 ? `value ${Math.floor(random() * 12)}` : random() * 100,
        ]),
      ),
      prediction: score > 0.5 ? 'yes' : 'no',
      score,
      groups: { group: `g${Math.floor(random() * groups)}` },
      latencyMs: 1 + random() * 9,
      traceId: null,
      error: null,
    };
  });
  const decoded = decodeBatch(encodeInferences(events, { producer: 'p', batch: number }), columnarContentType);
  if (decoded.kind !== 'inference') throw new Error('a batch of inferences does not decode to one');
  return decoded;
}

function used(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

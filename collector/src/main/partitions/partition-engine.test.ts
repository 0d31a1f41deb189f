import { expect, test } from 'vitest';
import { budgetSettings } from '../../config/settings.ts';
import { type Counts, readCounts } from '../../store/history.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import { createEngine } from '../engine.ts';
import { silentLogger } from '../logger.ts';
import { hourMs, inferences, Producer, testModel } from '../testing/traffic.ts';
import { takePartitions } from './ownership.ts';
import { createPartitionEngine } from './partition-engine.ts';
import { createSliceMerger } from './slice-merger.ts';

const start = 1_700_000_400_000;
const models = [testModel()];
const clock = () => start;
const position = (sequence: number) => ({
  ...{ partition: 0, sequence, storedAt: start + sequence * 1_000, messageId: `m${sequence}`, clamped: 2 },
});
const batch = new Producer('p').inferences(inferences('a', 5, start, hourMs));
const stream = { created: 'then', firstSequence: 1, lastSequence: 2 };

/** A batch with two events that had to be set back in time, and the same batch again. */
async function alone(): Promise<Counts> {
  const store = await openSqliteStore({ path: ':memory:' });
  const engine = await createEngine({ store, models, budget: budgetSettings.parse({}), clock, logger: silentLogger });
  engine.resume(stream.created, 0, { regressed: false, missed: 0 });
  for (const sequence of [1, 2]) engine.apply(batch, position(sequence));
  await engine.commit();
  const counts = await store.read(readCounts);
  await store.close();
  return counts;
}

async function shared(): Promise<Counts> {
  const store = await openSqliteStore({ path: ':memory:' });
  const [id, partitions] = ['me', 1];
  const owned = await takePartitions(store, id, new Map([[0, undefined]]));
  const engine = await createPartitionEngine({ store, id, owned, partitions, models, clock, logger: silentLogger });
  await engine.resume(stream, async () => undefined);
  for (const sequence of [1, 2]) engine.apply(batch, position(sequence));
  engine.readThrough(2, start + 60_000);
  await engine.commit();
  const budget = budgetSettings.parse({});
  const merger = await createSliceMerger({ store, models, budget, clock, partitions, logger: silentLogger });
  while ((await merger.merge()).more);
  const counts = await store.read(readCounts);
  await store.close();
  return counts;
}

test('events that were set back in time, and batches that came again, count alike in one collector and in several', async () => {
  const counts = await alone();
  expect(counts).toMatchObject({ inferences: 5, clampedEvents: 2, duplicateBatches: 1 });
  expect(await shared()).toEqual(counts);
});

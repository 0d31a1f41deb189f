import type { InferenceBatch } from '@plumbline/sdk/event';
import { describe, expect, test } from 'vitest';
import { budgetSettings } from '../../config/settings.ts';
import { type Counts, readCounts } from '../../store/counts.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import { createEngine } from '../engine.ts';
import { silentLogger } from '../logger.ts';
import type { StreamPosition } from '../read-progress.ts';
import { hourMs, inferences, Producer, testModel } from '../testing/traffic.ts';
import { takePartitions } from './ownership.ts';
import { createPartitionEngine } from './partition-engine.ts';
import { createSliceMerger } from './slice-merger.ts';

const start = 1_700_000_400_000;
const models = [testModel()];
const clock = () => start;
const stream = { created: 'then', firstSequence: 1, lastSequence: 9 };

/** What comes one after the other, and what is to be known of how it came. */
type Sent = readonly (readonly [InferenceBatch, Pick<StreamPosition, 'clamped' | 'replayed'>])[];

const positionOf = (index: number) => ({
  partition: 0,
  sequence: index + 1,
  storedAt: start + index * 1_000,
  messageId: `m${index}`,
});

async function alone(sent: Sent): Promise<Counts> {
  const store = await openSqliteStore({ path: ':memory:' });
  const engine = await createEngine({ store, models, budget: budgetSettings.parse({}), clock, logger: silentLogger });
  engine.resume(stream.created, 0, { regressed: false, missed: 0 });
  for (const [index, [batch, more]] of sent.entries()) engine.apply(batch, { ...positionOf(index), ...more });
  await engine.commit();
  const counts = await store.read(readCounts);
  await store.close();
  return counts;
}

async function shared(sent: Sent): Promise<Counts> {
  const store = await openSqliteStore({ path: ':memory:' });
  const [id, partitions] = ['me', 1];
  const owned = await takePartitions(store, id, new Map([[0, undefined]]));
  const engine = await createPartitionEngine({ store, id, owned, partitions, models, clock, logger: silentLogger });
  await engine.resume(stream, async () => undefined);
  for (const [index, [batch, more]] of sent.entries()) engine.apply(batch, { ...positionOf(index), ...more });
  engine.readThrough(9, start + 60_000);
  await engine.commit();
  const budget = budgetSettings.parse({});
  const merger = await createSliceMerger({ store, models, budget, clock, partitions, logger: silentLogger });
  while ((await merger.merge()).more);
  const counts = await store.read(readCounts);
  await store.close();
  return counts;
}

const batchOf = (prefix: string, batch: number) => ({
  ...new Producer('p').inferences(inferences(prefix, 5, start, hourMs)),
  batch,
});

describe('one collector and several count alike', () => {
  test('events that were set back in time, and batches that came again', async () => {
    const sent = [batchOf('a', 1), batchOf('a', 1)].map((batch) => [batch, { clamped: 2 }] as const);
    const counts = await alone(sent);
    expect(counts).toMatchObject({ inferences: 5, clampedEvents: 2, duplicateBatches: 1 });
    expect(await shared(sent)).toEqual(counts);
  });

  test('dead letters that are replayed, once, however far their producer has gone on', async () => {
    const replay = { replayed: true };
    const sent: Sent = [
      [batchOf('latest', 5_000), {}],
      // Of this nobody can tell whether it was counted.
      [batchOf('old', 7), {}],
      [batchOf('letter', 8), replay],
      [batchOf('letter', 8), replay],
      [batchOf('recent letter', 4_900), replay],
      [batchOf('recent letter', 4_900), {}],
    ];
    const counts = await alone(sent);
    expect(counts).toMatchObject({ inferences: 15, duplicateBatches: 3 });
    expect(await shared(sent)).toEqual(counts);
  });

  test('the memory of rows that wait for a reference, each once for the whole and once for its segment', async () => {
    const segmented = [testModel({ segments: { sex: ['f', 'm'], town: ['town 1', 'town 2'] } })];
    const [one, other] = await Promise.all([1, 2].map(() => openSqliteStore({ path: ':memory:' })));
    const options = { models: segmented, clock, logger: silentLogger };
    const engine = await createEngine({ ...options, store: one!, budget: budgetSettings.parse({}) });
    engine.resume(stream.created, 0, { regressed: false, missed: 0 });
    const owned = await takePartitions(other!, 'me', new Map([[0, undefined]]));
    const member = await createPartitionEngine({ ...options, store: other!, id: 'me', owned, partitions: 1 });
    await member.resume(stream, async () => undefined);
    for (const [index, prefix] of ['first', 'second'].entries()) {
      for (const each of [engine, member]) each.apply(batchOf(prefix, index + 1), positionOf(index));
      // What came first is looked up; of the second it is known that there is no reference.
      if (index === 0) await Promise.all([engine.commit(), member.commit()]);
    }
    expect(member.uncommittedBytes()).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(member.uncommittedBytes()).toBe(engine.uncommittedBytes());
    await Promise.all([one!.close(), other!.close()]);
  });
});

import type { EventBatch } from '@plumbline/sdk/event';
import { partitionOf } from '@plumbline/sdk/subjects';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { budgetSettings } from '../config/settings.ts';
import { encodeProfile } from '../profile/index.ts';
import type { Counts } from '../store/counts.ts';
import { readProfiles } from '../store/history.ts';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { createEngine } from './engine.ts';
import { joinBlocks } from './join-blocks.ts';
import { joinKey, joins } from './join-record.ts';
import { silentLogger } from './logger.ts';
import { inference, outcome, Producer, testModel } from './testing/traffic.ts';
import { uuidOfText } from './testing/uuid-of-text.ts';
import { WaitingOutcomes } from './waiting-outcomes.ts';

const start = 1_700_000_000_000 - (1_700_000_000_000 % 3_600_000);
const partitions = 3;

/** What happens to a few inferences, in any order: they come, get labels (again, in any order), have shadows. */
const happening = fc.record({
  kind: fc.constantFrom('inference', 'inference', 'shadow', 'label', 'restart', 'commit'),
  number: fc.nat(5),
  value: fc.constantFrom('yes', 'no'),
  observedAfter: fc.nat(5),
});
type Happening = typeof happening extends fc.Arbitrary<infer Kind> ? Kind : never;

/** Runs happenings with ids of one form; each inference and shadow at most once. */
async function run(happenings: readonly Happening[], idOf: (number: number) => string) {
  const store = await openSqliteStore({ path: ':memory:' });
  const open = () =>
    createEngine({
      store,
      models: [testModel({ reference: { rows: 200 } })],
      budget: budgetSettings.parse({}),
      clock: () => start,
      logger: silentLogger,
      partitions,
    });
  let engine = await open();
  const producer = new Producer('p');
  const sent = new Set<string>();
  let sequence = 0;
  const apply = (batch: EventBatch, id: string) => {
    sequence++;
    const position = { partition: partitionOf(id, partitions), sequence, storedAt: start, messageId: String(sequence) };
    engine.apply(batch, position);
  };
  engine.resume('stream', 0, { regressed: false, missed: 0 });
  for (const { kind, number, value, observedAfter } of happenings) {
    const id = idOf(number);
    const time = start + number * 700_000;
    const look = {
      latencyMs: 3,
      prediction: number % 3 === 0 ? 'yes' : 'no',
      groups: { sex: number % 2 === 0 ? 'f' : 'm' },
      score: 0.5,
    };
    if (kind === 'inference' || kind === 'shadow') {
      if (sent.has(`${kind} ${number}`)) continue;
      sent.add(`${kind} ${number}`);
      const shadow = { ...look, version: '2', role: 'shadow' as const, prediction: value };
      const event = kind === 'shadow' ? inference(`${id}~2`, time, shadow) : inference(id, time, look);
      apply(producer.inferences([{ ...event, features: { income: number } }]), id);
    } else if (kind === 'label') {
      apply(producer.outcomes([outcome(id, time + observedAfter, value)]), id);
    } else {
      await engine.commit();
      if (kind === 'restart') engine = await open();
    }
  }
  await engine.finish();
  const result = { counts: engine.counts(), profiles: await profilesOf(store), kept: await sizesOf(store) };
  await store.close();
  return result;
}

function profilesOf(store: Store) {
  return store.read(async (tx) => {
    const all = [];
    for (const version of ['1', '2']) {
      for (const { from, profile } of await readProfiles(tx, { model: 'credit', environment: 'production', version })) {
        // Ids are sampled by their hash, which another id has not.
        profile.sketches.ids.size = 0;
        profile.sketches.ids.rows.length = 0;
        all.push([version, from, Buffer.from(encodeProfile(profile)).toString('hex')]);
      }
    }
    return all;
  });
}

function sizesOf(store: Store) {
  return store.read(async (tx) => ({
    records: (await tx.range(joins, {})).length,
    blocks: (await tx.range(joinBlocks, {})).length,
  }));
}

/** Seconds on a machine with nothing else to do. */
describe('outcomes', { timeout: 120_000 }, () => {
  test('find inferences that are kept in blocks as they find those that have a record each (property)', async () => {
    let blocks = 0;
    let labelled = 0;
    const forms = async (happenings: readonly Happening[]) => {
      const inBlocks = await run(happenings, (number) => uuidOfText(`inference ${number}`, start + number * 700_000));
      const byRecord = await run(happenings, (number) => `inference ${number}`);
      return { inBlocks, byRecord };
    };
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 20, maxLength: 60 }), async (happenings) => {
        const { inBlocks, byRecord } = await forms(happenings);
        expect(inBlocks.counts).toEqual(byRecord.counts satisfies Counts);
        expect(inBlocks.profiles).toEqual(byRecord.profiles);
        expect(byRecord.kept.blocks).toBe(0);
        blocks += inBlocks.kept.blocks;
        labelled += inBlocks.counts.joinedOutcomes;
      }),
      { numRuns: 60 },
    );
    // It would prove nothing if none had been kept in a block, or none had been found there.
    expect(blocks).toBeGreaterThan(100);
    expect(labelled).toBeGreaterThan(60);
  });

  test('wait for a hundred thousand inferences at most, and more of them for one that is waited for already', () => {
    const waiting = new WaitingOutcomes();
    const settings = testModel();
    const add = (number: number, value: string) =>
      waiting.addLabel({ settings, key: joinKey('credit', `${number}`), label: { value, time: start } });
    for (let number = 0; number < 100_000; number++) add(number, 'no');
    expect(waiting.labels).toBe(100_000);
    expect([add(100_000, 'no'), waiting.addShadow({ settings, id: 'a~2', primary: 'a', time: start })]).toEqual([
      'refused',
      'refused',
    ]);
    expect(add(7, 'yes')).toBe('repeated');
    expect(waiting.labels).toBe(100_000);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { breakMessage } from '../../../../test/faults/break-message.ts';
import { type Ledger, makeLedger, publishAll } from '../../../../test/faults/ledger.ts';
import { type NatsServer, startNatsServer } from '../../../../test/stack/nats-server.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../../../../test/stack/postgres.ts';
import { type Bus, connectBus } from '../../bus/index.ts';
import { budgetSettings, collectorSettings } from '../../config/settings.ts';
import { encodeProfile, type Reference } from '../../profile/index.ts';
import { seededRandom } from '../../statistics/simulate.ts';
import { type Counts, readCounts } from '../../store/counts.ts';
import { readDeadLetters } from '../../store/dead-letters.ts';
import { readFindings, readProfiles } from '../../store/history.ts';
import type { Store } from '../../store/port.ts';
import { openPostgresStore } from '../../store/postgres.ts';
import { ordinaryReference } from '../testing/engine.ts';
import { testModel } from '../testing/traffic.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { takePartitions } from './ownership.ts';
import { createPartitionEngine } from './partition-engine.ts';

const missing = postgresMissing();
const windowMs = 10_000;
const startAt = 1_700_000_040_000 - (1_700_000_040_000 % windowMs);
const model = testModel({
  name: 'credit risk',
  window: '10s',
  lateness: '2s',
  outcomeDelay: '10s',
  labels: { rate: 2 / 3 },
  reference: { rows: 500 },
  segments: { sex: ['f'] },
  sampledRows: 50,
});

/** What the second version is compared with, whose rows are too few to learn from. */
let starting: Reference;
let directory: string;
let postgres: PostgresServer;
let server: NatsServer;
let publisher: NatsConnection;
let databases = 0;
const running: Member[] = [];

interface Member {
  readonly id: string;
  readonly cluster: Cluster;
  readonly store: Store;
  readonly bus: Bus;
}

beforeAll(async () => {
  if (missing !== undefined) return console.warn(`skipped: ${missing}`);
  directory = mkdtempSync(join(tmpdir(), 'plumbline-cluster-'));
  postgres = await startPostgres({ directory: join(directory, 'postgres') });
  const random = seededRandom(1);
  const sampled = testModel({ labels: model.labels });
  starting = await ordinaryReference(sampled, ({ score }) => (random() < score! ? 'yes' : 'no'));
});
afterAll(async () => {
  if (missing !== undefined) return;
  await postgres.stop();
  rmSync(directory, { recursive: true, force: true });
});

beforeEach(async () => {
  if (missing !== undefined) return;
  server = await startNatsServer({ directory: join(directory, `nats-${++databases}`) });
  await (await connectBus({ nats: natsSettings() })).close();
  publisher = await connect({ ...server.admin });
});
afterEach(async () => {
  if (missing !== undefined) return;
  for (const member of running.splice(0)) await leave(member);
  await publisher.close();
  await server.stop();
});

function natsSettings() {
  const { servers, user, pass, inboxPrefix } = server.collector;
  const nats = { url: servers, user, password: pass, inboxPrefix, maximumBytes: 256 * 1_048_576 };
  return collectorSettings.parse({ nats }).nats;
}

async function enter(url: string, id: string): Promise<Member> {
  const [store, bus] = await Promise.all([openPostgresStore({ url }), connectBus({ nats: natsSettings() })]);
  const log = (fields: object, event: string) => process.env.DEBUG && console.log(id, event, JSON.stringify(fields));
  const cluster = createCluster({
    bus,
    id,
    engine: {
      store,
      models: [model],
      budget: budgetSettings.parse({}),
      clock: Date.now,
      startingReference: (_, version) => (version === '2' ? starting : undefined),
    },
    commitEveryMs: 250,
    logger: { debug() {}, info: log, warn: log, error: log },
  });
  await cluster.start();
  const member = { id, cluster, store, bus };
  running.push(member);
  return member;
}

async function leave({ cluster, store, bus }: Member): Promise<void> {
  await cluster.stop();
  await bus.close();
  await store.close();
}

function leadersOf(members: readonly Member[]): Member[] {
  return members.filter(({ cluster }) => cluster.isLeader());
}

async function untilCounted(store: Store, expected: Partial<Counts>): Promise<void> {
  for (let wait = 0; wait < 900; wait++) {
    const counts = await store.read(readCounts);
    if (Object.entries(expected).every(([name, value]) => Number(counts[name as keyof Counts]) >= Number(value)))
      return;
    await new Promise((resume) => setTimeout(resume, 100));
  }
  throw new Error(`not counted in time: ${JSON.stringify(await store.read(readCounts))}`);
}

/** Everything that people see of the traffic. */
function seen(store: Store) {
  return store.read(async (transaction) => {
    const versions = await Promise.all(
      ['1', '2'].flatMap((version) =>
        [undefined, 'sex=f', 'sex=other'].map(async (segment) => {
          const key = { model: model.name, environment: 'production', version, segment };
          const windows = await readProfiles(transaction, key);
          return {
            windows: windows.map(({ from, closed, profile }) => ({
              from,
              closed,
              profile: Buffer.from(encodeProfile(profile)).toString('base64'),
            })),
            findings: await readFindings(transaction, key),
          };
        }),
      ),
    );
    return { versions, counts: await readCounts(transaction) };
  });
}

function ledger(changes: Partial<Parameters<typeof makeLedger>[0]> = {}): Ledger {
  return makeLedger({
    model: model.name,
    producer: 'producer-1',
    seed: 7,
    inferences: 5_000,
    rowsPerBatch: 25,
    windowMs,
    startAt,
    stepMs: 20,
    ...changes,
  });
}

describe.skipIf(missing !== undefined)(missing ?? 'collectors that share a stream', { timeout: 120_000 }, () => {
  test('find what one finds: the same windows, findings and counts, bit for bit', async () => {
    const truth = ledger();
    const [alone, shared] = [
      await postgres.createDatabase(`one_${databases}`),
      await postgres.createDatabase(`three_${databases}`),
    ];
    const one = await enter(alone, 'alone');
    const three = await Promise.all(['a', 'b', 'c'].map((id) => enter(shared, id)));
    await publishAll(publisher, truth.batches, { perSecond: 200 });
    const expected = { inferences: truth.inferences, outcomes: truth.outcomes };
    await Promise.all([untilCounted(one.store, expected), untilCounted(three[0]!.store, expected)]);
    expect(three.map(({ cluster }) => cluster.partitions().length).sort()).toEqual([5, 5, 6]);
    await expect.poll(() => leadersOf(three).length, { interval: 50 }).toBe(1);
    const [left, right] = await Promise.all([seen(one.store), seen(three[1]!.store)]);
    expect(left.counts).toMatchObject({ ...expected, joinedOutcomes: truth.outcomes, waitingOutcomes: 0 });
    const found = left.versions.flatMap(({ findings }) => findings).flatMap(({ findings }) => findings);
    expect(found.length).toBeGreaterThan(10);
    // Windows whose outcomes became due, judged by their sample of labels together with all scores.
    const sampled = found.filter(
      ({ version, statistics }) => version === '2' && statistics.labelledShare !== undefined,
    );
    expect(sampled.length).toBeGreaterThan(3);
    expect(right.counts).toEqual(left.counts);
    expect(right.versions).toEqual(left.versions);
  });

  test('give the share of one that dies to the others, and count nothing twice', async () => {
    const truth = ledger({ seed: 11 });
    const url = await postgres.createDatabase(`failover_${databases}`);
    const members = await Promise.all(['a', 'b', 'c'].map((id) => enter(url, id)));
    const owned = (some: readonly Member[]) => some.flatMap(({ cluster }) => cluster.partitions()).length;
    await expect.poll(() => owned(members), { timeout: 30_000, interval: 50 }).toBe(16);
    const [first, second] = [truth.batches.slice(0, 100), truth.batches.slice(100)];
    await publishAll(publisher, first, { perSecond: 200 });
    await expect.poll(() => leadersOf(members).length, { interval: 50 }).toBe(1);
    const [victim] = leadersOf(members) as [Member];
    const others = members.filter((member) => member !== victim);
    // What a crash looks like from outside: its connections are gone, and nothing of it is handed back.
    running.splice(running.indexOf(victim), 1);
    const crashed = Promise.all([victim.store.close().catch(() => undefined), victim.bus.close()]);
    const publishing = publishAll(publisher, second, { perSecond: 200 });
    await expect.poll(() => owned(others), { timeout: 60_000, interval: 50 }).toBe(16);
    await publishing;
    await untilCounted(others[0]!.store, { inferences: truth.inferences, outcomes: truth.outcomes });
    await Promise.all([crashed, victim.cluster.stop().catch(() => undefined)]);
    const { counts } = await seen(others[1]!.store);
    expect(counts).toMatchObject({
      inferences: truth.inferences,
      outcomes: truth.outcomes,
      joinedOutcomes: truth.outcomes,
      duplicateBatches: 0,
      waitingOutcomes: 0,
    });
    await expect.poll(() => leadersOf(others).length, { interval: 50 }).toBe(1);
  });

  test('tell a batch that is sent again long afterwards, also to the next owner of its partition', async () => {
    const truth = ledger({ seed: 13, inferences: 2_000 });
    const url = await postgres.createDatabase(`again_${databases}`);
    const first = await enter(url, 'first');
    await publishAll(publisher, truth.batches, { perSecond: 400 });
    const expected = { inferences: truth.inferences, outcomes: truth.outcomes };
    await untilCounted(first.store, expected);
    const second = await enter(url, 'second');
    await expect.poll(() => second.cluster.partitions().length).toBe(8);
    // Under other message ids: the broker cannot know that it has them.
    const again = truth.batches.map((batch) => ({ ...batch, messageId: `again-${batch.messageId}` }));
    await publishAll(publisher, again, { perSecond: 400 });
    await untilCounted(first.store, { duplicateBatches: again.length });
    expect((await seen(second.store)).counts).toMatchObject({ ...expected, duplicateBatches: again.length });
  });

  test('close windows although one of them is never sent what lies in a broken file of the broker', async () => {
    const rowsPerBatch = 25;
    const truth = ledger({ seed: 19, inferences: 1_000, rowsPerBatch });
    await publishAll(publisher, truth.batches, { perSecond: 1_000 });
    const [broken] = truth.batches.filter(({ subject }) => subject.includes('.inference.'));
    await breakMessage(server, join(directory, `nats-${databases}`), broken!.data);
    const url = await postgres.createDatabase(`broken_${databases}`);
    const [member] = await Promise.all(['a', 'b'].map((id) => enter(url, id)));
    // Counts are of slices that every partition has been read through.
    const { inferences } = truth;
    await untilCounted(member!.store, { inferences: inferences - rowsPerBatch, outcomes: truth.outcomes });
    expect((await seen(member!.store)).counts.inferences).toBe(inferences - rowsPerBatch);
  });

  test('put aside a batch whose ids belong on another partition than its subject says', async () => {
    const { batches } = ledger({ seed: 17, inferences: 100, rowsPerBatch: 5 });
    const url = await postgres.createDatabase(`misplaced_${databases}`);
    const member = await enter(url, 'only');
    const [batch] = batches.filter(({ subject }) => !subject.includes('.9.'));
    const subject = batch!.subject.replace(/\.\d+\./, '.9.');
    await publishAll(publisher, [{ ...batch!, subject }], { perSecond: 100 });
    await untilCounted(member.store, { deadLetters: 1 });
    const [letter] = await member.store.read((transaction) => readDeadLetters(transaction, { limit: 10 }));
    expect(letter).toMatchObject({ code: 'WRONG_PARTITION', subject });
    expect((await seen(member.store)).counts).toMatchObject({ inferences: 0, outcomes: 0 });
  });

  test('refuse what one writes that has lost its partitions without knowing it', async () => {
    const url = await postgres.createDatabase(`fence_${databases}`);
    const store = await openPostgresStore({ url });
    const owned = { owner: 'old', epoch: 1 };
    const engineOf = (id: string, epoch: number) =>
      createPartitionEngine({
        store,
        id,
        partitions: 16,
        models: [model],
        clock: Date.now,
        owned: new Map([[3, { owner: id, epoch }]]),
        logger: { debug() {}, info() {}, warn() {}, error() {} },
      });
    const take = async (id: string, from: typeof owned | undefined) =>
      (await takePartitions(store, id, new Map([[3, from]]))).size === 1;
    expect(await take('old', undefined)).toBe(true);
    const old = await engineOf('old', 1);
    old.readThrough(10, startAt);
    await old.commit();
    // It is paused here, and taken for dead.
    expect(await take('new', owned)).toBe(true);
    expect(await take('third', owned)).toBe(false);
    const next = await engineOf('new', 2);
    old.readThrough(20, startAt + 5_000);
    await expect(old.commit()).rejects.toMatchObject({
      code: 'REVISION_CONFLICT',
      details: { collection: 'partition_positions' },
    });
    await expect(engineOf('old', 1)).rejects.toMatchObject({ code: 'REVISION_CONFLICT' });
    next.readThrough(30, startAt + 6_000);
    await next.commit();
    await store.close();
  });
});

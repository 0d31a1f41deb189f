import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import type { InferenceEvent } from '@plumbline/sdk/event';
import {
  columnarContentType,
  deadLetterStreamName,
  inferenceSubject,
  outcomeSubject,
  streamName,
} from '@plumbline/sdk/subjects';
import { encodeInferences, encodeOutcomes } from '@plumbline/sdk/wire';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { breakMessage } from '../../../test/faults/break-message.ts';
import { makeLedger, publishAll } from '../../../test/faults/ledger.ts';
import { type NatsServer, startNatsServer } from '../../../test/stack/nats-server.ts';
import { type Bus, connectBus } from '../bus/index.ts';
import { rowTime } from '../cli/csv.ts';
import { replay } from '../cli/replay.ts';
import { readReplayOptions } from '../cli/replay-options.ts';
import { budgetSettings, collectorSettings } from '../config/settings.ts';
import { PlumblineError } from '../errors.ts';
import { encodeProfile, type Profile, profileTotals } from '../profile/index.ts';
import { readCounts } from '../store/counts.ts';
import { readDeadLetters } from '../store/dead-letters.ts';
import { readFindings, readProfiles, readReference } from '../store/history.ts';
import { jsonCollection, type Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { createEngine, type Engine } from './engine.ts';
import { createIngest, type Ingest, type IngestOptions } from './ingest.ts';
import { silentLogger } from './logger.ts';
import { ReadingThread } from './reading/reading-thread.ts';
import { hourMs, inference, inferences, outcome, Producer, testModel } from './testing/traffic.ts';

const start = 1_700_000_400_000 - (1_700_000_400_000 % hourMs);

let directory: string;
let server: NatsServer;
let admin: NatsConnection;
let bus: Bus;
let store: Store;
let ingest: Ingest | undefined;
let readingThread: ReadingThread | undefined;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plumbline-ingest-'));
  server = await startNatsServer({ directory });
  admin = await connect({ ...server.admin });
});

afterAll(async () => {
  await admin.close();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

function natsSettings() {
  const { servers, user, pass, inboxPrefix } = server.collector;
  const nats = { url: servers, user, password: pass, inboxPrefix, maximumBytes: 64 * 1_048_576 };
  return collectorSettings.parse({ nats }).nats;
}

beforeEach(async () => {
  bus = await connectBus({ nats: natsSettings() });
  store = await openSqliteStore({ path: ':memory:' });
});

afterEach(async () => {
  await ingest?.stop().catch(() => undefined);
  ingest = undefined;
  await bus.close();
  await store.close();
  const manager = await jetstreamManager(admin);
  await manager.streams.delete(streamName);
  await manager.streams.delete(deadLetterStreamName);
});

function openEngine(on = store): Promise<Engine> {
  return createEngine({
    store: on,
    models: [testModel()],
    budget: budgetSettings.parse({}),
    clock: Date.now,
    logger: silentLogger,
    partitions: bus.partitions,
  });
}

async function startIngest(changes: Partial<IngestOptions> = {}): Promise<Ingest> {
  ingest = createIngest({
    bus,
    openEngine: () => openEngine(),
    commitEveryMs: 20,
    logger: silentLogger,
    retryMs: 20,
    readingThread,
    handOverAt: 0,
    ...changes,
  });
  await ingest.start();
  return ingest;
}

async function publish(subject: string, data: Uint8Array, contentType = columnarContentType): Promise<void> {
  const meta = headers();
  meta.set('content-type', contentType);
  await jetstream(admin).publish(subject, data, { headers: meta });
}

async function publishRows(producer: Producer, prefix: string, count: number): Promise<void> {
  const rows = inferences(prefix, count, start, hourMs);
  await publish(inferenceSubject(0, 'credit'), encodeInferences(rows, producer.next()));
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let wait = 0; wait < 1_000; wait++) {
    if (await isSo()) return;
    await new Promise((resume) => setTimeout(resume, 10));
  }
  throw new Error(`waited in vain: ${ingest?.problems().join('; ')}`);
}

const counted = async (rows: number) => (await store.read(readCounts)).inferences >= rows;

async function rowsOf(): Promise<number> {
  const profiles = await store.read((tx) =>
    readProfiles(tx, { model: 'credit', environment: 'production', version: '1' }),
  );
  return profiles.reduce((sum, { profile }) => sum + profileTotals(profile).rows, 0);
}

describe.each(['this thread', 'a thread of its own'])('the ingest, where %s reads', (reader) => {
  beforeAll(() => {
    if (reader !== 'this thread') readingThread = new ReadingThread(natsSettings());
  });

  afterAll(async () => {
    await readingThread?.stop();
    readingThread = undefined;
  });

  test('counts what is on the stream and what comes later, and says when it keeps up', async () => {
    const producer = new Producer('p');
    for (let batch = 0; batch < 5; batch++) await publishRows(producer, `a${batch}`, 20);
    const running = await startIngest();
    await until(() => counted(100));
    await publishRows(producer, 'later', 20);
    await publish(
      outcomeSubject(0, 'credit'),
      encodeOutcomes([outcome('later-0', start + hourMs, 'yes')], producer.next()),
    );
    await until(async () => (await store.read(readCounts)).outcomes === 1);
    expect(await rowsOf()).toBe(120);
    expect(running.lagMessages()).toBe(0);
    expect(running.problems()).toEqual([]);
    await running.stop();
    expect(running.problems()).toEqual(['reading has stopped']);
  });

  test('counts rows of sampled traffic in whole numbers of what they stand for', async () => {
    const rows = inferences('sampled', 100, start, hourMs, { weight: 10 / 3 });
    await publish(inferenceSubject(0, 'credit'), encodeInferences(rows, new Producer('p').next()));
    await startIngest();
    await until(() => counted(100));
    const stoodFor = await rowsOf();
    expect(Number.isInteger(stoodFor)).toBe(true);
    // Each is 3 or 4, so the sum is within five times its error.
    expect(Math.abs(stoodFor - 1_000 / 3)).toBeLessThan(5 * Math.sqrt(100 * (1 / 3) * (2 / 3)));
  });

  test('commits what it has read when it is stopped', async () => {
    const running = await startIngest({ commitEveryMs: 3_600_000 });
    const producer = new Producer('p');
    // The first rows of a version are committed at once: what is known of it is in the store.
    await publishRows(producer, 'a', 20);
    await until(() => counted(20));
    await publishRows(producer, 'b', 20);
    await until(() => running.lagMessages() === 0 && running.problems().length === 0);
    // The message is on its way or applied, and not committed yet.
    await new Promise((resume) => setTimeout(resume, 200));
    expect(await counted(21)).toBe(false);
    await running.stop();
    expect(await rowsOf()).toBe(40);
  });

  test('counts events from the future when the broker stored them: a clock that runs ahead closes no window', async () => {
    const producer = new Producer('p');
    const now = Date.now();
    const rows = inferences('honest', 20, now - 60_000, 60_000);
    const ahead = inferences('ahead', 5, now + 365 * 24 * hourMs, hourMs);
    for (const events of [rows.slice(0, 10), ahead, rows.slice(10)]) {
      await publish(inferenceSubject(1, 'credit'), encodeInferences(events, producer.next()));
    }
    await startIngest();
    await until(() => counted(25));
    expect(await store.read(readCounts)).toMatchObject({ inferences: 25, clampedEvents: 5, lateInferences: 0 });
    const windows = await store.read((tx) =>
      readProfiles(tx, { model: 'credit', environment: 'production', version: '1' }),
    );
    for (const { from, closed } of windows) {
      expect(from).toBeLessThanOrEqual(Date.now());
      expect(closed).toBe(false);
    }
  });

  test('puts aside what it cannot read or does not know, and goes on', async () => {
    const producer = new Producer('p');
    await publishRows(producer, 'a', 20);
    await publish(inferenceSubject(1, 'credit'), Buffer.from('no frame'));
    await publish(inferenceSubject(1, 'credit'), Buffer.from('{}'), 'text/html');
    const strangers = inferences('s', 7, start, hourMs, { model: 'stranger' });
    await publish(inferenceSubject(2, 'stranger'), encodeInferences(strangers, producer.next()));
    await publishRows(producer, 'b', 20);
    await startIngest();
    await until(() => counted(40));
    expect(await store.read(readCounts)).toMatchObject({ inferences: 40, deadLetters: 3, unknownModelEvents: 7 });
    const letters = await store.read((tx) => readDeadLetters(tx, { limit: 10 }));
    expect(letters).toMatchObject([
      {
        id: '4',
        code: 'UNKNOWN_MODEL',
        reason: 'no model named "stranger" is configured',
        subject: inferenceSubject(2, 'stranger'),
      },
      { id: '3', code: 'UNSUPPORTED_CONTENT_TYPE', bytes: 2 },
      { id: '2', code: 'BAD_FRAME', bytes: 8 },
    ]);
    const manager = await jetstreamManager(admin);
    expect((await manager.streams.info(deadLetterStreamName)).state.messages).toBe(3);
  });

  test('waits for a store that fails, says so, and loses nothing', async () => {
    let failures = 0;
    const flaky: Store = {
      ...store,
      read: (work) => store.read(work),
      close: () => store.close(),
      transaction: (work) =>
        failures-- > 0
          ? Promise.reject(new PlumblineError('STORE_UNAVAILABLE', 'the disk is full'))
          : store.transaction(work),
    };
    const running = await startIngest({ openEngine: () => openEngine(flaky) });
    const producer = new Producer('p');
    await publishRows(producer, 'a', 20);
    await until(() => counted(20));
    failures = 4;
    await publishRows(producer, 'b', 20);
    await until(() => running.problems()[0] === 'counts cannot be stored (STORE_UNAVAILABLE): the disk is full');
    await publishRows(producer, 'c', 20);
    await until(() => counted(60));
    await until(() => running.problems().length === 0);
    expect(await rowsOf()).toBe(60);
    expect((await store.read(readCounts)).duplicateBatches).toBe(0);
  });

  test('puts aside a batch on which the engine fails, with nothing of it counted', async () => {
    const openFailing = async (): Promise<Engine> => {
      const engine = await openEngine();
      return new Proxy(engine, {
        get(target, name) {
          if (name !== 'apply') {
            const member: unknown = Reflect.get(target, name);
            return typeof member === 'function' ? member.bind(target) : member;
          }
          return (...args: Parameters<Engine['apply']>) => {
            const result = target.apply(...args);
            if (!args[0].ids.includes('bad-0')) return result;
            // As the engine does when it fails in the middle of a batch.
            void target.close();
            throw new Error('a bug');
          };
        },
      });
    };
    const producer = new Producer('p');
    await publishRows(producer, 'a', 20);
    await publishRows(producer, 'bad', 20);
    await publishRows(producer, 'b', 20);
    await startIngest({ openEngine: openFailing });
    await until(() => counted(40));
    expect(await rowsOf()).toBe(40);
    expect(await store.read(readCounts)).toMatchObject({ inferences: 40, deadLetters: 1, duplicateBatches: 0 });
    const [letter] = await store.read((tx) => readDeadLetters(tx, { limit: 1 }));
    expect(letter).toMatchObject({ code: 'INTERNAL', id: '2' });
  });

  test('stops for good when another collector has taken over', async () => {
    const running = await startIngest();
    const producer = new Producer('p');
    await publishRows(producer, 'a', 20);
    await until(() => counted(20));
    const positions = jsonCollection<{ sequence: number }>('stream_positions');
    await store.transaction((tx) => tx.put(positions, '0', { sequence: 1 }));
    await publishRows(producer, 'b', 20);
    await until(() => running.problems()[0]?.startsWith('another collector') === true);
    await publishRows(producer, 'c', 20);
    await new Promise((resume) => setTimeout(resume, 100));
    expect(await rowsOf()).toBe(20);
    await running.stop();
    expect(await rowsOf()).toBe(20);
  });

  test('makes a stream again that is gone, says that it is another, and counts what lies on that one from its start', async () => {
    const said: string[] = [];
    const running = await startIngest({ logger: { ...silentLogger, error: (_, text) => void said.push(text) } });
    await publishRows(new Producer('p'), 'a', 20);
    await until(() => counted(20));
    await (await jetstreamManager(admin)).streams.delete(streamName);
    await until(() => said.includes('stream regressed'));
    await publishRows(new Producer('q'), 'b', 20);
    await until(() => counted(40));
    expect(await store.read(readCounts)).toMatchObject({ inferences: 40, streamRegressions: 1, duplicateBatches: 0 });
    expect(running.problems()).toEqual([]);
  });

  test('counts what the broker lost from the middle of its stream, and not what went before reading began', async () => {
    const producer = new Producer('p');
    for (let batch = 0; batch < 5; batch++) await publishRows(producer, `a${batch}`, 20);
    const { streams } = await jetstreamManager(admin);
    for (const lost of [1, 3, 4]) await streams.deleteMessage(streamName, lost);
    const said: object[] = [];
    await startIngest({ logger: { ...silentLogger, error: (fields) => void said.push(fields) } });
    await until(() => counted(40));
    expect(await store.read(readCounts)).toMatchObject({ inferences: 40, missedMessages: 2, streamRegressions: 0 });
    expect(said).toEqual([{ after: 2, missed: 2 }]);
  });

  test('does not wait for what lies in a broken file of the broker, which counts it among what is to come', async () => {
    const producer = new Producer('p');
    const broken = encodeInferences(inferences('b', 20, start, hourMs), producer.next());
    await publishRows(producer, 'a', 20);
    await publish(inferenceSubject(0, 'credit'), broken);
    await publishRows(producer, 'c', 20);
    await Promise.all([admin.close(), bus.close(), readingThread?.stop()]);
    await breakMessage(server, directory, broken);
    admin = await connect({ ...server.admin });
    bus = await connectBus({ nats: natsSettings() });
    const said: string[] = [];
    const running = await startIngest({ logger: { ...silentLogger, warn: (_, text) => void said.push(text) } });
    await until(() => counted(40));
    await until(() => running.lagMessages() === 0);
    expect(running.behindSince()).toBe(null);
    expect(said).toContain('messages that were to come are not there');
    expect(await store.read(readCounts)).toMatchObject({ inferences: 40, missedMessages: 1, deadLetters: 0 });
  });

  test('reads no faster than the store takes it', async () => {
    const producer = new Producer('p');
    for (let batch = 0; batch < 30; batch++) await publishRows(producer, `a${batch}`, 200);
    let most = 0;
    const engine = await openEngine();
    const watched = new Proxy(engine, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (name === 'apply') most = Math.max(most, target.uncommittedBytes());
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    const limit = 100_000;
    await startIngest({ openEngine: async () => watched, commitEveryMs: 3_600_000, maximumUncommittedBytes: limit });
    await until(() => ingest!.lagMessages() === 0 && ingest!.problems().length === 0);
    await ingest!.stop();
    expect(await rowsOf()).toBe(6_000);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(limit);
  });
});

describe('a reading thread', () => {
  beforeEach(() => {
    readingThread = new ReadingThread(natsSettings());
  });

  afterEach(async () => {
    await ingest?.stop();
    await readingThread?.stop();
    readingThread = undefined;
  });

  test('is followed by another when it ends, and nothing is counted twice', async () => {
    await startIngest();
    const producer = new Producer('p');
    await publishRows(producer, 'a', 20);
    await until(() => counted(20));
    await readingThread?.stop();
    await publishRows(producer, 'b', 20);
    await until(() => counted(40));
    expect(await store.read(readCounts)).toMatchObject({ inferences: 40, duplicateBatches: 0 });
  });

  test('says with a code why it cannot read', async () => {
    const locked = new ReadingThread({ ...natsSettings(), password: 'wrong' });
    await expect(locked.read({ after: 0 })).rejects.toMatchObject({
      code: 'BROKER_UNAVAILABLE',
      message: expect.stringMatching(/user|password|Authorization/i),
    });
    await locked.stop();
  });

  test('takes over from one that has fallen behind', async () => {
    const said: string[] = [];
    const producer = new Producer('p');
    for (let batch = 0; batch < 30; batch++) await publishRows(producer, `a${batch}`, 5);
    const logger = { ...silentLogger, info: (_: object, text: string) => void said.push(text) };
    await startIngest({ logger, handOverAt: 20 });
    await until(() => counted(150));
    expect(said).toContain('a thread of its own reads from now on');
    expect(await rowsOf()).toBe(150);
  });

  test('leads to the same windows, findings and counts, bit for bit', async () => {
    const truth = makeLedger({
      model: 'credit',
      producer: 'app',
      seed: 5,
      inferences: 4_000,
      rowsPerBatch: 40,
      windowMs: hourMs,
      startAt: start,
      stepMs: 5_000,
    });
    await publishAll(admin, truth.batches, { perSecond: 5_000 });
    const expected = { inferences: truth.inferences, outcomes: truth.outcomes };
    const [here, there] = await Promise.all(
      [undefined, readingThread].map(async (thread) => {
        const own = await openSqliteStore({ path: ':memory:' });
        const openEngineOn = () => openEngine(own);
        // Outcomes wait long for their commit, while the memory that they came in is used again and again.
        const running = createIngest({
          bus,
          openEngine: openEngineOn,
          commitEveryMs: 400,
          logger: silentLogger,
          readingThread: thread,
          handOverAt: 0,
        });
        await running.start();
        await until(async () => {
          const counts = await own.read(readCounts);
          return counts.inferences >= truth.inferences && counts.outcomes >= truth.outcomes;
        });
        await running.stop();
        const seen = await own.read(async (transaction) => {
          const keys = ['1', '2'].map((version) => ({ model: 'credit', environment: 'production', version }));
          return {
            counts: await readCounts(transaction),
            profiles: await Promise.all(
              keys.map(async (key) =>
                (await readProfiles(transaction, key)).map(({ from, profile }) => ({
                  from,
                  profile: Buffer.from(encodeProfile(profile)).toString('base64'),
                })),
              ),
            ),
            findings: await Promise.all(keys.map((key) => readFindings(transaction, key))),
          };
        });
        await own.close();
        return seen;
      }),
    );
    expect(here?.counts).toMatchObject({ ...expected, joinedOutcomes: truth.outcomes });
    expect(here?.findings.flat().length).toBeGreaterThan(0);
    expect(there).toEqual(here);
  });
});

describe('a stream of rows', () => {
  const windowRows = 100;
  const columns = [
    ...['income', 'town'].map((name) => ({ name, role: 'feature' })),
    ...['prediction', 'score', 'label'].map((name) => ({ name, role: name })),
    { name: 'sex', role: 'group' },
  ];
  const spec = { model: 'credit', positive: 'yes', columns, groups: [{ attribute: 'sex' }], reference: 400 };

  /** Twenty windows, the last eight of them with other incomes. */
  const events = Array.from({ length: 20 * windowRows }, (_, row): InferenceEvent => {
    const event = inference(`row-${String(row + 1).padStart(12, '0')}`, rowTime(row, windowRows), { latencyMs: null });
    const shift = row < 12 * windowRows ? 0 : 400;
    return { ...event, features: { ...event.features, income: Number(event.features.income) + shift } };
  });
  const labels = events.map(({ id, time }, row) => outcome(id, time, row % 7 === 0 ? 'yes' : 'no'));

  async function replayed() {
    const path = join(directory, 'rows.csv');
    const cells = events.map(({ features, prediction, score, groups }, row) =>
      [features.income, features.town, prediction, score, labels[row]?.value, groups.sex].join(','),
    );
    writeFileSync(path, ['income,town,prediction,score,label,sex', ...cells].join('\n'));
    writeFileSync(join(directory, 'spec.yaml'), JSON.stringify(spec));
    const options = await readReplayOptions([
      path,
      '--spec',
      join(directory, 'spec.yaml'),
      '--window',
      `${windowRows}`,
    ]);
    if (options === null) throw new Error('the options ask for help');
    return replay(options, { show: () => {}, clear: () => {} });
  }

  test('gives the reference, windows, evidence and alarms of its replay from a file, bit for bit', async () => {
    const { settings, windows, reference } = await replayed();
    // An app whose rows and labels go over all partitions, those of a window in another order than in the file.
    const parts = Array.from({ length: 100 }, (_, part) => ({ from: part * 20, window: Math.floor(part / 5) }));
    const shuffled = parts.toSorted((a, b) => a.window - b.window || (a.from % 37) - (b.from % 37));
    const producer = new Producer('app');
    for (const [index, { from }] of shuffled.entries()) {
      const partition = index % 16;
      const rows = encodeInferences(events.slice(from, from + 20), producer.next());
      await publish(inferenceSubject(partition, 'credit'), rows);
      const known = encodeOutcomes(labels.slice(from, from + 20), producer.next());
      await publish(outcomeSubject(partition, 'credit'), known);
    }
    await startIngest({
      openEngine: () =>
        createEngine({
          store,
          models: [settings],
          budget: budgetSettings.parse({}),
          clock: Date.now,
          logger: silentLogger,
          partitions: bus.partitions,
        }),
    });
    await until(async () => (await store.read(readCounts)).outcomes >= labels.length);
    await ingest?.stop();
    const key = { model: 'credit', environment: settings.environment, version: '1' };
    const found = await store.read(async (transaction) => ({
      profiles: await readProfiles(transaction, key),
      findings: await readFindings(transaction, key),
      reference: await readReference(transaction, key),
    }));
    expect(found.reference?.id).toBe(reference.id);
    const bytes = (one: { readonly from: number; readonly profile: Profile }) => [
      one.from,
      Buffer.from(encodeProfile(one.profile)).toString('base64'),
    ];
    expect(found.profiles.map(bytes)).toEqual(windows.map(bytes));
    // The last window of a stream is open.
    const closed = windows.slice(0, -1).filter(({ findings }) => findings.length > 0);
    expect(found.findings).toEqual(closed.map(({ from, findings }) => expect.objectContaining({ from, findings })));
    const alarms = closed.flatMap(({ findings }) => findings.filter(({ verdict }) => verdict === 'alarm'));
    expect(alarms.map(({ signal }) => signal)).toContain('feature:income');
  });
});

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { columnarContentType, inferenceSubject } from '@plumbline/sdk/subjects';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectBus } from '../../collector/src/bus/index.ts';
import { collectorSettings } from '../../collector/src/config/settings.ts';
import { joinBlocks } from '../../collector/src/main/join-blocks.ts';
import { decodePieces, idOf } from '../../collector/src/main/join-piece.ts';
import { joins } from '../../collector/src/main/join-record.ts';
import { findSignal, profileTotals, signalMoments } from '../../collector/src/profile/index.ts';
import { type Counts, readCounts } from '../../collector/src/store/counts.ts';
import { readDeadLetters } from '../../collector/src/store/dead-letters.ts';
import { readProfiles } from '../../collector/src/store/history.ts';
import { openSqliteStore } from '../../collector/src/store/sqlite.ts';
import { type NatsServer, startNatsServer } from '../stack/nats-server.ts';
import { type ManagedProcess, startProcess } from '../stack/process.ts';
import { type Ledger, makeLedger, publishAll, randomNumbers, type WindowTruth } from './ledger.ts';

const windowMs = 60_000;
const startAt = 1_700_000_040_000 - (1_700_000_040_000 % windowMs);
const model = {
  name: 'credit risk',
  positive: 'yes',
  window: '1m',
  lateness: '10s',
  outcomeDelay: '1m',
  reference: { rows: 200 },
};

let directory: string;
let server: NatsServer;
let publisher: NatsConnection;
let reading: ManagedProcess | undefined;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plumbline-faults-'));
  server = await startNatsServer({ directory: join(directory, 'nats') });
  // The stream is there before anybody publishes.
  await (await connectBus({ nats: natsSettings() })).close();
  publisher = await connect({ ...server.admin, reconnectTimeWait: 50, reconnectJitter: 20, maxReconnectAttempts: -1 });
});

afterEach(async () => {
  await reading?.kill();
  reading = undefined;
  await publisher.close();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

function natsSettings() {
  const { servers, user, pass, inboxPrefix } = server.collector;
  const nats = { url: servers, user, password: pass, inboxPrefix, maximumBytes: 256 * 1_048_576 };
  return collectorSettings.parse({ nats }).nats;
}

function startReading(): Promise<ManagedProcess> {
  const { servers, user, pass, inboxPrefix } = server.collector;
  const settings = {
    nats: { url: servers, user, password: pass, inboxPrefix, maximumBytes: 256 * 1_048_576 },
    store: { sqlite: join(directory, 'collector.sqlite') },
    model,
    commitEveryMs: 40,
  };
  return startProcess({
    name: 'collector',
    command: process.execPath,
    args: [new URL('./collector-process.ts', import.meta.url).pathname],
    env: { FAULT_SETTINGS: JSON.stringify(settings) },
  });
}

function ledger(changes: Partial<Parameters<typeof makeLedger>[0]> = {}): Ledger {
  return makeLedger({
    model: model.name,
    producer: 'producer-1',
    seed: 7,
    inferences: 6_000,
    rowsPerBatch: 25,
    windowMs,
    startAt,
    stepMs: 200,
    ...changes,
  });
}

/** What the store holds, by the same keys as the truth. */
async function stored(): Promise<{ windows: Map<string, WindowTruth>; counts: Counts; ids: Set<string> }> {
  const store = await openSqliteStore({ path: join(directory, 'collector.sqlite'), readOnly: true });
  const read = await store.read(async (tx) => {
    const windows = new Map<string, WindowTruth>();
    for (const version of ['1', '2']) {
      const key = { model: model.name, environment: 'production', version };
      for (const { from, profile } of await readProfiles(tx, key)) {
        const { rows, labelled } = profileTotals(profile);
        // A version that has no reference yet has only totals.
        const isKnown = findSignal(profile.shape, 'feature:number') !== undefined;
        const mean = isKnown ? signalMoments(profile, 'feature:number').mean : Number.NaN;
        // Sums are kept in 2^-26 of a standard deviation: far finer than one.
        windows.set(`${version} ${from}`, { rows, labelled, sum: Math.round((mean ?? 0) * rows) });
      }
    }
    const ids = new Set((await tx.range(joins, {})).map(({ key }) => key.slice(key.indexOf('/') + 1)));
    for (const { value } of await tx.range(joinBlocks, {})) {
      for (const piece of decodePieces(value)) for (let row = 0; row < piece.rows; row++) ids.add(idOf(piece, row));
    }
    return { windows, counts: await readCounts(tx), ids };
  });
  await store.close();
  return read;
}

async function untilCounted(expected: Partial<Counts>): Promise<void> {
  for (let wait = 0; wait < 900; wait++) {
    const store = await openSqliteStore({ path: join(directory, 'collector.sqlite'), readOnly: true });
    const counts = await store.read(readCounts);
    await store.close();
    // `>=`: too many is found by the comparison that follows, not by waiting.
    const keys = Object.keys(expected) as (keyof Counts)[];
    if (keys.every((key) => Number(counts[key]) >= Number(expected[key]))) return;
    await new Promise((resume) => setTimeout(resume, 100));
  }
  throw new Error(`not counted in time: ${JSON.stringify((await stored()).counts)}\n${reading?.output()}`);
}

function merged(...ledgers: readonly Ledger[]): Map<string, WindowTruth> {
  const windows = new Map<string, WindowTruth>();
  for (const one of ledgers) {
    for (const [key, { rows, sum, labelled }] of one.windows) {
      const before = windows.get(key) ?? { rows: 0, sum: 0, labelled: 0 };
      windows.set(key, { rows: before.rows + rows, sum: before.sum + sum, labelled: before.labelled + labelled });
    }
  }
  return windows;
}

function byKey(windows: ReadonlyMap<string, WindowTruth>) {
  return Object.fromEntries([...windows].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Each takes seconds; on a machine that does a dozen other things it takes a minute. */
const timeout = 120_000;

describe('a collector that is killed', { timeout }, () => {
  test('again and again while batches come twice, in disorder and broken, counts every event once', async () => {
    const truth = ledger();
    const random = randomNumbers(11);
    // One batch in ten comes again later under another message id: the broker cannot know that it is the same.
    const sent = truth.batches.map((batch, index) => ({ batch, place: index }));
    for (const { batch, place } of [...sent]) {
      if (random() >= 0.1) continue;
      const later = place + random() * (truth.batches.length - place);
      sent.push({ batch: { ...batch, messageId: `again-${batch.messageId}` }, place: later });
    }
    const repeats = sent.length - truth.batches.length;
    const poison = Array.from({ length: 6 }, (_, index) => ({
      subject: index % 2 === 0 ? inferenceSubject(3, model.name) : inferenceSubject(index, 'nobody knows it'),
      data: index % 2 === 0 ? Buffer.from(`poison ${index}`) : truth.batches[index]!.data,
      messageId: `poison-${index}`,
    }));
    for (const batch of poison) sent.push({ batch, place: random() * truth.batches.length });
    sent.sort((a, b) => a.place - b.place);

    reading = await startReading();
    const publishing = publishAll(
      publisher,
      sent.map(({ batch }) => batch),
      { perSecond: 330 },
    );
    for (let kill = 0; kill < 6; kill++) {
      await new Promise((resume) => setTimeout(resume, 100 + random() * 500));
      await reading.kill();
      reading = await startReading();
    }
    await publishing;
    await untilCounted({
      inferences: truth.inferences,
      outcomes: truth.outcomes,
      duplicateBatches: repeats,
      deadLetters: 6,
    });
    expect((await reading.stop()).code).toBe(0);

    const { windows, counts, ids } = await stored();
    expect(byKey(windows)).toEqual(byKey(truth.windows));
    expect(counts).toMatchObject({
      inferences: truth.inferences,
      outcomes: truth.outcomes,
      joinedOutcomes: truth.outcomes,
      waitingOutcomes: 0,
      refusedOutcomes: 0,
      duplicateBatches: repeats,
      deadLetters: 6,
      streamRegressions: 0,
      missedMessages: 0,
    });
    expect(ids).toEqual(truth.ids);
    const store = await openSqliteStore({ path: join(directory, 'collector.sqlite'), readOnly: true });
    const letters = await store.read((tx) => readDeadLetters(tx, { limit: 100 }));
    await store.close();
    expect(letters.map(({ code }) => code).sort()).toEqual([
      'BAD_FRAME',
      'BAD_FRAME',
      'BAD_FRAME',
      'SUBJECT_MISMATCH',
      'SUBJECT_MISMATCH',
      'SUBJECT_MISMATCH',
    ]);
  });

  test('and comes back late reads on from its last commit: nothing twice', async () => {
    const truth = ledger({ inferences: 6_000 });
    const middle = Math.floor(truth.batches.length / 2);
    reading = await startReading();
    await publishAll(publisher, truth.batches.slice(0, middle), { perSecond: 5_000 });
    await reading.kill();
    await publishAll(publisher, truth.batches.slice(middle), { perSecond: 5_000 });
    reading = await startReading();
    await untilCounted({ inferences: truth.inferences, outcomes: truth.outcomes });
    await reading.stop();
    const { windows, counts } = await stored();
    expect(byKey(windows)).toEqual(byKey(truth.windows));
    expect(counts).toMatchObject({ inferences: truth.inferences, outcomes: truth.outcomes, duplicateBatches: 0 });
  });
});

describe('a nats-server that is killed', { timeout }, () => {
  test('and the collector too, at random moments: every event counts once', async () => {
    const truth = ledger({ inferences: 12_000, seed: 23 });
    const random = randomNumbers(5);
    reading = await startReading();
    const publishing = publishAll(publisher, truth.batches, { perSecond: 250 });
    for (let fault = 0; fault < 4; fault++) {
      await new Promise((resume) => setTimeout(resume, 200 + random() * 400));
      await server.kill();
      if (fault % 2 === 1) await reading.kill();
      await server.restart();
      if (fault % 2 === 1) reading = await startReading();
    }
    await publishing;
    await untilCounted({ inferences: truth.inferences, outcomes: truth.outcomes });
    expect((await reading.stop()).code).toBe(0);
    const { windows, counts, ids } = await stored();
    expect(byKey(windows)).toEqual(byKey(truth.windows));
    expect(counts).toMatchObject({
      inferences: truth.inferences,
      outcomes: truth.outcomes,
      joinedOutcomes: truth.outcomes,
      streamRegressions: 0,
      deadLetters: 0,
    });
    expect(ids).toEqual(truth.ids);
  });

  test('and lost the end of its stream: what comes after in the same places is counted, the rest not twice', async () => {
    const before = ledger({ inferences: 3_000 });
    const lost = ledger({ inferences: 1_000, producer: 'producer-2', seed: 8, firstNumber: 100_000 });
    const after = ledger({ inferences: 2_000, producer: 'producer-3', seed: 9, firstNumber: 200_000 });
    reading = await startReading();
    await publishAll(publisher, before.batches, { perSecond: 5_000 });
    await untilCounted({ inferences: 3_000 });
    const store = join(directory, 'nats', 'store');
    await server.stop();
    cpSync(store, `${store}-earlier`, { recursive: true });
    await server.restart();
    await publishAll(publisher, lost.batches, { perSecond: 5_000 });
    await untilCounted({ inferences: 4_000 });
    await server.kill();
    rmSync(store, { recursive: true });
    cpSync(`${store}-earlier`, store, { recursive: true });
    await server.restart();
    // The producer of the lost batches is told that they are new, and sends one of them again.
    await publishAll(publisher, [...lost.batches.slice(0, 3), ...after.batches], { perSecond: 5_000 });
    await untilCounted({ inferences: 6_000, streamRegressions: 1 });
    await reading.stop();
    const { windows, counts } = await stored();
    expect(byKey(windows)).toEqual(byKey(merged(before, lost, after)));
    expect(counts).toMatchObject({ inferences: 6_000, streamRegressions: 1, duplicateBatches: 3 });
  });
});

test('a batch in JSON lines by any client is counted like the others', { timeout }, async () => {
  reading = await startReading();
  const line = JSON.stringify({
    kind: 'inference',
    id: 'from-python',
    time: startAt,
    model: model.name,
    version: '1',
    features: { number: 5 },
    prediction: 'yes',
    score: 0.9,
  });
  const meta = headers();
  meta.set('content-type', 'application/x-ndjson');
  const client = jetstream(publisher);
  await client.publish(inferenceSubject(0, model.name), `${line}\n`, { msgID: 'python:1', headers: meta });
  const bad = headers();
  bad.set('content-type', columnarContentType);
  await client.publish(inferenceSubject(0, model.name), `${line}\n`, { msgID: 'python:2', headers: bad });
  await untilCounted({ inferences: 1, deadLetters: 1 });
  await reading.stop();
  expect((await stored()).ids).toEqual(new Set(['from-python']));
});

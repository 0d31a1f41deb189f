import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { budgetSettings, type ModelSettings } from '../config/settings.ts';
import { coverageOf } from '../monitor/index.ts';
import {
  decodeProfile,
  encodeProfile,
  exemplarsOf,
  overallConfusion,
  profileTotals,
  type Reference,
} from '../profile/index.ts';
import {
  listVersionsSeen,
  putReference,
  readCounts,
  readFindings,
  readProfiles,
  readReference,
} from '../store/history.ts';
import type { Store, Transaction } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { type ClosedWindow, createEngine, type Engine, type EngineOptions } from './engine.ts';
import { joins } from './join-record.ts';
import { silentLogger } from './logger.ts';
import { again, hourMs, inference, inferences, outcome, Producer, testModel } from './testing/traffic.ts';

const start = 1_700_000_400_000 - (1_700_000_400_000 % hourMs);
const one = { model: 'credit', environment: 'production', version: '1' };

let store: Store;

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
});
afterEach(() => store.close());

function engineOn(changes: Partial<EngineOptions> = {}): Promise<Engine> {
  return createEngine({
    store,
    models: [testModel()],
    budget: budgetSettings.parse({}),
    clock: () => 42,
    logger: silentLogger,
    ...changes,
  });
}

/** Totals of every window of a version, by hours since the start. */
async function windowsOf(version = '1', on = store) {
  const profiles = await on.read((tx) => readProfiles(tx, { ...one, version }));
  return profiles.map(({ from, closed, reference, profile }) => {
    const { rows, labelled, agreements, disagreements } = profileTotals(profile);
    return {
      hour: (from - start) / hourMs,
      rows,
      labelled,
      agreements,
      disagreements,
      closed,
      hasReference: reference !== null,
    };
  });
}

/** A reference made from the first hour of ordinary traffic. */
async function ordinaryReference(settings: ModelSettings = testModel()): Promise<Reference> {
  const other = await openSqliteStore({ path: ':memory:' });
  const engine = await createEngine({
    store: other,
    models: [settings],
    budget: budgetSettings.parse({}),
    clock: () => 0,
    logger: silentLogger,
  });
  const producer = new Producer('reference');
  const rows = inferences('reference', 400, start, hourMs, { model: settings.name });
  engine.apply(producer.inferences(rows), null);
  engine.apply(
    producer.outcomes(rows.map(({ id, time, prediction }) => outcome(id, time + 1, prediction ?? 'no'))),
    null,
  );
  await engine.finish();
  const reference = await other.read((tx) => readReference(tx, one));
  await other.close();
  return reference!;
}

describe('rows', () => {
  test('are counted in the window of their event time and the version that made them', async () => {
    const engine = await engineOn();
    const producer = new Producer('p');
    engine.apply(producer.inferences(inferences('a', 30, start, 2 * hourMs)), null);
    engine.apply(
      producer.inferences([
        ...inferences('b', 10, start + hourMs, hourMs, { version: '2' }),
        ...inferences('c', 5, start, hourMs),
      ]),
      null,
    );
    const result = await engine.commit();
    expect(result).toMatchObject({ inferences: 45, outcomes: 0 });
    expect((await windowsOf('1')).map(({ hour, rows }) => ({ hour, rows }))).toEqual([
      { hour: 0, rows: 20 },
      { hour: 1, rows: 15 },
    ]);
    expect((await windowsOf('2')).map(({ hour, rows }) => ({ hour, rows }))).toEqual([{ hour: 1, rows: 10 }]);
    const versions = await store.read((tx) => listVersionsSeen(tx, one));
    expect(versions).toEqual([
      {
        ...one,
        firstSeenAt: 42,
        firstEventAt: start,
        lastEventAt: start + 2 * hourMs - (2 * hourMs) / 30,
        rows: 35,
      },
      expect.objectContaining({ version: '2', rows: 10 }),
    ]);
    expect(engine.counts()).toMatchObject({ inferences: 45, models: { credit: { inferences: 45, outcomes: 0 } } });
    expect(await store.read(readCounts)).toEqual(engine.counts());
  });

  test.each(['known before', 'learned'])('count as what they stand for where their reference is %s', async (how) => {
    if (how === 'known before') {
      const reference = await ordinaryReference();
      await store.transaction((tx) => putReference(tx, one, reference));
    }
    const engine = await engineOn();
    const producer = new Producer('p');
    const rows = inferences('a', 300, start, hourMs, { weight: 4, capture: 'declared', traceId: 'a'.repeat(32) });
    engine.apply(producer.inferences(rows), null);
    await engine.commit();
    engine.apply(
      producer.outcomes(rows.slice(0, 100).map(({ id, time }, row) => outcome(id, time + 1, row < 50 ? 'yes' : 'no'))),
      null,
    );
    engine.apply(producer.inferences(inferences('b', 40, start + 2 * hourMs, hourMs)), null);
    await engine.finish();
    const [first, second] = await store.read((tx) => readProfiles(tx, one));
    expect(profileTotals(first!.profile)).toMatchObject({ rows: 1_200, labelled: 400 });
    expect(coverageOf(first!.profile)).toEqual({
      ...{ rowsSeen: 300, thinnedShare: 0.75, effectiveRows: 300, captures: ['declared'] },
    });
    expect(coverageOf(second!.profile)).toMatchObject({ rowsSeen: 40, thinnedShare: 0 });
    expect(exemplarsOf(first!.profile).length).toBeGreaterThanOrEqual(5);
    const confusion = overallConfusion(first!.profile);
    expect(confusion.wrong + confusion.right).toBe(400);
    if (how === 'learned') return;
    const [found] = await store.read((tx) => readFindings(tx, one));
    const of = (signal: string) => found!.findings.find((finding) => finding.signal === signal);
    // As many inferences as there were, but as much evidence as came.
    expect(of('data_quality:volume')).toMatchObject({ rows: 1_200 });
    expect(of('feature:income')).toMatchObject({ rows: 300 });
    expect(of('performance:error_rate')).toMatchObject({ rows: 100, statistics: { errorRate: { n: 100 } } });
  });

  test('of times before 1970 are counted like any other', async () => {
    const engine = await engineOn();
    const batch = new Producer('p').inferences(inferences('a', 10, start, hourMs));
    engine.apply({ ...batch, times: batch.times.map((time) => time - start - 2 * hourMs) }, null);
    await engine.commit();
    const profiles = await store.read((tx) => readProfiles(tx, one));
    expect(profiles.map(({ from, profile }) => [from, profileTotals(profile).rows])).toEqual([[-2 * hourMs, 10]]);
  });

  test('of an unknown model change nothing', async () => {
    const engine = await engineOn();
    const batch = new Producer('p').inferences([inference('a', start, { model: 'other' })]);
    const position = { partition: 0, sequence: 1, storedAt: 0, messageId: '' };
    expect(engine.apply(batch, position)).toBe('unknown_model');
    expect(await engine.commit()).toMatchObject({ inferences: 0 });
    expect(await store.read(readCounts)).toMatchObject({ inferences: 0 });
  });

  test('of a batch that comes again are counted once, also after a restart', async () => {
    const producer = new Producer('p');
    const first = producer.inferences(inferences('a', 10, start, hourMs));
    const second = producer.inferences(inferences('b', 10, start, hourMs));
    const engine = await engineOn();
    expect(engine.apply(second, null)).toBe('applied');
    expect(engine.apply(again(second), null)).toBe('duplicate');
    await engine.commit();
    const restarted = await engineOn();
    expect(restarted.apply(first, null)).toBe('applied');
    expect(restarted.apply(again(second), null)).toBe('duplicate');
    await restarted.commit();
    expect(restarted.counts()).toMatchObject({ inferences: 20, duplicateBatches: 2 });
    expect((await windowsOf())[0]).toMatchObject({ rows: 20 });
  });
});

describe('windows', () => {
  test('close once the newest event is later by the lateness, in order, each once', async () => {
    const closed: ClosedWindow[] = [];
    const hooks = { windowClosed: async (_tx: Transaction, window: ClosedWindow) => void closed.push(window) };
    const engine = await engineOn({ hooks });
    const producer = new Producer('p');
    for (let hour = 0; hour < 4; hour++) {
      engine.apply(producer.inferences(inferences(`a${hour}`, 20, start + hour * hourMs, hourMs)), null);
      if (hour !== 1) await engine.commit();
    }
    expect(closed.map(({ from, to, version }) => [(from - start) / hourMs, (to - from) / hourMs, version])).toEqual([
      [0, 1, '1'],
      [1, 1, '1'],
      [2, 1, '1'],
    ]);
    expect(closed.map(({ profile, late, at }) => [profileTotals(profile).rows, late, at])).toEqual([
      [20, false, 42],
      [20, false, 42],
      [20, false, 42],
    ]);
    expect((await windowsOf()).map((window) => window.closed)).toEqual([true, true, true, false]);
    await engine.finish();
    expect(closed.map(({ from }) => (from - start) / hourMs)).toEqual([0, 1, 2, 3]);
  });

  test('of all versions close by the newest event of the model', async () => {
    const closed: string[] = [];
    const hooks = {
      windowClosed: async (_tx: Transaction, { version, from }: ClosedWindow) =>
        void closed.push(`${version} ${(from - start) / hourMs}`),
    };
    const engine = await engineOn({ hooks });
    const producer = new Producer('p');
    engine.apply(producer.inferences(inferences('old', 20, start, hourMs)), null);
    await engine.commit();
    const restarted = await engineOn({ hooks });
    restarted.apply(producer.inferences(inferences('new', 20, start + 2 * hourMs, hourMs, { version: '2' })), null);
    await restarted.commit();
    expect(closed).toEqual(['1 0']);
  });

  test('closed while hooks fail are not closed: nothing of that commit is stored', async () => {
    const hooks = {
      windowClosed: async () => {
        throw new Error('hook failed');
      },
    };
    const producer = new Producer('p');
    const batches = [0, 1, 2].map((hour) =>
      producer.inferences(inferences(`a${hour}`, 20, start + hour * hourMs, hourMs)),
    );
    const engine = await engineOn({ hooks });
    engine.apply(batches[0]!, null);
    await engine.commit();
    engine.apply(batches[1]!, null);
    engine.apply(batches[2]!, null);
    await expect(engine.commit()).rejects.toThrow('hook failed');
    expect(() => engine.apply(batches[2]!, null)).toThrow('make a new one');
    await expect(engine.commit()).rejects.toThrow('make a new one');
    expect(await windowsOf()).toEqual([expect.objectContaining({ hour: 0, rows: 20, closed: false })]);
    const next = await engineOn();
    expect(batches.map((batch) => next.apply(batch, null))).toEqual(['duplicate', 'applied', 'applied']);
    await next.commit();
    expect((await windowsOf()).map(({ rows }) => rows)).toEqual([20, 20, 20]);
  });

  test('count late rows for display, and give them to the detectors with the next window', async () => {
    const closed: ClosedWindow[] = [];
    const reference = await ordinaryReference();
    const engine = await engineOn({
      hooks: { windowClosed: async (_tx, window) => void closed.push(window) },
      startingReference: () => reference,
    });
    const producer = new Producer('p');
    engine.apply(producer.inferences(inferences('a', 50, start, hourMs)), null);
    engine.apply(producer.inferences(inferences('b', 60, start + hourMs, hourMs)), null);
    await engine.commit();
    engine.apply(producer.inferences(inferences('late', 7, start, hourMs)), null);
    await engine.commit();
    const findings = () => store.read((tx) => readFindings(tx, { ...one, to: start + hourMs }));
    const before = await findings();
    expect((await windowsOf()).map(({ rows }) => rows)).toEqual([57, 60]);
    const restarted = await engineOn({ hooks: { windowClosed: async (_tx, window) => void closed.push(window) } });
    restarted.apply(producer.inferences(inferences('c', 10, start + 2 * hourMs, hourMs)), null);
    await restarted.commit();
    expect(closed.map(({ profile, late }) => [profileTotals(profile).rows, late])).toEqual([
      [50, false],
      [67, true],
    ]);
    expect(restarted.counts().lateInferences).toBe(7);
    expect(await findings()).toEqual(before);
    const judged = await store.read((tx) => readFindings(tx, { ...one, from: start + hourMs }));
    expect(judged[0]!.findings.find(({ signal }) => signal === 'score')!.rows).toBe(67);
  });
});

describe('outcomes', () => {
  async function withRows() {
    const reference = await ordinaryReference();
    const engine = await engineOn({ startingReference: () => reference });
    const producer = new Producer('p');
    const rows = inferences('a', 40, start, 2 * hourMs);
    return { engine, producer, rows, reference };
  }

  test('label the window of their inference, however much later they come', async () => {
    const { engine, producer, rows } = await withRows();
    engine.apply(producer.inferences(rows), null);
    await engine.commit();
    engine.apply(producer.inferences(inferences('b', 5, start + 48 * hourMs, hourMs)), null);
    await engine.commit();
    const late = rows.slice(0, 25).map(({ id }) => outcome(id, start + 48 * hourMs, 'yes'));
    engine.apply(producer.outcomes(late), null);
    await engine.commit();
    expect((await windowsOf()).map(({ hour, rows: count, labelled }) => [hour, count, labelled])).toEqual([
      [0, 20, 20],
      [1, 20, 5],
      [48, 5, 0],
    ]);
    expect(engine.counts()).toMatchObject({ outcomes: 25, joinedOutcomes: 25, waitingOutcomes: 0 });
  });

  test('that come first wait for their inference, also through a restart', async () => {
    const { engine, producer, rows } = await withRows();
    engine.apply(producer.outcomes(rows.slice(0, 3).map(({ id, time }) => outcome(id, time + 5, 'yes'))), null);
    await engine.commit();
    expect(engine.counts()).toMatchObject({ joinedOutcomes: 0, waitingOutcomes: 3 });
    const restarted = await engineOn();
    restarted.apply(producer.outcomes([outcome(rows[0]!.id, rows[0]!.time + 6, 'no')]), null);
    await restarted.commit();
    expect(restarted.counts()).toMatchObject({ waitingOutcomes: 3, repeatedOutcomes: 1 });
    restarted.apply(producer.inferences(rows), null);
    await restarted.commit();
    expect(restarted.counts()).toMatchObject({ outcomes: 4, joinedOutcomes: 3, waitingOutcomes: 0 });
    expect((await windowsOf())[0]).toMatchObject({ rows: 20, labelled: 3 });
    const [record] = await store.read((tx) =>
      tx.range({ name: 'waiting_outcomes', encode: String, decode: String } as never, {}),
    );
    expect(record).toBeUndefined();
  });

  test('correct a label: the old one is taken back', async () => {
    const { engine, producer } = await withRows();
    const rows = [0, 1, 2, 3].map((index) => inference(`x${index}`, start, { prediction: 'yes' }));
    engine.apply(producer.inferences(rows), null);
    engine.apply(producer.outcomes(rows.map(({ id }) => outcome(id, start + 10, 'no'))), null);
    await engine.commit();
    const confusion = async () => overallConfusion((await store.read((tx) => readProfiles(tx, one)))[0]!.profile);
    expect(await confusion()).toMatchObject({ falsePositive: 4, truePositive: 0 });
    engine.apply(
      producer.outcomes([
        outcome('x0', start + 20, 'yes'),
        outcome('x1', start + 20, 'no'),
        outcome('x2', start + 5, 'yes'),
      ]),
      null,
    );
    await engine.commit();
    expect(await confusion()).toMatchObject({ falsePositive: 3, truePositive: 1 });
    expect(engine.counts()).toMatchObject({ joinedOutcomes: 4, correctedOutcomes: 1, repeatedOutcomes: 2 });
  });

  test('beyond the horizon are refused, whether their inference is known or never came', async () => {
    const { engine, producer, rows } = await withRows();
    engine.apply(producer.inferences(rows), null);
    engine.apply(producer.outcomes([outcome('never', start, 'yes')]), null);
    engine.apply(producer.outcomes([outcome(rows[0]!.id, start + 31 * 24 * hourMs, 'yes')]), null);
    await engine.commit();
    expect(engine.counts()).toMatchObject({ refusedOutcomes: 1, waitingOutcomes: 1 });
    engine.apply(producer.inferences(inferences('b', 5, start + 31 * 24 * hourMs, hourMs)), null);
    await engine.commit();
    expect(engine.counts()).toMatchObject({ refusedOutcomes: 2, waitingOutcomes: 0, joinedOutcomes: 0 });
  });

  test('that are no labels are counted and labels are not; what they say of a version is a finding', async () => {
    const { engine, producer, rows } = await withRows();
    engine.apply(producer.inferences(rows), null);
    const rated = rows.slice(0, 4).map(({ id }, i) => ({ ...outcome(id, start, i === 0 ? 'bad' : 'good') }));
    const unknown = outcome('nobody-knows-this-one', start, 'bad');
    engine.apply(producer.outcomes([...rated, unknown].map((one) => ({ ...one, type: 'feedback' as const }))), null);
    await engine.commit();
    expect(engine.counts()).toMatchObject({ outcomes: 5, unlabelledOutcomes: 5, joinedOutcomes: 0 });
    expect((await windowsOf())[0]).toMatchObject({ labelled: 0 });
    engine.apply(producer.inferences(inferences('b', 5, start + 10 * hourMs, hourMs)), null);
    await engine.commit();
    const stored = await store.read((tx) => readFindings(tx, { ...one, from: start, to: start + 9 * hourMs }));
    const feedback = stored.flatMap(({ findings }) =>
      findings.filter(({ signal }) => signal === 'performance:feedback'),
    );
    expect(feedback.map(({ statistics }) => statistics.meanRating)).toEqual([
      expect.objectContaining({ value: 0.75, n: 4 }),
    ]);
  });

  test('of a version without rows are judged all the same, when their time comes', async () => {
    const { engine, producer, rows } = await withRows();
    engine.apply(producer.inferences(rows), null);
    engine.apply(producer.inferences(inferences('b', 20, start + 4 * hourMs, hourMs, { version: '2' })), null);
    await engine.commit();
    engine.apply(producer.outcomes(rows.map(({ id }) => outcome(id, start + 4 * hourMs, 'yes'))), null);
    await engine.commit();
    engine.apply(producer.inferences(inferences('c', 20, start + 5 * hourMs, hourMs, { version: '2' })), null);
    const { closed } = await engine.commit();
    expect(closed.map(({ version, from }) => [version, (from - start) / hourMs])).toEqual([
      ['1', 4],
      ['2', 4],
    ]);
    const judged = await store.read((tx) => readFindings(tx, { ...one, from: start + 4 * hourMs }));
    const errors = judged[0]!.findings.find(({ signal }) => signal === 'performance:error_rate');
    expect(errors).toMatchObject({ verdict: 'alarm' });
  });
});

describe('shadows', () => {
  const shadow = { version: '2', role: 'shadow' } as const;

  test('are compared with what was served and share its label, whichever comes first (property)', async () => {
    const primary = inference('x', start, { prediction: 'yes' });
    const other = inference('y', start, { prediction: 'yes' });
    const events = [
      () => (producer: Producer) => producer.inferences([primary, other]),
      () => (producer: Producer) =>
        producer.inferences([
          inference('x~2', start + 1, { ...shadow, prediction: 'yes' }),
          inference('y~2', start + 1, { ...shadow, prediction: 'no' }),
        ]),
      () => (producer: Producer) => producer.outcomes([outcome('x', start + 2, 'no')]),
      () => (producer: Producer) => producer.outcomes([outcome('x', start + 3, 'yes')]),
    ];
    const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
    await fc.assert(
      fc.asyncProperty(order, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), async (indexes, commits) => {
        const fresh = await openSqliteStore({ path: ':memory:' });
        const engine = await engineOn({ store: fresh });
        const producer = new Producer('p');
        for (const [step, index] of indexes.entries()) {
          engine.apply(events[index]!()(producer), null);
          if (commits[step]) await engine.commit();
        }
        await engine.commit();
        expect(await windowsOf('2', fresh)).toEqual([
          expect.objectContaining({ rows: 2, labelled: 1, agreements: 1, disagreements: 1 }),
        ]);
        expect(await windowsOf('1', fresh)).toEqual([
          expect.objectContaining({ rows: 2, labelled: 1, agreements: 0, disagreements: 0 }),
        ]);
        const confusions = await fresh.read(async (tx) =>
          [await readProfiles(tx, one), await readProfiles(tx, { ...one, version: '2' })].map(([window]) =>
            overallConfusion(window!.profile),
          ),
        );
        for (const confusion of confusions) expect(confusion).toMatchObject({ truePositive: 1, falsePositive: 0 });
        const { joinedOutcomes, correctedOutcomes, repeatedOutcomes, waitingOutcomes } = engine.counts();
        expect(joinedOutcomes).toBe(1);
        expect(correctedOutcomes + repeatedOutcomes).toBe(1);
        expect(waitingOutcomes).toBe(0);
        await fresh.close();
      }),
      { numRuns: 40 },
    );
  });
});

describe('a reference', () => {
  test('is made of the first rows once labels had time to come; history begins with the first row', async () => {
    const built: { version: string; rows: number }[] = [];
    const engine = await engineOn({
      hooks: { referenceBuilt: async (_tx, _settings, version, { rows }) => void built.push({ version, rows }) },
    });
    const producer = new Producer('p');
    for (let hour = 0; hour < 6; hour++) {
      const rows = inferences(`a${hour}`, 90, start + hour * hourMs, hourMs);
      engine.apply(producer.inferences(rows), null);
      engine.apply(producer.outcomes(rows.map(({ id, time, prediction }) => outcome(id, time + 1, prediction!))), null);
      await engine.commit();
    }
    expect(built).toEqual([{ version: '1', rows: 200 }]);
    const reference = await store.read((tx) => readReference(tx, one));
    expect(profileTotals(reference!.profile)).toMatchObject({ rows: 200, labelled: 200 });
    expect(await windowsOf()).toEqual(
      [0, 1, 2, 3, 4, 5].map((hour) => ({
        hour,
        rows: 90,
        labelled: 90,
        agreements: 0,
        disagreements: 0,
        closed: hour < 5,
        hasReference: true,
      })),
    );
    const found = await store.read((tx) => readFindings(tx, one));
    const verdicts = found.map(({ from, findings }) => [
      (from - start) / hourMs,
      findings.some(({ verdict }) => verdict !== 'insufficient_data'),
    ]);
    // Row 200 lies in hour 2: the first three hours are the reference itself.
    expect(verdicts).toEqual([
      [0, false],
      [1, false],
      [2, false],
      [3, true],
      [4, true],
    ]);
    const left = await store.read((tx) =>
      tx.range({ name: 'learning_rows', encode: String, decode: String } as never, {}),
    );
    expect(left).toEqual([]);
  });

  test('gives the same windows and findings however often rows are committed (property)', async () => {
    const settings = testModel();
    const run = async (commitAfter: (batch: number) => boolean) => {
      const fresh = await openSqliteStore({ path: ':memory:' });
      const engine = await engineOn({ store: fresh, models: [settings] });
      const producer = new Producer('p');
      for (let step = 0; step < 24; step++) {
        const rows = inferences(`a${step}`, 30, start + (step * hourMs) / 3, hourMs / 3, {
          score: step > 18 ? 0.97 : 0.4,
        });
        engine.apply(producer.inferences(rows), null);
        engine.apply(producer.outcomes(rows.map(({ id, time }) => outcome(id, time + 1, 'yes'))), null);
        if (commitAfter(step)) await engine.commit();
      }
      await engine.finish();
      const state = await fresh.read(async (tx) => ({
        profiles: (await readProfiles(tx, one)).map(({ from, profile }) => [
          from,
          Buffer.from(encodeProfile(profile)).toString('hex'),
        ]),
        findings: await readFindings(tx, one),
      }));
      await fresh.close();
      return state;
    };
    const often = await run(() => true);
    expect(often.findings.length).toBe(8);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }), async (commits) => {
        expect(await run((step) => commits[step]!)).toEqual(often);
      }),
      { numRuns: 8 },
    );
  });

  test('that was registered before the first event is used from the first row', async () => {
    const reference = await ordinaryReference();
    await store.transaction((tx) => putReference(tx, one, reference));
    const engine = await engineOn();
    const producer = new Producer('p');
    for (let hour = 0; hour < 3; hour++) {
      engine.apply(producer.inferences(inferences(`a${hour}`, 50, start + hour * hourMs, hourMs)), null);
      await engine.commit();
    }
    const found = await store.read((tx) => readFindings(tx, one));
    expect(found.map(({ findings }) => findings.some(({ verdict }) => verdict === 'clear'))).toEqual([true, true]);
  });

  test('that is registered while rows are gathered recounts them', async () => {
    const engine = await engineOn();
    const producer = new Producer('p');
    const rows = inferences('a', 50, start, hourMs);
    engine.apply(producer.inferences(rows), null);
    engine.apply(producer.outcomes(rows.slice(0, 9).map(({ id, time }) => outcome(id, time, 'yes'))), null);
    await engine.commit();
    const reference = await ordinaryReference();
    await store.transaction((tx) => putReference(tx, one, reference));
    engine.apply(producer.inferences(inferences('b', 20, start, hourMs)), null);
    await engine.commit();
    expect(await windowsOf()).toEqual([expect.objectContaining({ rows: 70, labelled: 9, hasReference: true })]);
    const [window] = await store.read((tx) => readProfiles(tx, one));
    expect(window!.profile.shape.id).toBe(reference.shape.id);
  });

  test('is made of what there is at the end of a history', async () => {
    const engine = await engineOn();
    const producer = new Producer('p');
    const rows = inferences('a', 50, start, 3 * hourMs);
    engine.apply(producer.inferences(rows), null);
    engine.apply(producer.outcomes(rows.map(({ id, time }) => outcome(id, time, 'yes'))), null);
    await engine.finish();
    const reference = await store.read((tx) => readReference(tx, one));
    expect(profileTotals(reference!.profile)).toMatchObject({ rows: 50, labelled: 50 });
    const windows = await windowsOf();
    expect(windows.map(({ rows: count, closed }) => [count, closed])).toEqual([
      [17, true],
      [17, true],
      [16, true],
    ]);
  });
});

describe('crashes', () => {
  test('at any write of any commit lose nothing and count nothing twice', { timeout: 120_000 }, async () => {
    const reference = await ordinaryReference();
    const producer = new Producer('p');
    const batches = [
      producer.inferences(inferences('a', 30, start, hourMs)),
      producer.outcomes(inferences('b', 5, start + hourMs, hourMs).map(({ id, time }) => outcome(id, time, 'yes'))),
      producer.inferences([
        ...inferences('b', 30, start + hourMs, hourMs),
        ...inferences('s', 4, start + hourMs, hourMs).map((event) => ({
          ...event,
          id: `b-${event.id.slice(2)}~2`,
          version: '2',
          role: 'shadow' as const,
        })),
      ]),
      producer.outcomes(inferences('a', 12, start, hourMs).map(({ id, time }) => outcome(id, time + 1, 'no'))),
      producer.inferences(inferences('c', 30, start + 2 * hourMs, hourMs)),
      producer.inferences(inferences('late', 3, start, hourMs)),
      producer.inferences(inferences('d', 30, start + 3 * hourMs, hourMs)),
    ];
    const options = {
      startingReference: (_: ModelSettings, version: string) => (version === '1' ? reference : undefined),
    };

    /** Feeds the batches as a stream: after a crash from the committed position on. Crashes at the given write. */
    const run = async (crashAt: number): Promise<{ state: unknown; writes: number }> => {
      const fresh = await openSqliteStore({ path: ':memory:' });
      const failing = failingStore(fresh, crashAt);
      let engine = await engineOn({ store: failing.store, ...options });
      engine.resume('stream', 0, { regressed: false, missed: 0 });
      for (let index = 0; index < batches.length; ) {
        engine.apply(batches[index]!, {
          partition: 0,
          sequence: index + 1,
          storedAt: index,
          messageId: `p:${index + 1}`,
        });
        index++;
        if (index % 2 === 1 && index < batches.length) continue;
        try {
          await engine.commit();
        } catch (error) {
          if (!(error instanceof Error) || error.message !== 'crash') throw error;
          engine = await engineOn({ store: failing.store, ...options });
          index = engine.anchorLog().anchors.at(-1)?.sequence ?? 0;
          engine.resume('stream', index, { regressed: false, missed: 0 });
        }
      }
      const state = await fresh.read(async (tx) => ({
        one: (await readProfiles(tx, one)).map(({ from, profile }) => [
          from,
          Buffer.from(encodeProfile(profile)).toString('hex'),
        ]),
        two: (await readProfiles(tx, { ...one, version: '2' })).map(({ profile }) => profileTotals(profile)),
        findings: await readFindings(tx, one),
        counts: await readCounts(tx),
        joins: (await tx.range(joins, {})).map(({ key, value }) => [key, Buffer.from(value).toString('hex')]),
      }));
      await fresh.close();
      return { state, writes: failing.writes() };
    };

    const undisturbed = await run(0);
    expect(undisturbed.writes).toBeGreaterThan(60);
    for (let crashAt = 1; crashAt <= undisturbed.writes; crashAt++) {
      const { state } = await run(crashAt);
      expect(state, `crash at write ${crashAt}`).toEqual(undisturbed.state);
    }
  });

  test('leave the position with the counts: what is committed is not read again', async () => {
    const producer = new Producer('p');
    const engine = await engineOn({ partitions: 4 });
    engine.resume('stream', 0, { regressed: false, missed: 0 });
    const position = (sequence: number, partition: number) => ({
      sequence,
      partition,
      storedAt: 5,
      messageId: `p:${sequence}`,
    });
    engine.apply(producer.inferences(inferences('a', 5, start, hourMs)), position(7, 1));
    await engine.commit();
    engine.apply(producer.inferences(inferences('b', 5, start, hourMs)), position(9, 2));
    const restarted = await engineOn({ partitions: 4 });
    expect(restarted.anchorLog()).toEqual({
      created: 'stream',
      anchors: [{ sequence: 7, storedAt: 5, messageId: 'p:7', commit: 1 }],
    });
    const unseen = new Producer('q');
    expect(restarted.apply(unseen.inferences(inferences('c', 5, start, hourMs)), position(6, 3))).toBe('repeated');
    expect(restarted.apply(unseen.inferences(inferences('d', 5, start, hourMs)), position(8, 3))).toBe('applied');
  });

  test('an engine that another one has overtaken cannot write', async () => {
    const producer = new Producer('p');
    const position = (sequence: number) => ({ sequence, partition: 0, storedAt: 0, messageId: `p:${sequence}` });
    const first = await engineOn();
    first.resume('stream', 0, { regressed: false, missed: 0 });
    const second = await engineOn();
    second.resume('stream', 0, { regressed: false, missed: 0 });
    second.apply(producer.inferences(inferences('a', 5, start, hourMs)), position(1));
    await second.commit();
    first.apply(producer.inferences(inferences('a', 5, start, hourMs)), position(1));
    await expect(first.commit()).rejects.toMatchObject({
      code: 'REVISION_CONFLICT',
      details: { collection: 'stream_positions' },
    });
    expect((await windowsOf())[0]).toMatchObject({ rows: 5 });
  });

  test('a stream that lost its tail is read again from where it is the same: repeats are dropped, new batches count', async () => {
    const producer = new Producer('p');
    const position = (sequence: number, life = 'a') => ({
      sequence,
      partition: 0,
      storedAt: sequence,
      messageId: `${life}:${sequence}`,
    });
    const engine = await engineOn();
    engine.resume('stream', 0, { regressed: false, missed: 0 });
    const batches = [1, 2, 3].map((number) => producer.inferences(inferences(`a${number}`, 5, start, hourMs)));
    for (const [index, batch] of batches.entries()) {
      engine.apply(batch, position(index + 1));
      await engine.commit();
    }
    engine.resume('stream', 1, { regressed: true, missed: 0 });
    expect(engine.apply(again(batches[2]!), position(2, 'b'))).toBe('duplicate');
    expect(engine.apply(producer.inferences(inferences('new', 5, start, hourMs)), position(3, 'b'))).toBe('applied');
    await engine.commit();
    expect(engine.counts()).toMatchObject({ inferences: 20, duplicateBatches: 1, streamRegressions: 1 });
    expect(engine.anchorLog().anchors.at(-1)).toMatchObject({ sequence: 3, messageId: 'b:3' });
  });
});

describe('storage', () => {
  test('of inferences too old for an outcome is given back, whatever their ids look like', async () => {
    const engine = await engineOn({ models: [testModel({ outcomeHorizon: '2h' })] });
    const producer = new Producer('p');
    let most = 0;
    for (let hour = 0; hour < 30; hour++) {
      engine.apply(producer.inferences(inferences(`${(hour * 7) % 30}`, 100, start + hour * hourMs, hourMs)), null);
      await engine.commit();
      most = Math.max(most, (await store.read((tx) => tx.range(joins, {}))).length);
    }
    // Two hours of inferences are needed; half as many again are on their way out.
    expect(most).toBeGreaterThanOrEqual(300);
    expect(most).toBeLessThanOrEqual(700);
  });

  test('keeps a profile as it was counted', async () => {
    const engine = await engineOn();
    engine.apply(new Producer('p').inferences(inferences('a', 300, start, hourMs)), null);
    await engine.finish();
    const [window] = await store.read((tx) => readProfiles(tx, one));
    expect(decodeProfile(encodeProfile(window!.profile), window!.profile.shape)).toEqual(window!.profile);
  });
});

/** A store that fails at one write: what a crash does, without losing the process. 0: never. */
function failingStore(store: Store, failAt: number): { store: Store; writes(): number } {
  let writes = 0;
  const step = () => {
    writes++;
    if (writes === failAt) throw new Error('crash');
  };
  return {
    writes: () => writes,
    store: {
      read: (work) => store.read(work),
      close: () => store.close(),
      transaction: (work) =>
        store.transaction((tx) =>
          work({
            get: (...args) => tx.get(...args),
            getMany: (...args) => tx.getMany(...args),
            range: (...args) => tx.range(...args),
            put: async (...args) => {
              step();
              return tx.put(...args);
            },
            putMany: async (...args) => {
              step();
              return tx.putMany(...args);
            },
            delete: async (...args) => {
              step();
              return tx.delete(...args);
            },
            deleteRange: async (...args) => {
              step();
              return tx.deleteRange(...args);
            },
          }),
        ),
    },
  };
}

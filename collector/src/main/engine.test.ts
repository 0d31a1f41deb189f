import { describe, expect, test } from 'vitest';
import { coverageOf } from '../monitor/index.ts';
import { decodeProfile, encodeProfile, exemplarsOf, overallConfusion, profileTotals } from '../profile/index.ts';
import { readCounts } from '../store/counts.ts';
import { listVersionsSeen, putReference, readFindings, readProfiles } from '../store/history.ts';
import type { Transaction } from '../store/port.ts';
import type { ClosedWindow } from './engine.ts';
import { joins } from './join-record.ts';
import { engineOn, one, openStoreForEachTest, ordinaryReference, start, store, windowsOf } from './testing/engine.ts';
import { again, hourMs, inference, inferences, outcome, Producer, testModel } from './testing/traffic.ts';

openStoreForEachTest();

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
    const rows = inferences('a', 300, start, hourMs, {
      weight: 4,
      capture: 'declared',
      source: 'span',
      traceId: 'a'.repeat(32),
    });
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
      rowsSeen: 300,
      thinnedShare: 0.75,
      effectiveRows: 300,
      captures: ['declared'],
      spanRows: 300,
    });
    expect(coverageOf(second!.profile)).toMatchObject({ rowsSeen: 40, thinnedShare: 0, spanRows: 0 });
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

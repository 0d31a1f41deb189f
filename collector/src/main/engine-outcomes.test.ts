import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { overallConfusion, sampledOutcomes } from '../profile/index.ts';
import { seededRandom } from '../statistics/simulate.ts';
import { readFindings, readProfiles } from '../store/history.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { engineOn, one, openStoreForEachTest, ordinaryReference, start, store, windowsOf } from './testing/engine.ts';
import { hourMs, inference, inferences, outcome, Producer, testModel } from './testing/traffic.ts';

openStoreForEachTest();

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

  test('correct a label: the old one is taken back, from sampled rows too', async () => {
    const settings = testModel({ sampledRows: 10 });
    const reference = await ordinaryReference(settings);
    const engine = await engineOn({ models: [settings], startingReference: () => reference });
    const producer = new Producer('p');
    const rows = [0, 1, 2, 3].map((index) => inference(`x${index}`, start, { prediction: 'yes' }));
    engine.apply(producer.inferences(rows), null);
    engine.apply(producer.outcomes(rows.map(({ id }) => outcome(id, start + 10, 'no'))), null);
    await engine.commit();
    const profile = async () => (await store.read((tx) => readProfiles(tx, one)))[0]!.profile;
    const confusion = async () => overallConfusion(await profile());
    const losses = async () => sampledOutcomes(await profile()).rows.map(({ loss }) => loss);
    expect(await confusion()).toMatchObject({ falsePositive: 4, truePositive: 0 });
    expect(await losses()).toEqual([1, 1, 1, 1]);
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
    expect((await losses()).sort()).toEqual([0, 1, 1, 1]);
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

  test('of a sample are judged by windows, each once when its outcomes are due, also through a restart', async () => {
    const sampled = testModel({ labels: { rate: 0.1 } });
    const random = seededRandom(1);
    const reference = await ordinaryReference(sampled, ({ score }) => (random() < score! ? 'yes' : 'no'));
    const options = { models: [sampled], startingReference: () => reference };
    const producer = new Producer('p');
    const before = await engineOn(options);
    const rows = inferences('a', 400, start, 2 * hourMs);
    before.apply(producer.inferences(rows), null);
    before.apply(producer.outcomes(rows.slice(0, 20).map(({ id, time }) => outcome(id, time + 1, 'yes'))), null);
    await before.commit();
    const after = await engineOn(options);
    const late = rows.slice(200, 220).map(({ id, time }) => outcome(id, time + hourMs, 'yes'));
    for (const hour of [2, 3, 5, 7]) {
      after.apply(producer.inferences(inferences(`hour ${hour}`, 10, start + hour * hourMs, hourMs)), null);
      if (hour === 2) after.apply(producer.outcomes(late), null);
      await after.commit();
    }
    const stored = await store.read((tx) => readFindings(tx, { ...one, from: start }));
    const judged = stored.map(({ from, findings }) => {
      const found = findings.find(({ signal }) => signal === 'performance:error_rate')!;
      return [(from - start) / hourMs, found.rows, found.statistics.labelledShare?.value ?? null];
    });
    // The first hour is due with the second, since outcomes take one; the fourth with the next that has rows.
    expect(judged).toEqual([
      [0, 0, null],
      [1, 200, 0.1],
      [2, 200, 0.1],
      [3, 10, 0],
      [5, 10, 0],
    ]);
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

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeProfile, profileTotals } from '../profile/index.ts';
import { putReference, readFindings, readProfiles, readReference } from '../store/history.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { engineOn, one, openStoreForEachTest, ordinaryReference, start, store, windowsOf } from './testing/engine.ts';
import { hourMs, inferences, outcome, Producer, testModel } from './testing/traffic.ts';

openStoreForEachTest();

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

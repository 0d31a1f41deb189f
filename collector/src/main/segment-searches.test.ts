import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSearchedWindows } from '../http/views/searched-windows.ts';
import { noSearches, searchPeriod } from '../monitor/index.ts';
import { searchDueSegments } from './segment-searches.ts';
import { startTestApi, type TestApi } from './testing/api.ts';
import { hourMs, inferences, outcome, Producer, testModelInput } from './testing/traffic.ts';

describe('searches for weak segments', () => {
  const start = Date.UTC(2026, 10, 2);
  const day = 24 * hourMs;
  let api: TestApi;
  const producer = new Producer('p');

  beforeAll(async () => {
    api = await startTestApi({ models: [{ ...testModelInput, sampledRows: 150, auditPeriod: '1d' }] });
  });
  afterAll(() => api.stop());

  /** Whoever earns little is judged wrongly in two of three cases, all others in one of twenty. */
  async function pass(hours: number, from: number): Promise<void> {
    for (let hour = 0; hour < hours; hour++) {
      const at = start + from + hour * hourMs;
      const rows = inferences(`h${at}`, 150, at, hourMs);
      const labels = rows.map(({ id, time, features, prediction }, row) => {
        const isWrong = row % 20 === 0 || (Number(features.income) < lowIncome && row % 3 !== 0);
        return outcome(id, time + 60_000, isWrong === (prediction === 'yes') ? 'no' : 'yes');
      });
      api.engine.apply(producer.inferences(rows), null);
      api.engine.apply(producer.outcomes(labels), null);
      await api.engine.commit();
    }
  }
  const lowIncome = 1_200;
  const search = () => searchDueSegments(api.services, api.settings.models);
  const report = async () => (await api.ask('/v1/models/credit/weak-segments')).body;

  it('begin with the period under way, and test each period once, when its outcomes are final', async () => {
    await search();
    await pass(20, 0);
    expect(await report()).toMatchObject({ record: null });
    await search();
    expect((await report()).record).toEqual({ periodMs: day, periods: 0, tested: 0, confirmed: [] });

    await pass(5, 20 * hourMs);
    await search();
    expect((await report()).record).toMatchObject({ periods: 0 });

    await pass(24, 25 * hourMs);
    await search();
    await search();
    const { record, segments, rate, to } = await report();
    // Outcomes take up to an hour, and the newest event is of the window that is under way.
    expect(to).toBe(start + 47 * hourMs);
    expect(record).toMatchObject({ periods: 1, confirmed: [{ from: start, to: start + day }] });
    expect(record.confirmed[0].sentence).toMatch(
      /^income below 1\.\d+k: \d\d % wrong instead of \d\d %, in \d\d % of the rows$/,
    );
    expect(record.tested).toBeGreaterThanOrEqual(record.confirmed.length);
    expect(segments[0]).toMatchObject({ confirmed: true, conditions: [{ signal: 'feature:income' }] });
    expect(rate.n).toBeGreaterThan(5_000);
  });

  it('read the latest windows where each keeps many rows, not days of them, which keep no more', async () => {
    const settings = { ...api.settings.models[0]!, sampledRows: 2_000 };
    const range = { from: start, to: start + day };
    const { profiles, from, to } = await api.store.read((transaction) =>
      readSearchedWindows(api.services, transaction, settings, range),
    );
    expect(profiles.map((window) => window.to - window.from)).toEqual(Array(20).fill(hourMs));
    expect([from, to]).toEqual([start + 4 * hourMs, start + day]);
  });

  it('do not count a period that had too few rows', async () => {
    const [settings] = api.settings.models;
    const { reference } = await api.store.read((transaction) =>
      readSearchedWindows(api.services, transaction, settings!, {}),
    );
    const before = noSearches(settings!, start);
    expect(searchPeriod(before, settings!, reference!, [])).toEqual({ ...before, next: start + day });
  });

  it('are there for the whole and for declared segments only', async () => {
    expect((await api.ask('/v1/models/credit/weak-segments?segment=none')).body.error.code).toBe('UNKNOWN_SEGMENT');
  });
});

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { budgetSettings, type ModelSettings } from '../config/settings.ts';
import type { Finding } from '../monitor/finding.ts';
import { encodeProfile, overallConfusion, profileTotals } from '../profile/index.ts';
import { normal, seededRandom } from '../statistics/simulate.ts';
import {
  listVersionsSeen,
  readFindings,
  readLatestVerdicts,
  readProfiles,
  readReference,
  readStreamCount,
  type VersionKey,
} from '../store/history.ts';
import type { Store } from '../store/port.ts';
import { readWindows } from '../store/rollups.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { type ClosedWindow, createEngine, type Engine, type EngineOptions } from './engine.ts';
import { silentLogger } from './logger.ts';
import { joinedGroups, partByUnit, segmentColumns, unitsOf } from './segments.ts';
import { hourMs, inference, inferences, outcome, Producer, testModel } from './testing/traffic.ts';

const start = 1_700_000_400_000 - (1_700_000_400_000 % hourMs);
const whole: VersionKey = { model: 'credit', environment: 'production', version: '1' };
const segmented = testModel({ segments: { channel: ['web', 'app'] }, reference: { rows: 400 } });

function inSegment(segment: string): VersionKey {
  return { ...whole, segment };
}

describe('rows of a batch', () => {
  const settings = testModel({ segments: { channel: ['web', 'app'], region: [1, 2] } });

  test('are in one segment of each dimension, by their feature or the attribute of that name', () => {
    const row = (id: string, channel: string | null, region: number | null) =>
      inference(id, start, { features: { channel, region } });
    const batch = new Producer('p').inferences([
      row('a', 'web', 1),
      row('b', 'app', 3),
      row('c', 'fax', null),
      row('d', null, 2),
      row('e', 'web', 2),
    ]);
    const units = partByUnit(settings, batch, segmentColumns(settings, batch));
    expect(units.map(({ key, rows }) => [key.segment ?? 'whole', [...rows]])).toEqual([
      ['whole', [0, 1, 2, 3, 4]],
      ['channel=web', [0, 4]],
      ['channel=app', [1]],
      ['channel=other', [2, 3]],
      ['region=1', [0]],
      ['region=2', [3, 4]],
      ['region=other', [1, 2]],
    ]);
    const byAttribute = testModel({ segments: { sex: ['f'] } });
    const people = new Producer('p').inferences([
      inference('a', start, { groups: { sex: 'f' } }),
      inference('b', start, { groups: {} }),
    ]);
    expect(
      partByUnit(byAttribute, people, segmentColumns(byAttribute, people)).map(({ key, rows }) => [
        key.segment,
        [...rows],
      ]),
    ).toEqual([
      [undefined, [0, 1]],
      ['sex=f', [0]],
      ['sex=other', [1]],
    ]);
  });

  test('are all in `other` where none has the attribute, whatever it is called', () => {
    const byConstructor = testModel({ segments: { constructor: ['f'] } });
    const people = new Producer('p').inferences([inference('a', start, { groups: {} })]);
    const units = partByUnit(byConstructor, people, segmentColumns(byConstructor, people));
    expect(units.map(({ key }) => key.segment)).toEqual([undefined, 'constructor=other']);
  });

  test('make up the whole again, window by window (property)', () => {
    const events = fc.array(
      fc.record({
        hour: fc.integer({ min: 0, max: 2 }),
        version: fc.constantFrom('1', '2'),
        channel: fc.constantFrom('web', 'app', 'fax', null),
      }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(events, (rows) => {
        const batch = new Producer('p').inferences(
          rows.map(({ hour, version, channel }, index) =>
            inference(`row-${index}`, start + hour * hourMs, { version, features: { channel } }),
          ),
        );
        const units = partByUnit(segmented, batch, segmentColumns(segmented, batch));
        const place = ({ key, from }: (typeof units)[number]) => `${key.version} ${from}`;
        const sorted = (some: typeof units) => some.flatMap((unit) => [...unit.rows]).sort((a, b) => a - b);
        for (const unit of units.filter(({ key }) => key.segment === undefined)) {
          const slices = units.filter((other) => other.key.segment !== undefined && place(other) === place(unit));
          expect(sorted(slices)).toEqual([...unit.rows].sort((a, b) => a - b));
        }
      }),
      { numRuns: 50 },
    );
  });

  test('take their segments along to the join, whatever their values were', () => {
    const batch = new Producer('p').inferences([inference('a', start, { features: { channel: 'secret' } })]);
    const joined = joinedGroups(batch, segmentColumns(segmented, batch));
    expect(JSON.stringify(joined)).not.toContain('secret');
    expect(batch.groups['segment:channel']).toBeUndefined();
    const record = { version: '1', groups: { 'segment:channel': 'app' } };
    expect(unitsOf(segmented, record)).toEqual([whole, inSegment('channel=app')]);
    // Recorded before segments were declared, or when others were.
    expect(unitsOf(segmented, { version: '1', groups: {} })).toEqual([whole]);
    expect(unitsOf(segmented, { version: '1', groups: { 'segment:channel': 'fax' } })).toEqual([whole]);
    expect(unitsOf(testModel(), record)).toEqual([whole]);
    expect(joinedGroups(batch, [])).toBe(batch.groups);
  });
});

describe('a model with segments', () => {
  let store: Store;
  let closed: ClosedWindow[];

  beforeEach(async () => {
    store = await openSqliteStore({ path: ':memory:' });
    closed = [];
  });
  afterEach(() => store.close());

  function engineOn(settings: ModelSettings, changes: Partial<EngineOptions> = {}): Promise<Engine> {
    return createEngine({
      store,
      models: [settings],
      budget: budgetSettings.parse({}),
      clock: () => 42,
      logger: silentLogger,
      hooks: {
        windowClosed: async (_, window) => {
          closed.push(window);
        },
      },
      ...changes,
    });
  }

  /** Hours of traffic of which a twentieth comes from the app; from `shiftedFrom` on its incomes are two deviations higher. */
  function hours(count: number, seed: number, shiftedFrom = Number.POSITIVE_INFINITY) {
    const random = seededRandom(seed);
    const producer = new Producer(`p${seed}`);
    return Array.from({ length: count }, (_, hour) =>
      producer.inferences(
        inferences(`${seed}-${hour}`, 800, start + hour * hourMs, hourMs).map((event, index) => {
          const channel = index % 20 === 0 ? 'app' : 'web';
          const shift = channel === 'app' && hour >= shiftedFrom ? 2 : 0;
          return { ...event, features: { income: normal(random) + shift, channel } };
        }),
      ),
    );
  }

  async function findingsOf(key: VersionKey): Promise<Finding[]> {
    const windows = await store.read((transaction) => readFindings(transaction, key));
    return windows.flatMap(({ findings }) => findings);
  }

  const alarmsIn = (findings: readonly Finding[]) => findings.filter(({ verdict }) => verdict === 'alarm');

  test('shows a shift in one segment that the whole does not show, says where it is, and spends one budget', async () => {
    const engine = await engineOn(segmented);
    for (const batch of hours(15, 1, 12)) engine.apply(batch, null);
    await engine.finish();

    const units = [whole, inSegment('channel=web'), inSegment('channel=app')];
    const found = await Promise.all(units.map(findingsOf));
    const alarms = alarmsIn(found.flat());
    expect(alarms.every(({ from }) => from >= start + 12 * hourMs)).toBe(true);
    expect(new Set(alarms.map(({ segment }) => segment))).toEqual(new Set(['channel=app']));
    expect([...new Set(alarms.map(({ signal }) => signal))]).toEqual(['feature:income']);
    expect(alarms[0]).toMatchObject({
      segment: 'channel=app',
      sentence: expect.stringMatching(/^channel=app: income /),
      evidence: { proof: { subject: { version: '1', segment: 'channel=app', stream: 'feature:income' } } },
    });
    // Whoever asks only for the whole's verdicts, or gets its windows, learns of it.
    const at = alarms[0]!.from;
    const told = closed.find(({ from }) => from === at);
    expect(told?.findings.every(({ segment }) => segment === undefined)).toBe(true);
    expect(alarmsIn(told?.segmentFindings ?? [])).toEqual(alarms.filter(({ from }) => from === at));
    expect(new Set(closed.map(({ from }) => from)).size).toBe(closed.length);
    if (at === closed.at(-1)?.from) {
      const latest = await store.read((transaction) => readLatestVerdicts(transaction, whole));
      expect(latest?.verdicts).toContainEqual({ kind: 'feature', verdict: 'alarm' });
    }
    expect(await store.read((transaction) => listVersionsSeen(transaction))).toHaveLength(1);
    // A fifth of the budget over the streams of two segments, against four fifths for those of the whole.
    const [all, web, app] = found.map(
      (findings) =>
        findings.findLast(({ signal, evidence }) => signal === 'feature:income' && evidence !== null)!.evidence!
          .alarmLog,
    );
    expect(web).toBeCloseTo(all! + Math.log(8), 9);
    expect(app).toBeCloseTo(web!, 9);
    expect(await store.read(readStreamCount)).toBeGreaterThan(20);
  });

  test('counts in a segment what its rows alone would count, labels and all', async () => {
    const settings = testModel({ segments: { channel: ['app'] }, reference: { rows: 200 } });
    const rows = inferences('r', 900, start, 3 * hourMs).map((event, index) => ({
      ...event,
      features: { ...event.features, channel: index % 3 === 0 ? 'app' : 'web' },
    }));
    const feed = async (engine: Engine, events: typeof rows) => {
      const producer = new Producer('p');
      for (let index = 0; index < events.length; index += 100) {
        const some = events.slice(index, index + 100);
        engine.apply(producer.inferences(some), null);
        engine.apply(
          producer.outcomes(some.map(({ id, time }, row) => outcome(id, time + 1, row % 4 === 0 ? 'yes' : 'no'))),
          null,
        );
        await engine.commit();
      }
      await engine.finish();
    };
    await feed(await engineOn(settings), rows);
    const bytesOf = (key: VersionKey, on: Store) =>
      on.read(async (transaction) => ({
        reference: (await readReference(transaction, key))?.id,
        windows: (await readProfiles(transaction, key)).map(({ from, profile }) => ({
          from,
          confusion: overallConfusion(profile),
          labelled: profileTotals(profile).labelled,
          bytes: Buffer.from(encodeProfile(profile)).toString('hex'),
        })),
      }));
    const slice = await bytesOf(inSegment('channel=app'), store);
    const alone = await openSqliteStore({ path: ':memory:' });
    const appRows = rows.filter(({ features }) => features.channel === 'app');
    const labelOf = new Map(rows.map(({ id }, index) => [id, (index % 100) % 4 === 0 ? 'yes' : 'no']));
    const engine = await engineOn(testModel({ reference: { rows: 200 } }), { store: alone });
    const producer = new Producer('q');
    engine.apply(producer.inferences(appRows), null);
    engine.apply(producer.outcomes(appRows.map(({ id, time }) => outcome(id, time + 1, labelOf.get(id)!))), null);
    await engine.finish();
    const expected = await bytesOf(whole, alone);
    await alone.close();
    expect(slice.windows.reduce((sum, { labelled }) => sum + labelled, 0)).toBe(300);
    expect(slice).toEqual(expected);
    const key = inSegment('channel=app');
    const query = { ...key, from: start, to: start + 3 * hourMs, windowMs: settings.window, resolutionMs: 0 };
    const inRange = await store.read((transaction) => readWindows(transaction, query));
    expect(inRange.reduce((sum, { profile }) => sum + profileTotals(profile).rows, 0)).toBe(appRows.length);
  });

  test('gives the same however often it is committed, and after a restart', async () => {
    const settings = testModel({ segments: { sex: ['f'] } });
    const producer = new Producer('p');
    const batches = Array.from({ length: 4 }, (_, hour) =>
      producer.inferences(inferences(`h${hour}`, 300, start + hour * hourMs, hourMs)),
    );
    const run = async (everyBatches: number, restart: boolean) => {
      await store.close();
      store = await openSqliteStore({ path: ':memory:' });
      let engine = await engineOn(settings);
      for (const [index, batch] of batches.entries()) {
        engine.apply(batch, null);
        if (index % everyBatches !== everyBatches - 1) continue;
        await engine.commit();
        if (restart) {
          await engine.close();
          engine = await engineOn(settings);
        }
      }
      await engine.finish();
      return Promise.all([whole, inSegment('sex=f'), inSegment('sex=other')].map(findingsOf));
    };
    const once = await run(100, false);
    expect(once[1]!.some(({ evidence }) => evidence !== null)).toBe(true);
    expect(await run(1, true)).toEqual(once);
  });

  test('leaves alone what is stored of segments that are declared no longer', async () => {
    const engine = await engineOn(segmented);
    for (const batch of hours(2, 4)) engine.apply(batch, null);
    await engine.commit();
    await engine.close();
    const before = await findingsOf(inSegment('channel=app'));
    const other = await engineOn(testModel());
    for (const batch of hours(3, 4).slice(2)) other.apply(batch, null);
    await other.finish();
    expect(await findingsOf(inSegment('channel=app'))).toEqual(before);
    expect(closed.at(-1)?.segmentFindings).toEqual([]);
  });

  test('removes it as a whole when the last of it is older than anything is kept', async () => {
    const engine = await engineOn(segmented);
    for (const batch of hours(2, 4)) engine.apply(batch, null);
    await engine.finish();
    await engine.close();
    const namesIn = async (collection: string) =>
      (await store.read((tx) => tx.range({ name: collection, encode: String, decode: () => null } as never, {})))
        .map(({ key }) => key)
        .filter((key) => key.includes('@'));
    const stored = [
      'profiles',
      'window_rows',
      'findings',
      'window_briefs',
      'window_verdicts',
      'rollups',
      'rollups_due',
    ];
    const ofOne = [
      'rollups_kept_from',
      'references',
      'reference_ids',
      'traffic',
      'monitor_states',
      'late_rows',
      'learning_rows',
    ];
    const kinds = async () =>
      Promise.all([...stored, ...ofOne].map(async (name) => [name, await namesIn(name)] as const));
    expect((await kinds()).filter(([, names]) => names.length > 0).length).toBeGreaterThan(6);

    // The app is still declared: what is stored of it stays, whatever its age.
    const retention = { minutes: '1d', hours: '1d', days: '2d' };
    const fewer = await engineOn(testModel({ segments: { channel: ['app'] }, reference: { rows: 400 }, retention }));
    const producer = new Producer('late');
    for (let commit = 0; commit < 8; commit++) {
      fewer.apply(producer.inferences(inferences(`late${commit}`, 3, start + 100 * hourMs, hourMs)), null);
      await fewer.commit();
    }
    await fewer.close();
    const left = (await kinds()).flatMap(([, names]) => names);
    expect(left.filter((name) => name.includes('web'))).toEqual([]);
    expect(left.filter((name) => name.includes('app'))).not.toEqual([]);
    expect(await store.read((tx) => readReference(tx, whole))).toBeDefined();
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Finding } from '../monitor/finding.ts';
import { createProfile, foldAgreement, profileTotals } from '../profile/index.ts';
import { totals } from '../profile/plan.ts';
import { sampleShape } from '../profile/sampleShape.ts';
import { putDeadLetters, readDeadLetters } from './dead-letters.ts';
import {
  deleteFindings,
  earliestTime,
  latestTime,
  listVersionsSeen,
  putFindings,
  putProfile,
  putVersionSeen,
  readBriefs,
  readFindings,
  readLatestVerdicts,
  readProfile,
  readProfiles,
  readWindowRows,
  timeKey,
  type WindowProfile,
} from './history.ts';
import type { Store } from './port.ts';
import { openSqliteStore } from './sqlite.ts';

let store: Store;

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
});
afterEach(() => store.close());

const one = { model: 'a/b', environment: 'production', version: '1' };

function emptyProfile(classes: readonly string[] = []) {
  const task = classes.length > 0 ? 'multiclass_classification' : 'binary_classification';
  return createProfile(sampleShape({ task, classes }));
}

async function putWindows(froms: readonly number[], key = one) {
  await store.transaction(async (tx) => {
    for (const from of froms) {
      const profile = emptyProfile();
      for (let count = 0; count < Math.abs(from / 1_000); count++) foldAgreement(profile, true);
      await putProfile(tx, key, { from, to: from + 1_000, reference: null, closed: true, profile });
      await putFindings(tx, key, { from, to: from + 1_000, findings: [] }, []);
    }
  });
}

describe('windows', () => {
  test('tell their rows without their profiles, and the same ones after every change', async () => {
    await putWindows([1_000, 2_000]);
    await store.transaction(async (tx) => {
      const [{ profile, from, to, reference, closed }] = (await readProfiles(tx, { ...one, from: 2_000 })) as [
        WindowProfile,
      ];
      profile.counts[totals.champion] = 7;
      profile.counts[totals.shadow] = 3;
      await putProfile(tx, one, { from, to, reference, closed, profile });
    });
    const rows = await store.read((tx) => readWindowRows(tx, { ...one, from: 2_000 }));
    expect(rows).toEqual([{ from: 2_000, to: 3_000, champion: 7, canary: 0, shadow: 3 }]);
    expect(await store.read((tx) => readWindowRows(tx, { ...one, limit: 1 }))).toHaveLength(1);
  });

  test('tell the verdicts of the latest one without its findings, each kind with each verdict once', async () => {
    const finding = (signal: string, verdict: Finding['verdict']) => ({ signal, kind: 'feature', verdict }) as Finding; // what else a finding holds is not looked at
    await store.transaction(async (tx) => {
      await putFindings(tx, one, { from: 1_000, to: 2_000, findings: [finding('a', 'alarm')] }, []);
      const findings = [finding('a', 'clear'), finding('b', 'clear'), finding('c', 'watch')];
      await putFindings(tx, one, { from: 2_000, to: 3_000, findings }, []);
    });
    expect(await store.read((tx) => readLatestVerdicts(tx, one))).toEqual({
      from: 2_000,
      to: 3_000,
      revision: 1,
      verdicts: [
        { kind: 'feature', verdict: 'clear' },
        { kind: 'feature', verdict: 'watch' },
      ],
    });
    expect(await store.read((tx) => readLatestVerdicts(tx, { ...one, version: '2' }))).toBeUndefined();
  });

  test('have their findings in brief, and lose both together', async () => {
    const brief = { signal: 'a', kind: 'feature', verdict: 'clear', rows: 7, level: 0.5 } as const;
    const put = (from: number, briefs: readonly (typeof brief)[]) =>
      store.transaction((tx) => putFindings(tx, one, { from, to: from + 1_000, findings: [] }, briefs));
    await put(1_000, [brief]);
    await put(2_000, []);
    const read = () => store.read((tx) => readBriefs(tx, { ...one, from: 1_000, to: 3_000 }));
    expect(await read()).toEqual([
      { from: 1_000, to: 2_000, findings: [brief] },
      { from: 2_000, to: 3_000, findings: [] },
    ]);
    expect(await store.transaction((tx) => deleteFindings(tx, one, 2_000, 10))).toBe(1);
    expect(await read()).toEqual([{ from: 2_000, to: 3_000, findings: [] }]);
  });

  test('come back in the order of time, also around 1970, and never with those of another version', async () => {
    await putWindows([3_000, -2_000, 0, 10_000]);
    await putWindows([1_000], { ...one, version: '10' });
    await putWindows([2_000], { ...one, model: 'a', version: 'b/1' });
    const windows = await store.read((tx) => readProfiles(tx, one));
    expect(windows.map(({ from, to, profile }) => [from, to, profileTotals(profile).agreements])).toEqual([
      [-2_000, -1_000, 2],
      [0, 1_000, 0],
      [3_000, 4_000, 3],
      [10_000, 11_000, 10],
    ]);
    expect(windows[0]).toMatchObject({ version: '1', reference: null, closed: true, revision: 1 });
  });

  test('are chosen by where they begin, from inclusive and to exclusive, newest first if asked', async () => {
    await putWindows([1_000, 2_000, 3_000, 4_000]);
    const froms = async (range: object) =>
      (await store.read((tx) => readFindings(tx, { ...one, ...range }))).map(({ from }) => from);
    expect(await froms({ from: 2_000, to: 4_000 })).toEqual([2_000, 3_000]);
    expect(await froms({ from: 1_001 })).toEqual([2_000, 3_000, 4_000]);
    expect(await froms({ limit: 2, reverse: true })).toEqual([4_000, 3_000]);
    expect(await froms({ to: 3_500, limit: 1, reverse: true })).toEqual([3_000]);
    expect(await froms({ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY })).toHaveLength(4);
  });

  test('of different shapes each come back in their own', async () => {
    await putWindows([1_000]);
    const other = emptyProfile(['a', 'b']);
    await store.transaction((tx) =>
      putProfile(tx, one, { from: 2_000, to: 3_000, reference: 'sha256:1', closed: false, profile: other }),
    );
    const windows = await store.read((tx) => readProfiles(tx, one));
    expect(windows.map(({ profile }) => profile.shape.classes)).toEqual([[], ['a', 'b']]);
    expect(await store.read((tx) => readProfile(tx, one, 2_000))).toMatchObject({
      reference: 'sha256:1',
      closed: false,
    });
    expect(await store.read((tx) => readProfile(tx, one, 2_500))).toBeUndefined();
  });
});

test('times sort as keys over the whole range that is allowed', () => {
  const times = [earliestTime, -1e12, -1, 0, 1, 1_700_000_000_000, latestTime];
  const keys = times.map(timeKey);
  expect([...keys].sort()).toEqual(keys);
  expect(new Set(keys.map((key) => key.length))).toEqual(new Set([16]));
});

test('versions seen are listed by model, or all', async () => {
  const seen = { firstSeenAt: 1, firstEventAt: 2, lastEventAt: 3, rows: 4 };
  await store.transaction(async (tx) => {
    await putVersionSeen(tx, { ...one, ...seen });
    await putVersionSeen(tx, { ...one, version: '2', ...seen });
    await putVersionSeen(tx, { ...one, model: 'a/bc', ...seen });
  });
  expect((await store.read((tx) => listVersionsSeen(tx, one))).map(({ version }) => version)).toEqual(['1', '2']);
  expect(await store.read((tx) => listVersionsSeen(tx))).toHaveLength(3);
});

describe('dead letters', () => {
  const letter = (id: number) => ({
    id: String(id),
    at: id,
    subject: 's',
    code: 'BAD_FRAME',
    reason: 'r',
    bytes: 1,
  });

  test('come back newest first, page by page', async () => {
    await store.transaction((tx) => putDeadLetters(tx, [8, 9, 10, 11].map(letter), 4));
    const ids = async (page: { limit: number; before?: string }) =>
      (await store.read((tx) => readDeadLetters(tx, page))).map(({ id }) => id);
    expect(await ids({ limit: 3 })).toEqual(['11', '10', '9']);
    expect(await ids({ limit: 3, before: '9' })).toEqual(['8']);
  });

  test('do not pile up: the oldest make room', async () => {
    let total = 0;
    for (let round = 0; round < 24; round++) {
      const letters = Array.from({ length: 500 }, () => letter(++total));
      await store.transaction((tx) => putDeadLetters(tx, letters, total));
    }
    const kept = await store.read((tx) => readDeadLetters(tx, { limit: 100_000 }));
    expect([kept.length, kept[0]!.id, kept.at(-1)!.id]).toEqual([10_000, '12000', '2001']);
  });
});

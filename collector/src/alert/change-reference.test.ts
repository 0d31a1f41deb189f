import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hourMs, inferences, Producer } from '../main/testing/traffic.ts';
import { allRows, buildReference, createProfile, foldInferences, mergeProfiles } from '../profile/index.ts';
import { putProfile, putReference } from '../store/history.ts';
import type { Store } from '../store/port.ts';
import { putKeptFrom, putRollUp } from '../store/rollups.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { referenceOfRange } from './change-reference.ts';

const dayMs = 24 * hourMs;
const key = { model: 'credit', environment: 'production', version: '1' };
const settings = { window: hourMs };
const producer = new Producer('app');
const base = buildReference([producer.inferences(inferences('reference', 400, 0, dayMs))], [], {
  task: 'binary_classification',
  windowMs: hourMs,
  features: [],
  groups: [],
});

let store: Store;
beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
  await store.transaction((transaction) => putReference(transaction, key, base));
});
afterEach(() => store.close());

function rowsOf(from: number, rows: number) {
  const profile = createProfile(base.shape);
  const batch = producer.inferences(inferences(`at${from}`, rows, from, hourMs));
  foldInferences(profile, batch, allRows(batch));
  return profile;
}

const range = (from: number, to?: number) =>
  store.read((transaction) => referenceOfRange(transaction, settings, key, { from, to }));

describe('a reference of a stored range', () => {
  it('holds the rows of closed windows that start in it, whichever those are', async () => {
    await store.transaction(async (transaction) => {
      for (let hour = 0; hour < 6; hour++) {
        const [from, closed] = [hour * hourMs, hour < 5];
        const window = { from, to: from + hourMs, reference: base.id, closed, profile: rowsOf(from, 100 + hour) };
        await putProfile(transaction, key, window);
      }
    });
    expect(await range(hourMs, 4 * hourMs)).toMatchObject({ rows: 306, windows: 3, from: hourMs, to: 4 * hourMs });
    // Without an end it goes to the last closed window.
    const open = await range(hourMs);
    expect(open).toMatchObject({ rows: 410, windows: 4, to: 5 * hourMs });
    expect(open.reference).toMatchObject({ rows: 410, shape: { id: base.shape.id } });
    expect(open.reference.designEffects).toEqual(base.designEffects);
  });

  it('takes sums where windows are gone, says how far they reach, and refuses what nothing is left of', async () => {
    const day = [0, 1, 2].map((hour) => rowsOf(dayMs + hour * hourMs, 100)).reduce(mergeProfiles);
    await store.transaction(async (transaction) => {
      await putRollUp(transaction, 'day', key, { from: dayMs, reference: base.id, profile: day });
      const kept = [{ level: 'window', from: 3 * dayMs } as const, { level: 'day', from: dayMs } as const];
      await putKeptFrom(transaction, key, kept);
    });
    const made = await range(dayMs + hourMs, dayMs + 2 * hourMs);
    expect(made).toMatchObject({ rows: 300, windows: 1, from: dayMs, to: 2 * dayMs });
    await expect(range(0, 2 * dayMs)).rejects.toMatchObject({
      code: 'REFUSED',
      details: { reason: 'not_kept', keptFrom: dayMs },
    });
  });
});

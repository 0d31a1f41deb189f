import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { budgetSettings } from '../config/settings.ts';
import { decodeReference, encodeProfile, encodeReference, mergeProfiles, profileTotals } from '../profile/index.ts';
import { readProfiles, readReference, type WindowProfile } from '../store/history.ts';
import type { Store } from '../store/port.ts';
import { readWindows } from '../store/rollups.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { createEngine } from './engine.ts';
import { silentLogger } from './logger.ts';
import { hourMs, inferences, outcome, Producer, testModel } from './testing/traffic.ts';

const dayMs = 24 * hourMs;
const windowMs = hourMs / 4;
const start = 1_700_000_000_000 - (1_700_000_000_000 % dayMs);
const key = { model: 'credit', environment: 'production', version: '1' };
const short = { minutes: '5h', hours: '2d', days: '20d' };
const long = { minutes: '400d', hours: '400d', days: '400d' };

/** What comes in an hour of event time, besides its own rows. */
const hour = fc.record({
  rows: fc.nat(6),
  /** Rows and labels for an earlier hour, so many hours back. */
  lateBy: fc.option(fc.integer({ min: 1, max: 90 })),
  labelBack: fc.option(fc.integer({ min: 1, max: 90 })),
});
type Hour = typeof hour extends fc.Arbitrary<infer Kind> ? Kind : never;

async function referenceOnce() {
  const store = await openSqliteStore({ path: ':memory:' });
  const engine = await open(store, long);
  engine.apply(new Producer('r').inferences(inferences('r', 250, start - 30 * dayMs, dayMs)), null);
  await engine.finish();
  const reference = await store.read((tx) => readReference(tx, key));
  await store.close();
  return encodeReference(reference!);
}
const reference = referenceOnce();

async function open(store: Store, retention: object, starting?: string) {
  return createEngine({
    store,
    models: [testModel({ window: '15m', lateness: '0s', outcomeHorizon: '60d', retention })],
    budget: budgetSettings.parse({}),
    clock: () => start,
    logger: silentLogger,
    ...(starting === undefined ? {} : { startingReference: () => decodeReference(starting) }),
  });
}

/** A store after these hours, each committed by itself; restarted now and then. */
async function run(hours: readonly Hour[], retention: object): Promise<Store> {
  const store = await openSqliteStore({ path: ':memory:' });
  const starting = await reference;
  let engine = await open(store, retention, starting);
  const producer = new Producer('p');
  for (const [index, { rows, lateBy, labelBack }] of hours.entries()) {
    const at = start + index * hourMs;
    if (rows > 0) engine.apply(producer.inferences(inferences(`h${index}`, rows, at, hourMs)), null);
    if (lateBy !== null && lateBy <= index) {
      engine.apply(producer.inferences(inferences(`late${index}`, 2, at - lateBy * hourMs, hourMs)), null);
    }
    if (labelBack !== null && labelBack <= index && hours[index - labelBack]!.rows > 0) {
      engine.apply(producer.outcomes([outcome(`h${index - labelBack}-0`, at, index % 2 === 0 ? 'yes' : 'no')]), null);
    }
    await engine.commit();
    if (index % 17 === 16) engine = await open(store, retention, starting);
  }
  // What is due is made with every commit: some more, until nothing is.
  for (let round = 0; round < 30; round++) {
    engine.apply(producer.inferences(inferences(`end${round}`, 1, start + hours.length * hourMs, 1)), null);
    await engine.commit();
  }
  return store;
}

function sumOf(windows: readonly WindowProfile[]): string {
  const sum = windows.map(({ profile }) => profile).reduce(mergeProfiles);
  return Buffer.from(encodeProfile(sum)).toString('hex');
}

/** Seconds on a machine with nothing else to do. */
describe('windows added up to hours and days', { timeout: 180_000 }, () => {
  test('hold what the windows held, to the last bit, through late rows, late labels and restarts (property)', async () => {
    let days = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(hour, { minLength: 60, maxLength: 130 }), fc.nat(1_000), async (hours, cut) => {
        const added = await run(hours, short);
        const plain = await run(hours, long);
        const everything = await plain.read((tx) => readProfiles(tx, key));
        const end = start + (hours.length + 1) * hourMs;
        for (const resolutionMs of [0, hourMs, dayMs]) {
          const windows = await added.read((tx) =>
            readWindows(tx, { ...key, from: start - dayMs, to: end, windowMs, resolutionMs }),
          );
          expect(sumOf(windows), `all, at ${resolutionMs} ms`).toBe(sumOf(everything));
          expect(overlaps(windows)).toEqual([]);
          days += windows.filter(({ from, to }) => to - from === dayMs).length;
        }
        // Of what is kept by itself any range is exact, at any resolution.
        const from = end - 5 * hourMs + Math.floor((cut * windowMs) / 500) * windowMs;
        const expected = everything.filter((window) => window.from >= from);
        for (const resolutionMs of [0, hourMs, dayMs]) {
          const query = { ...key, from, to: end, windowMs, resolutionMs };
          const windows = await added.read((tx) => readWindows(tx, query));
          if (expected.length === 0) expect(windows).toEqual([]);
          else expect(sumOf(windows)).toBe(sumOf(expected));
        }
        expect((await added.read((tx) => readProfiles(tx, key))).length).toBeLessThan(everything.length);
        await added.close();
        await plain.close();
      }),
      { numRuns: 4 },
    );
    expect(days).toBeGreaterThan(0);
  });

  test('are made of windows that were stored before there were any', async () => {
    const hours = Array.from({ length: 100 }, () => ({ rows: 3, lateBy: null, labelBack: null }));
    const store = await run(hours, long);
    // As it was written by an earlier version.
    await store.transaction(async (tx) => {
      for (const name of ['rollups', 'rollups_due', 'rollups_kept_from']) {
        await tx.deleteRange({ name, encode: String, decode: String } as never, {});
      }
    });
    const before = await store.read((tx) => readProfiles(tx, key));
    const engine = await open(store, short);
    const producer = new Producer('q');
    for (let round = 0; round < 60; round++) {
      engine.apply(producer.inferences(inferences(`q${round}`, 1, start + 100 * hourMs, 1)), null);
      await engine.commit();
    }
    const query = { ...key, from: start, to: start + 100 * hourMs, windowMs, resolutionMs: 0 };
    const after = await store.read((tx) => readWindows(tx, query));
    expect(after.length).toBeLessThan(before.length / 2);
    const rows = (windows: readonly WindowProfile[]) =>
      windows.reduce((sum, { profile }) => sum + profileTotals(profile).rows, 0);
    expect(rows(after)).toBe(300);
    await store.close();
  });
});

function overlaps(windows: readonly WindowProfile[]): unknown[] {
  return windows.filter((window, index) => index > 0 && window.from < windows[index - 1]!.to);
}

import type { InferenceEvent } from '@plumbline/sdk/event';
import { afterEach, beforeEach } from 'vitest';
import { budgetSettings, type ModelSettings } from '../../config/settings.ts';
import { profileTotals, type Reference } from '../../profile/index.ts';
import { readProfiles, readReference } from '../../store/history.ts';
import type { Store } from '../../store/port.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import { createEngine, type Engine, type EngineOptions } from '../engine.ts';
import { silentLogger } from '../logger.ts';
import { hourMs, inferences, outcome, Producer, testModel } from './traffic.ts';

export const start = 1_700_000_400_000 - (1_700_000_400_000 % hourMs);
export const one = { model: 'credit', environment: 'production', version: '1' };

/** Of the test that runs; see `openStoreForEachTest`. */
export let store: Store;

export function openStoreForEachTest(): void {
  beforeEach(async () => {
    store = await openSqliteStore({ path: ':memory:' });
  });
  afterEach(() => store.close());
}

export function engineOn(changes: Partial<EngineOptions> = {}): Promise<Engine> {
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
export async function windowsOf(version = '1', on = store) {
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

/** A reference made from the first hour of ordinary traffic. Default of `labelOf`: every prediction was right. */
export async function ordinaryReference(
  settings: ModelSettings = testModel(),
  labelOf: (row: InferenceEvent) => string | number = ({ prediction }) => prediction ?? 'no',
): Promise<Reference> {
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
  engine.apply(producer.outcomes(rows.map((row) => outcome(row.id, row.time + 1, labelOf(row)))), null);
  await engine.finish();
  const reference = await other.read((tx) => readReference(tx, one));
  await other.close();
  return reference!;
}

import type { ModelSettings } from '../config/settings.ts';
import { championOf } from '../http/views/champion.ts';
import { readSearchedWindows } from '../http/views/searched-windows.ts';
import { duePeriod, noSearches, type SegmentRecord, searchPeriod } from '../monitor/index.ts';
import type { VersionKey } from '../store/history.ts';
import type { ReadTransaction } from '../store/port.ts';
import { putSegmentRecord, readSegmentRecord } from '../store/segment-records.ts';
import type { CollectorServices } from './services.ts';

type Stored = Pick<CollectorServices, 'store' | 'rollout'>;

/**
 * Searches the next period of each model's champion for weak segments, where its rows are kept and its outcomes are final: one
 * period of a model with each call. For one collector of all only.
 */
export async function searchDueSegments(services: Stored, models: readonly ModelSettings[]): Promise<void> {
  for (const settings of models) {
    if (settings.sampledRows === 0) continue;
    const next = await services.store.read((transaction) => nextRecord(services, transaction, settings));
    if (next === null) continue;
    await services.store.transaction((transaction) => putSegmentRecord(transaction, next.key, next.record));
  }
}

/** `null`: nothing to search yet. */
async function nextRecord(
  services: Stored,
  transaction: ReadTransaction,
  settings: ModelSettings,
): Promise<{ readonly key: VersionKey; readonly record: SegmentRecord } | null> {
  const { version, lastEventAt } = await championOf(services, transaction, settings);
  if (version === null || lastEventAt === null) return null;
  const key = { model: settings.name, environment: settings.environment, version };
  const record = await readSegmentRecord(transaction, key);
  if (record === undefined) return { key, record: noSearches(settings, lastEventAt) };
  const period = duePeriod(record, settings, lastEventAt);
  if (period === null) return null;
  const { reference, profiles } = await readSearchedWindows(services, transaction, settings, { version, ...period });
  if (reference === null) return null;
  const windows = profiles.map(({ profile }) => profile);
  return { key, record: searchPeriod(record, settings, reference, windows) };
}

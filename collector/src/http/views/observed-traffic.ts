import type { ModelSettings } from '../../config/index.ts';
import { listVersionsSeen, readWindowRows } from '../../store/history.ts';
import type { ReadTransaction } from '../../store/port.ts';
import type { VersionList } from '../api.ts';

const observedWindows = 3;

/**
 * Who really served the latest windows: rows and share by version and role. Shares of champion and canary sum to 1; a
 * shadow's share is of the same total, which it copies.
 */
export async function observedTraffic(
  transaction: ReadTransaction,
  { name: model, environment, window: windowMs }: ModelSettings,
): Promise<VersionList['observed']> {
  const seen = await listVersionsSeen(transaction, { model, environment });
  const newest = Math.max(...seen.map(({ lastEventAt }) => lastEventAt));
  if (!Number.isFinite(newest)) {
    return [];
  }
  const from = (Math.floor(newest / windowMs) - observedWindows + 1) * windowMs;
  const counted = [];
  for (const { version } of seen) {
    const rows = { champion: 0, canary: 0, shadow: 0 };
    for (const window of await readWindowRows(transaction, { model, environment, version, from })) {
      rows.champion += window.champion;
      rows.canary += window.canary;
      rows.shadow += window.shadow;
    }
    counted.push({ version, rows });
  }
  const served = counted.reduce((sum, { rows }) => sum + rows.champion + rows.canary, 0);
  return counted.flatMap(({ version, rows }) =>
    Object.entries(rows)
      .filter(([, count]) => count > 0)
      .map(([role, count]) => ({ version, role, rows: count, share: served === 0 ? 0 : count / served })),
  );
}

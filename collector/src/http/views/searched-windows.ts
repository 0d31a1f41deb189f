import type { ModelSettings } from '../../config/index.ts';
import { isFinal, type ReportInput } from '../../monitor/index.ts';
import type { ReadTransaction } from '../../store/port.ts';
import type { Services } from '../ports.ts';
import { championOf } from './champion.ts';
import { type ReportQuery, readReportInput } from './report-input.ts';

/**
 * `readReportInput` with the windows that are searched for weak segments: the latest of the range whose outcomes are final. Fewer
 * where each keeps many rows, so that reading and searching them holds up nothing else for longer than other reports do.
 */
export async function readSearchedWindows(
  services: Pick<Services, 'rollout'>,
  transaction: ReadTransaction,
  settings: ModelSettings,
  query: ReportQuery,
): Promise<ReportInput> {
  const { lastEventAt } = await championOf(services, transaction, settings);
  const { sampledRows } = settings;
  const affordable = sampledRows === 0 ? 0 : Math.floor(mostRows / sampledRows);
  const most = Math.max(fewestWindows, Math.min(mostWindows, affordable));
  const finalUntil = (lastEventAt ?? 0) - settings.outcomeDelay;
  const to = Math.min(query.to ?? finalUntil, finalUntil);
  const from = query.from === undefined ? undefined : Math.min(to, Math.max(query.from, to - most * settings.window));
  const input = await readReportInput(services, transaction, settings, { ...query, from, to }, most, most);
  const profiles = input.profiles.filter((window) => isFinal(settings, window.to, input.watermark));
  return { ...input, profiles, from: profiles[0]?.from ?? input.from, to: profiles.at(-1)?.to ?? input.to };
}

const mostWindows = 168;
const fewestWindows = 5;
/** Sampled rows that are read for one search; they take a fourth of a second. */
const mostRows = 40_000;

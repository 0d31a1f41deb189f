import type { ModelSettings } from '../../config/index.ts';
import { isFinal, type ReportInput } from '../../monitor/index.ts';
import type { ReadTransaction } from '../../store/port.ts';
import type { Services } from '../ports.ts';
import { type ReportQuery, readFinalBefore, readReportInput } from './report-input.ts';

/**
 * `readReportInput` with the windows that are searched for weak segments: those whose outcomes are final, by default the latest
 * week of hours. Fewer where each keeps many rows, and a longer range in hours or days, so that reading and searching them
 * holds up nothing else for longer than other reports do.
 */
export async function readSearchedWindows(
  services: Pick<Services, 'rollout'>,
  transaction: ReadTransaction,
  settings: ModelSettings,
  query: ReportQuery,
): Promise<ReportInput & { readonly watermark: number }> {
  const most = Math.max(fewestWindows, Math.floor(mostRows / Math.max(1, settings.sampledRows)));
  const latest = Math.min(defaultWindows, most);
  const input = await readReportInput(services, transaction, settings, query, latest, Math.min(mostWindows, most));
  const asked = input.profiles.filter(({ to }) => isFinal(settings, to, input.watermark));
  const hasRange = query.from !== undefined || query.to !== undefined;
  const profiles = asked.length > 0 || hasRange ? asked : await readFinalBefore(transaction, input, latest);
  const { from, to } = input;
  return { ...input, profiles, from: profiles[0]?.from ?? from, to: profiles.at(-1)?.to ?? to };
}

const defaultWindows = 168;
const mostWindows = 500;
const fewestWindows = 5;
/** Sampled rows that are read for one search; they take a fourth of a second. */
const mostRows = 40_000;

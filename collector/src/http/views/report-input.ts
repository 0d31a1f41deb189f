import type { ModelSettings } from '../../config/index.ts';
import { declaredSegmentsOf } from '../../config/segments.ts';
import { PlumblineError } from '../../errors.ts';
import { isFinal, type ReportInput, type SegmentWindows } from '../../monitor/index.ts';
import {
  readBriefs,
  readFindings,
  readProfiles,
  readReference,
  type VersionKey,
  type WindowBriefs,
  type WindowFindings,
  type WindowProfile,
} from '../../store/history.ts';
import type { ReadTransaction } from '../../store/port.ts';
import { levelMs, readWindows, rollUpLevels } from '../../store/rollups.ts';
import type { Services } from '../ports.ts';
import { type Champion, championOf } from './champion.ts';

/** What a report is about. Without `version`: the champion. Without times: the latest windows. */
export interface ReportQuery {
  readonly version?: string | undefined;
  /** `channel=web`; without: the whole. */
  readonly segment?: string | undefined;
  /** Event time, milliseconds since 1970-01-01 UTC; `to` exclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Windows that one report may be made of: the latest ones of a longer range. */
const maximumWindows = 500;

/**
 * Everything stored about one version over a range; `watermark` is the newest event time of the model. Throws `UNKNOWN_VERSION` for a version that never served and was
 * never registered, `UNKNOWN_SEGMENT` for a segment that is not declared. A version without rows gives an empty report, not an error.
 */
export async function readReportInput(
  services: Pick<Services, 'rollout'>,
  transaction: ReadTransaction,
  settings: ModelSettings,
  query: ReportQuery,
  defaultWindows: number,
  mostWindows = maximumWindows,
): Promise<ReportInput & { readonly watermark: number }> {
  const champion = await championOf(services, transaction, settings);
  const key = sliceAsked(champion, settings, query);
  const { version, segment } = key;
  const slice = segment === undefined ? {} : { segment };
  const profiles =
    query.from === undefined
      ? await readLatest(transaction, key, query.to, query.to === undefined ? defaultWindows : mostWindows)
      : await readRange(transaction, key, settings.window, {
          from: query.from,
          to: query.to ?? (champion.lastEventAt ?? 0) + 1,
          most: mostWindows,
        });
  const from = query.from ?? profiles[0]?.from ?? 0;
  const to = query.to ?? profiles.at(-1)?.to ?? from;
  const first = Math.max(from, profiles[0]?.from ?? from);
  const range = { ...key, from: first, to };
  const history = await readBriefs(transaction, range);
  const findings =
    history === null ? await readFindings(transaction, range) : await readNewest(transaction, key, history);
  const reference = await readReference(transaction, key);
  const watermark = champion.lastEventAt ?? to;
  return {
    settings,
    version,
    ...slice,
    from: first,
    to,
    reference: reference ?? null,
    profiles,
    findings,
    watermark,
    history: history ?? undefined,
  };
}

/** The windows in which signals were found last: mostly one. */
async function readNewest(
  transaction: ReadTransaction,
  key: VersionKey,
  history: readonly WindowBriefs[],
): Promise<WindowFindings[]> {
  const newest = new Map(
    history.flatMap(({ from, findings }) => findings.map(({ signal }) => [signal, from] as const)),
  );
  const starts = [...new Set([...newest.values(), ...history.slice(-1).map(({ from }) => from)])].sort((a, b) => a - b);
  const found = await Promise.all(starts.map((from) => readFindings(transaction, { ...key, from, to: from + 1 })));
  return found.flat();
}

async function readLatest(
  transaction: ReadTransaction,
  key: VersionKey,
  to: number | undefined,
  limit: number,
): Promise<WindowProfile[]> {
  return (await readProfiles(transaction, { ...key, to, limit, reverse: true })).reverse();
}

/**
 * Windows before those of a report of which all outcomes had the time to arrive, the latest `limit` of them: what estimates
 * without labels are tested on where the report itself has no such window. None where it has.
 */
export async function readFinalBefore(
  transaction: ReadTransaction,
  input: ReportInput & { readonly watermark: number },
  limit: number,
): Promise<WindowProfile[]> {
  const { settings, version, segment, from, profiles, watermark } = input;
  if (profiles.some(({ to }) => isFinal(settings, to, watermark))) return [];
  const key = { model: settings.name, environment: settings.environment, version, segment };
  const latest = watermark - settings.outcomeDelay - settings.window;
  return readLatest(transaction, key, Math.min(from, latest + 1), limit);
}

/** Segments of the first dimension that settings declare, which part all rows, over windows of the whole that were read. */
export async function readSegmentWindows(
  transaction: ReadTransaction,
  { settings, version, segment }: ReportInput,
  windows: ReportInput['profiles'],
): Promise<SegmentWindows[]> {
  const dimension = settings.segments[0]?.by;
  if (segment !== undefined || windows.length === 0) return [];
  const range = { from: windows[0]!.from, to: windows.at(-1)!.to };
  const resolutionMs = Math.max(...windows.map(({ from, to }) => to - from));
  const declared = declaredSegmentsOf(settings).filter(({ by }) => by === dimension);
  return Promise.all(
    declared.map(async ({ segment }) => {
      const key = { model: settings.name, environment: settings.environment, version, segment };
      const query = { ...key, ...range, windowMs: settings.window, resolutionMs };
      const reference = (await readReference(transaction, key)) ?? null;
      return { reference, profiles: await readWindows(transaction, query) };
    }),
  );
}

/** A range that holds more windows than a report has room for is read in hours or days. */
async function readRange(
  transaction: ReadTransaction,
  key: VersionKey,
  windowMs: number,
  { from, to, most }: { readonly from: number; readonly to: number; readonly most: number },
): Promise<WindowProfile[]> {
  const lengths = [windowMs, ...rollUpLevels(windowMs).map((level) => levelMs[level])];
  const resolutionMs = lengths.find((length) => (to - from) / length <= most) ?? lengths.at(-1)!;
  const windows = await readWindows(transaction, { ...key, from, to, windowMs, resolutionMs });
  return windows.slice(-most);
}

/** The version or segment a query is about, by default the whole of the champion. Throws as `readReportInput` does. */
export function sliceAsked(
  champion: Champion,
  settings: ModelSettings,
  asked: Pick<ReportQuery, 'version' | 'segment'>,
): VersionKey {
  const { name: model, environment } = settings;
  return { model, environment, version: versionOf(champion, asked.version), ...segmentOf(settings, asked.segment) };
}

function segmentOf(settings: ModelSettings, asked: string | undefined): { readonly segment?: string } {
  if (asked === undefined) return {};
  if (!declaredSegmentsOf(settings).some(({ segment }) => segment === asked)) {
    throw new PlumblineError('UNKNOWN_SEGMENT', 'the settings of the model declare no segment of that name');
  }
  return { segment: asked };
}

function versionOf(champion: Champion, asked: string | undefined): string {
  if (asked === undefined) {
    if (champion.version === null) {
      throw new PlumblineError('UNKNOWN_VERSION', 'the model has no version yet: none is registered and none served');
    }
    return champion.version;
  }
  if (!champion.versions.includes(asked)) {
    throw new PlumblineError('UNKNOWN_VERSION', 'the model has no version of that name');
  }
  return asked;
}

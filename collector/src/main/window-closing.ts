import type { ModelSettings } from '../config/settings.ts';
import type { Finding } from '../monitor/finding.ts';
import {
  briefFindings,
  countStreams,
  evaluateWindow,
  type Monitored,
  noArrivals,
  type StreamCounts,
} from '../monitor/index.ts';
import { copyProfile, createProfile, mergeProfiles } from '../profile/index.ts';
import { putFindings, putStreamCount, versionKey } from '../store/history.ts';
import { latestEventAt, type StretchContext, trafficsOf } from './commit-context.ts';
import { takeDueOutcomes } from './due-outcomes.ts';
import type { ClosedWindow } from './engine.ts';
import { adoptExpectedReference } from './expected-reference.ts';
import { bareShape } from './learning-rows.ts';
import type { VersionTraffic } from './version-traffic.ts';
import { closedBefore } from './windows.ts';

/** A window of a version that is to be closed now. */
export interface DueWindow {
  readonly traffic: VersionTraffic;
  readonly from: number;
}

/**
 * Closes what no more rows are waited for, in the order of event time over all versions of these models: findings are
 * made and stored, and hooks are called. Returns what was closed.
 */
export async function closeWindows(
  context: StretchContext,
  models: Iterable<ModelSettings>,
  isLast: boolean,
): Promise<DueWindow[]> {
  const due: DueWindow[] = [];
  for (const settings of models) {
    const traffics = trafficsOf(context, settings);
    for (const traffic of traffics) await adoptExpectedReference(context, traffic);
    const boundary = isLast
      ? Number.POSITIVE_INFINITY
      : closedBefore(latestEventAt(traffics), settings.lateness, settings.window);
    for (const traffic of traffics) due.push(...(await findDue(context, traffic, boundary)));
  }
  due.sort((a, b) => a.from - b.from || (nameOf(a) < nameOf(b) ? -1 : 1));
  for (const { traffic, from } of due) {
    const window = await context.windows.find(context.transaction, traffic.key, from);
    if (window === undefined) continue;
    window.closed = true;
    context.windows.change(window);
  }
  // Hooks read what is stored.
  await context.windows.write(context.transaction);
  const streams = due.length === 0 ? undefined : await monitoredStreams(context);
  if (streams !== undefined) await putStreamCount(context.transaction, streams.total);
  if (streams !== undefined) await judgeWindows(context, due, streams);
  return due;
}

/** A version comes before its segments. */
function nameOf({ traffic }: DueWindow): string {
  return versionKey(traffic.key);
}

/** Windows of a version together with those of its segments, which hooks get to know with it. */
async function judgeWindows(context: StretchContext, due: readonly DueWindow[], streams: StreamCounts): Promise<void> {
  const together = Map.groupBy(
    due,
    ({ traffic: { key }, from }) => `${from} ${versionKey({ ...key, segment: undefined })}`,
  );
  for (const windows of together.values()) {
    const segmentFindings: Finding[] = [];
    for (const window of windows) {
      if (window.traffic.key.segment === undefined) continue;
      const { findings, to } = await judgeWindow(context, window, streams);
      await putFindings(
        context.transaction,
        window.traffic.key,
        { from: window.from, to, findings },
        briefFindings(findings),
      );
      segmentFindings.push(...findings);
    }
    const whole = windows.find(({ traffic }) => traffic.key.segment === undefined);
    if (whole !== undefined) await closeWindow(context, whole, streams, segmentFindings);
  }
}

/** Windows of a version that start before `boundary` and are open. Moves its mark: later rows of these are late. */
async function findDue(context: StretchContext, traffic: VersionTraffic, boundary: number): Promise<DueWindow[]> {
  const { state, settings } = traffic;
  // Windows after the rows of a reference in the making wait for it; those of a segment close with those of the whole.
  const { learning } = context.traffics.get(versionKey({ ...traffic.key, segment: undefined }))?.state ?? state;
  const limit = Math.min(boundary, learning?.until ?? boundary);
  const from = state.openWindows.filter((start) => start < limit);
  const last = from.at(-1);
  const reached =
    limit === Number.POSITIVE_INFINITY ? Math.max(state.closedBefore, (last ?? -Infinity) + settings.window) : limit;
  if (reached <= state.closedBefore && from.length === 0) return [];
  const moved = reached > state.closedBefore;
  state.closedBefore = Math.max(state.closedBefore, reached);
  state.openWindows = state.openWindows.filter((start) => start >= limit);
  context.touched.add(traffic);
  if (from.length > 0) return from.map((start) => ({ traffic, from: start }));
  const isWaiting = moved && (await hasUnjudged(context, traffic));
  return isWaiting ? [{ traffic, from: state.closedBefore - settings.window }] : [];
}

/** Has anything come for a version that gets no more rows: late ones, or labels? */
async function hasUnjudged({ transaction }: StretchContext, traffic: VersionTraffic): Promise<boolean> {
  if ((await traffic.reference(transaction)) === null) return false;
  return traffic.hasArrivals() || (await traffic.late(transaction)) !== null;
}

async function closeWindow(
  context: StretchContext,
  window: DueWindow,
  streams: StreamCounts,
  segmentFindings: readonly Finding[],
): Promise<void> {
  const { transaction, options } = context;
  const { settings, key } = window.traffic;
  const { from } = window;
  const { findings, to, profile, late } = await judgeWindow(context, window, streams);
  await putFindings(transaction, key, { from, to, findings }, briefFindings(findings), segmentFindings);
  const at = options.clock();
  const { version } = key;
  const closed: ClosedWindow = { settings, version, from, to, profile, findings, segmentFindings, at, late };
  await options.hooks?.windowClosed?.(transaction, closed);
}

/** What the monitors say about a window; its detectors remember it from now on. */
async function judgeWindow(
  context: StretchContext,
  { traffic, from }: DueWindow,
  streams: StreamCounts,
): Promise<Pick<ClosedWindow, 'to' | 'findings' | 'profile' | 'late'>> {
  const { transaction, options, windows } = context;
  const { settings, key, state } = traffic;
  const to = from + settings.window;
  const known = await traffic.reference(transaction);
  // The rows of a reference are no evidence against it.
  const reference = from >= state.judgedFrom ? known : null;
  const window = await windows.find(transaction, key, from);
  const own = window?.profile ?? createProfile(known?.shape ?? bareShape(settings));
  const late = reference === null ? null : await traffic.late(transaction);
  // A copy: rows that come later still count in the window.
  const profile = late === null ? copyProfile(own) : mergeProfiles(own, late);
  const arrivals = reference === null ? noArrivals : traffic.arrivals.take();
  const due = reference === null ? null : await takeDueOutcomes(transaction, traffic, reference, to);
  const { findings, state: monitor } = evaluateWindow({
    settings,
    budget: options.budget,
    streams,
    version: key.version,
    segment: key.segment,
    reference,
    profile,
    arrivals,
    due,
    state: await traffic.monitor(transaction),
    from,
    to,
  });
  if (reference !== null) {
    traffic.setMonitor(monitor);
    if (late !== null) traffic.setLate(null);
  }
  context.touched.add(traffic);
  return { to, findings, profile, late: late !== null };
}

/** Everything that shares the false-alarm budget now: versions that still get rows. */
async function monitoredStreams(context: StretchContext): Promise<StreamCounts> {
  const monitored: Monitored[] = [];
  for (const settings of context.options.models) {
    const traffics = trafficsOf(context, settings);
    const activeSince = latestEventAt(traffics) - settings.lateness - 2 * settings.window;
    for (const traffic of traffics) {
      if (traffic.state.lastEventAt < activeSince) continue;
      const reference = await traffic.reference(context.transaction);
      if (reference !== null) monitored.push({ settings, reference, segment: traffic.key.segment });
    }
  }
  return countStreams(monitored);
}

import type { ModelSettings } from '../config/settings.ts';
import {
  createProfile,
  foldAgreement,
  foldInferences,
  foldOutcome,
  mergeProfiles,
  type Profile,
  profileTotals,
  rowCounts,
  weightOf,
} from '../profile/index.ts';
import { putReference, readReference, type VersionKey, versionKey } from '../store/history.ts';
import { type CommitContext, latestEventAt, type StretchContext, trafficsOf } from './commit-context.ts';
import type { CommitResult } from './engine.ts';
import { type JoinRecord, readJoinKey } from './join-record.ts';
import type { JoinCounts, JoinEffects } from './join-run.ts';
import { bareShape } from './learning-rows.ts';
import type { Stretch, UnplacedRows } from './pending.ts';
import { adoptReference, completeLearning, learn } from './reference-learning.ts';
import { unitsOf, wholeOf } from './segments.ts';
import { VersionTraffic } from './version-traffic.ts';
import { closeWindows, type DueWindow } from './window-closing.ts';
import { windowStart } from './windows.ts';

export interface CommitOutcome {
  readonly closed: CommitResult['closed'];
  readonly joined: JoinCounts;
  readonly lateRows: number;
}

/** Writes what was applied, stretch by stretch, each with its windows closed before the next begins. */
export async function runCommit(
  context: CommitContext,
  stretches: readonly Stretch[],
  isLast: boolean,
): Promise<CommitOutcome> {
  const joined: JoinCounts = { first: 0, corrected: 0, repeated: 0, refused: 0, unlabelled: 0 };
  const closed: DueWindow[] = [];
  const touched = new Set<VersionTraffic>();
  let lateRows = 0;
  for (const [index, stretch] of stretches.entries()) {
    const stretchContext: StretchContext = { ...context, touched: new Set() };
    lateRows += await runStretch(stretchContext, stretch, joined);
    closed.push(...(await endStretch(stretchContext, joined, isLast && index === stretches.length - 1)));
    for (const traffic of stretchContext.touched) touched.add(traffic);
  }
  await context.windows.write(context.transaction);
  for (const traffic of touched) await traffic.write(context.transaction);
  const whole = closed.filter(({ traffic }) => traffic.key.segment === undefined);
  return {
    joined,
    lateRows,
    closed: whole.map(({ traffic, from }) => ({
      model: traffic.key.model,
      version: traffic.key.version,
      from,
      to: from + traffic.settings.window,
    })),
  };
}

/** Brings rows to their windows and outcomes to their inferences. Returns how many rows came late. */
async function runStretch(context: StretchContext, stretch: Stretch, joined: JoinCounts): Promise<number> {
  let lateRows = 0;
  for (const unplaced of stretch.unplaced) lateRows += await placeRows(context, unplaced);
  for (const [traffic, windows] of stretch.windows) {
    for (const [from, counts] of windows) lateRows += await countRows(context, traffic, from, counts);
  }
  for (const fold of stretch.elsewhere) lateRows += await fold(context);
  const { inferences, outcomes } = stretch;
  const counts = await context.join.join(context.transaction, inferences, outcomes, joinEffects(context));
  for (const decision of ['first', 'corrected', 'repeated', 'refused', 'unlabelled'] as const) {
    joined[decision] += counts[decision];
  }
  return lateRows;
}

/** Makes references and closes windows of the models that got rows, of all at the end of a history. */
async function endStretch(context: StretchContext, joined: JoinCounts, isLast: boolean): Promise<DueWindow[]> {
  const { transaction, traffics, touched, join } = context;
  const models = new Set([...(isLast ? traffics.values() : touched)].map(({ settings }) => settings));
  for (const settings of models) {
    for (const traffic of trafficsOf(context, settings)) await completeLearning(context, traffic, isLast);
  }
  const closed = await closeWindows(context, models, isLast);
  for (const settings of new Set(closed.map(({ traffic }) => traffic.settings))) {
    joined.refused += await join.giveUp(transaction, settings, latestEventAt(trafficsOf(context, settings)));
  }
  return closed;
}

/** Rows of a version whose reference was not at hand when they were applied. Returns how many came late. */
export async function placeRows(context: StretchContext, { settings, key, from, rows }: UnplacedRows): Promise<number> {
  const { transaction } = context;
  const traffic = await findTraffic(context, settings, key);
  if (traffic.state.learning !== null && !context.touched.has(traffic)) {
    // Somebody may have registered the version with a reference meanwhile; nobody can while this transaction runs.
    const registered = await readReference(transaction, key);
    if (registered !== undefined) await adoptReference(context, traffic, registered);
  }
  const reference = await traffic.reference(transaction);
  const counts = createProfile(reference?.shape ?? bareShape(settings));
  foldInferences(
    counts,
    rows,
    Int32Array.from({ length: rows.count }, (_, row) => row),
  );
  if (reference === null) learn(traffic, rows);
  return countRows(context, traffic, from, counts);
}

export async function findTraffic(
  context: StretchContext,
  settings: ModelSettings,
  key: VersionKey,
): Promise<VersionTraffic> {
  const { options, transaction } = context;
  const known = context.traffics.get(versionKey(key));
  if (known !== undefined) return known;
  const at = options.clock();
  if (key.segment !== undefined) {
    // Its rows are rows of the version too, which came here first: their windows close together.
    const whole = context.traffics.get(versionKey({ ...key, segment: undefined }));
    const segment = VersionTraffic.start(settings, key, at, whole?.state.closedBefore);
    context.traffics.set(versionKey(key), segment);
    return segment;
  }
  const traffic = VersionTraffic.start(settings, key, at);
  context.traffics.set(versionKey(key), traffic);
  options.logger.info({ ...key }, 'version seen');
  const starting = options.startingReference?.(settings, key.version);
  if (starting !== undefined && (await readReference(transaction, key)) === undefined) {
    await putReference(transaction, key, starting);
  }
  await options.hooks?.versionSeen?.(transaction, settings, key.version, at);
  return traffic;
}

/** Adds counts of rows to their window. Returns how many of them came late; those of a segment are counted with the whole. */
export async function countRows(
  context: StretchContext,
  traffic: VersionTraffic,
  from: number,
  counts: Profile,
): Promise<number> {
  const { transaction, windows } = context;
  const { key, state, settings } = traffic;
  context.touched.add(traffic);
  const { from: first, to: last } = profileTotals(counts);
  const { seen: rows } = rowCounts(counts);
  state.rows += rows;
  state.firstEventAt = Math.min(state.firstEventAt, first ?? state.firstEventAt);
  state.lastEventAt = Math.max(state.lastEventAt, last ?? state.lastEventAt);
  const place = { key, from, to: from + settings.window, reference: state.referenceId };
  const window = await windows.merge(transaction, place, counts);
  if (from >= state.closedBefore) {
    if (!state.openWindows.includes(from)) state.openWindows = [...state.openWindows, from].sort((a, b) => a - b);
    return 0;
  }
  window.closed = true;
  if (state.referenceId !== null) {
    const late = await traffic.late(transaction);
    traffic.setLate(late === null ? counts : mergeProfiles(late, counts));
  }
  return key.segment === undefined ? rows : 0;
}

export function joinEffects(context: StretchContext): JoinEffects {
  const { transaction, windows, traffics, touched } = context;
  return {
    async labelled(settings, record, label, joinKey) {
      const { inferenceId } = readJoinKey(joinKey);
      for (const key of unitsOf(settings, record))
        await foldLabel(context, settings, key, { inferenceId, record, label });
    },
    async rated(settings, record, type, value) {
      for (const key of unitsOf(settings, record)) {
        const traffic = traffics.get(versionKey(key));
        if (traffic === undefined) continue;
        traffic.arrivals.rate(type, value, weightOf(record));
        touched.add(traffic);
      }
    },
    async compared(settings, shadow, agree) {
      for (const key of unitsOf(settings, shadow)) {
        const window = await windows.find(transaction, key, windowStart(shadow.time, settings.window));
        if (window === undefined) continue;
        foldAgreement(window.profile, agree, weightOf(shadow));
        windows.change(window);
      }
    },
    predictionScale(settings, shadow) {
      return traffics.get(versionKey(wholeOf(settings, shadow)))?.knownReference?.shape.residualScale ?? 1;
    },
  };
}

/** Counts a label for a version, or for a segment of it: in the window of its inference, and as an arrival. */
export async function foldLabel(
  { transaction, windows, traffics, touched }: StretchContext,
  settings: ModelSettings,
  key: VersionKey,
  {
    inferenceId,
    record,
    label,
  }: { readonly inferenceId: string; readonly record: JoinRecord; readonly label: string | number },
): Promise<void> {
  const window = await windows.find(transaction, key, windowStart(record.time, settings.window));
  if (window !== undefined) {
    foldOutcome(window.profile, record, label, inferenceId);
    windows.change(window);
  }
  const traffic = traffics.get(versionKey(key));
  const reference = await traffic?.reference(transaction);
  if (traffic === undefined || !reference) return;
  traffic.arrivals.add(reference.shape, record, label);
  touched.add(traffic);
}

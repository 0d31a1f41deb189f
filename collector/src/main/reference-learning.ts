import type { InferenceBatch } from '@plumbline/sdk/event';
import {
  buildReference,
  foldAgreement,
  foldInferences,
  foldOutcome,
  type LabelledOutcome,
  profileTotals,
  type Reference,
} from '../profile/index.ts';
import { putReference } from '../store/history.ts';
import { latestEventAt, type StretchContext, trafficsOf } from './commit-context.ts';
import type { JoinRecord } from './join-record.ts';
import { learningSize } from './learning-rows.ts';
import { selectRows } from './select-rows.ts';
import type { VersionTraffic } from './version-traffic.ts';
import { closedBefore, partByWindow, windowStart } from './windows.ts';

/** Keeps rows of a version that has no reference yet. */
export function learn(traffic: VersionTraffic, rows: InferenceBatch): void {
  const { learning } = traffic.state;
  if (learning === null) return;
  traffic.learningRows.add(learning.pieces, rows);
  learning.pieces++;
  learning.rows += rows.count;
}

/**
 * Makes a reference of the first rows of a version when there are enough, and labels for them have had time to come:
 * one more window, or the outcome delay if that is shorter. At the end of a history it is made of what there is.
 */
export async function completeLearning(
  context: StretchContext,
  traffic: VersionTraffic,
  isLast: boolean,
): Promise<void> {
  const { learning } = traffic.state;
  if (learning === null || learning.rows === 0) return;
  const { settings } = traffic;
  const { needed, most } = learningSize(settings);
  if (learning.until === null && (learning.rows >= needed || isLast)) {
    const rows = await traffic.learningRows.read(context.transaction);
    learning.until = endOf(firstRows(rows, needed), settings.window);
    context.touched.add(traffic);
  }
  if (learning.until === null) return;
  const waitMs = Math.min(settings.outcomeDelay, settings.window);
  const ended = closedBefore(latestEventAt(trafficsOf(context, settings)), settings.lateness, settings.window);
  if (ended < learning.until + waitMs && learning.rows < most && !isLast) return;
  await makeReference(context, traffic, needed, learning.until);
}

/** A version gets its reference: what was counted before is counted again, in the reference's bins. */
export async function adoptReference(
  context: StretchContext,
  traffic: VersionTraffic,
  reference: Reference,
): Promise<void> {
  const rows = traffic.state.learning?.rows === 0 ? [] : await traffic.learningRows.read(context.transaction);
  traffic.adopt(reference);
  context.touched.add(traffic);
  await recount(context, traffic, reference, rows, await readRecords(context, traffic, rows));
  await traffic.learningRows.forget(context.transaction);
}

async function makeReference(
  context: StretchContext,
  traffic: VersionTraffic,
  needed: number,
  until: number,
): Promise<void> {
  const { settings, key } = traffic;
  const { transaction, options } = context;
  const rows = await traffic.learningRows.read(transaction);
  const records = await readRecords(context, traffic, rows);
  const first = firstRows(rows, needed);
  const { task, features, groups, positive, favourable, window, sampledRows } = settings;
  const reference = buildReference(first, labelsOf(first, records), {
    task,
    features,
    groups,
    positive,
    favourable,
    sampledRows,
    windowMs: window,
  });
  await putReference(transaction, key, reference);
  traffic.adopt(reference);
  traffic.state.judgedFrom = until;
  context.touched.add(traffic);
  await recount(context, traffic, reference, rows, records);
  await traffic.learningRows.forget(transaction);
  options.logger.info({ ...key, reference: reference.id, rows: reference.rows }, 'reference built');
  if (key.segment === undefined) {
    await options.hooks?.referenceBuilt?.(transaction, settings, key.version, reference, options.clock());
  }
}

/** Fills the windows that had only totals with everything the reference counts. */
async function recount(
  { transaction, windows }: StretchContext,
  traffic: VersionTraffic,
  reference: Reference,
  batches: readonly InferenceBatch[],
  records: ReadonlyMap<string, JoinRecord>,
): Promise<void> {
  const restarted = new Set<number>();
  for (const batch of batches) {
    for (const { from, rows } of partByWindow(batch, traffic.settings.window)) {
      const window = await windows.find(transaction, traffic.key, from);
      if (window === undefined) continue;
      if (!restarted.has(from)) {
        restarted.add(from);
        // Comparisons with what was served are known only as counts.
        const { agreements, disagreements } = profileTotals(window.profile);
        windows.restart(window, reference.id, reference.shape);
        foldAgreement(window.profile, true, agreements);
        foldAgreement(window.profile, false, disagreements);
      }
      foldInferences(window.profile, batch, rows);
      for (const row of rows) {
        const record = records.get(batch.ids[row]!);
        if (record !== undefined && record.label !== null) {
          foldOutcome(window.profile, { ...record, label: null }, record.label, batch.ids[row]!);
        }
      }
    }
  }
}

async function readRecords(
  { transaction, join }: StretchContext,
  traffic: VersionTraffic,
  rows: readonly InferenceBatch[],
): Promise<Map<string, JoinRecord>> {
  const records = new Map<string, JoinRecord>();
  // All at once: there are thousands of batches, and each question is waited for.
  const ids = rows.flatMap((batch) => batch.ids);
  const found = await join.records(transaction, traffic.key, ids);
  found.forEach((record, index) => {
    if (record !== undefined) records.set(ids[index]!, record);
  });
  return records;
}

function labelsOf(rows: readonly InferenceBatch[], records: ReadonlyMap<string, JoinRecord>): LabelledOutcome[] {
  return rows.flatMap(({ ids }) =>
    ids.flatMap((inferenceId) => {
      const label = records.get(inferenceId)?.label ?? null;
      return label === null ? [] : [{ inferenceId, label }];
    }),
  );
}

/** The first `needed` rows, in the order in which they came. */
function firstRows(batches: readonly InferenceBatch[], needed: number): InferenceBatch[] {
  const first: InferenceBatch[] = [];
  let left = needed;
  for (const batch of batches) {
    if (left <= 0) break;
    const whole = batch.count <= left;
    first.push(
      whole
        ? batch
        : selectRows(
            batch,
            Int32Array.from({ length: left }, (_, row) => row),
          ),
    );
    left -= batch.count;
  }
  return first;
}

function endOf(batches: readonly InferenceBatch[], windowMs: number): number {
  let latest = Number.NEGATIVE_INFINITY;
  for (const { times } of batches) for (const time of times) latest = Math.max(latest, time);
  return windowStart(latest, windowMs) + windowMs;
}

import type { ModelSettings } from '../config/settings.ts';
import { listVersionsSeen } from '../store/history.ts';
import { compositeKey, jsonCollection, type ReadTransaction, type Transaction } from '../store/port.ts';

/** When rows of a model were last stored. Kept, so that a restart does not start the waiting anew. */
export interface TrafficWatch {
  /** Rows of all its versions. */
  readonly rows: number;
  readonly heardAt: number | null;
  /** Since when a collector could not read the stream, and when one last said so. */
  readonly problem: { readonly since: number; readonly seenAt: number; readonly text: string } | null;
}

const watches = jsonCollection<TrafficWatch>('traffic_watches');
/** What one collector said about the stream counts this long: another may see no problem. */
const problemLifeMs = 60_000;
const writeEveryMs = 60_000;

export async function readWatch(
  transaction: ReadTransaction,
  environment: string,
  model: string,
): Promise<TrafficWatch> {
  const stored = await transaction.get(watches, compositeKey(environment, model));
  return stored?.value ?? { rows: 0, heardAt: null, problem: null };
}

export async function writeWatch(
  transaction: Transaction,
  environment: string,
  model: string,
  watch: TrafficWatch,
): Promise<void> {
  await transaction.put(watches, compositeKey(environment, model), watch);
}

/** The watch after a look: `rows` of all versions by now, and why this collector cannot read the stream, if it cannot. */
export function nextWatch(before: TrafficWatch, rows: number, problems: readonly string[], now: number): TrafficWatch {
  const heard = rows === before.rows ? before : { ...before, rows, heardAt: now };
  if (problems.length > 0) {
    return { ...heard, problem: { since: before.problem?.since ?? now, seenAt: now, text: problems.join('; ') } };
  }
  const isOver = before.problem !== null && now - before.problem.seenAt >= problemLifeMs;
  return isOver ? { ...heard, problem: null } : heard;
}

/** That rows go on coming is written down once a minute: silence is measured in hours. */
export function isWorthWriting(before: TrafficWatch, after: TrafficWatch): boolean {
  const [was, is] = [before.problem, after.problem];
  if (was?.since !== is?.since || before.heardAt === null) return before !== after;
  // Still a problem: said again before it would count as over.
  if (was !== null && is !== null && is.seenAt - was.seenAt >= problemLifeMs / 2) return true;
  return after.heardAt !== null && after.heardAt - before.heardAt >= writeEveryMs;
}

/** Rows of all versions of a model, and the version that was heard last. */
export async function seenOf(
  transaction: ReadTransaction,
  { name: model, environment }: ModelSettings,
): Promise<{ rows: number; version: string }> {
  const seen = await listVersionsSeen(transaction, { model, environment });
  const [last] = seen.toSorted((left, right) => right.lastEventAt - left.lastEventAt);
  return { rows: seen.reduce((sum, { rows }) => sum + rows, 0), version: last?.version ?? '' };
}

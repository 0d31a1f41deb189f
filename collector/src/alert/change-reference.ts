import type { ModelSettings } from '../config/settings.ts';
import { PlumblineError } from '../errors.ts';
import { type Reference, referenceOfWindows, rowCounts } from '../profile/index.ts';
import { appendAudit } from '../store/audit.ts';
import { readProfiles, readReference, type VersionKey, type WindowProfile } from '../store/history.ts';
import type { ReadTransaction, Transaction } from '../store/port.ts';
import { allKept, levelMs, readKeptFrom, readWindows, rollUpLevels } from '../store/rollups.ts';
import { putExpectedReference } from './expected-reference.ts';

/** Windows that start in `[from, to)`, event time, milliseconds since 1970-01-01 UTC; without `to` all since. */
export interface WindowStarts {
  readonly from: number;
  readonly to?: number | undefined;
}

/** A reference made of stored windows, in the bins of the one that a version or segment has. */
export interface StoredReference {
  readonly base: Reference;
  readonly reference: Reference;
  readonly rows: number;
  /** Windows, or sums of them where the range is long or old. */
  readonly windows: number;
  /** Of what it is made of: a sum that is all that is kept may reach over the ends of the range. */
  readonly from: number;
  readonly to: number;
}

/**
 * Puts together what closed windows hold. `REFUSED` with a reason: `no_reference` (nothing says what the bins are),
 * `no_windows`, `too_few_rows`, `mixed_shapes` (some were counted in other bins), `not_kept` (the range begins before
 * what retention has left).
 */
export async function referenceOfRange(
  transaction: ReadTransaction,
  { window: windowMs }: Pick<ModelSettings, 'window'>,
  key: VersionKey,
  range: WindowStarts,
): Promise<StoredReference> {
  const base = await readReference(transaction, key);
  if (base === undefined) throw refused('no_reference', 'the version has no reference yet');
  const windows = await readClosed(transaction, windowMs, key, range);
  const others = windows.filter(({ profile }) => profile.shape.id !== base.shape.id);
  if (others.length > 0) {
    const text = `${others.length} of ${windows.length} windows were counted in other bins than those of the reference`;
    throw refused('mixed_shapes', text, { from: others[0]?.from, to: others.at(-1)?.to });
  }
  const rows = windows.reduce((sum, { profile }) => sum + rowCounts(profile).effective, 0);
  if (rows < fewestRows) {
    const where = key.segment === undefined ? '' : ` of ${key.segment}`;
    throw refused('too_few_rows', `the closed windows${where} hold ${rows} rows: it takes ${fewestRows}`, { rows });
  }
  return {
    base,
    rows,
    windows: windows.length,
    from: windows[0]!.from,
    to: windows.at(-1)!.to,
    reference: referenceOfWindows(
      base,
      windows.map(({ profile }) => profile),
    ),
  };
}

/** Fewer rows say too little about what is normal. */
const fewestRows = 200;
const mostWindows = 10_000;

async function readClosed(
  transaction: ReadTransaction,
  windowMs: number,
  key: VersionKey,
  { from, to: end }: WindowStarts,
): Promise<WindowProfile[]> {
  const kept = (await readKeptFrom(transaction, key)) ?? allKept(windowMs);
  const keptFrom = kept.at(-1)!.from;
  if (from < keptFrom) {
    throw refused('not_kept', `nothing is kept from before ${new Date(keptFrom).toISOString()}`, { keptFrom });
  }
  const [latest] = end === undefined ? await readProfiles(transaction, { ...key, limit: 1, reverse: true }) : [];
  const to = end ?? latest?.to ?? from;
  const lengths = [windowMs, ...rollUpLevels(windowMs).map((level) => levelMs[level])];
  const resolutionMs = lengths.find((length) => (to - from) / length <= mostWindows) ?? lengths.at(-1)!;
  const windows = await readWindows(transaction, { ...key, from, to, windowMs, resolutionMs });
  const closed = windows.filter((window) => window.closed);
  if (closed.length === 0) throw refused('no_windows', 'no closed window of the version starts in that time');
  return closed;
}

/** What a version is compared with is changed by somebody, for a reason. */
export interface ReferenceChange {
  readonly actor: string;
  readonly at: number;
  readonly reason: string;
  readonly requestId: string | null;
}

/** Makes stored windows the reference of a version or segment from the next window on, and writes down who did so and why. */
export async function changeReference(
  transaction: Transaction,
  settings: Pick<ModelSettings, 'window'>,
  key: VersionKey,
  range: WindowStarts,
  { actor, at, reason, requestId }: ReferenceChange,
): Promise<StoredReference> {
  const made = await referenceOfRange(transaction, settings, key, range);
  const { base, reference, rows, from, to } = made;
  await putExpectedReference(transaction, key, { base: base.id, judgedFrom: to, reference });
  const { model, environment, ...slice } = key;
  await appendAudit(transaction, {
    at,
    actor,
    action: 'reference.changed',
    target: `model/${environment}/${model}`,
    reason,
    requestId,
    before: { ...slice, reference: base.id, rows: base.rows },
    after: { ...slice, reference: reference.id, rows, from, to },
  });
  return made;
}

function refused(reason: string, message: string, details: Readonly<Record<string, unknown>> = {}): PlumblineError {
  return new PlumblineError('REFUSED', message, { details: { reason, ...details } });
}

import { createHash } from 'node:crypto';
import { PlumblineError } from '../errors.ts';
import { jsonCollection, type ReadTransaction, type Stored, type Transaction } from '../store/port.ts';
import { type Alert, type AlertKind, alertKinds } from './alert.ts';
import { type Silence, silenceState } from './silence.ts';

/** What the alert room keeps: alerts and silences. */

export interface StoredAlert {
  readonly alert: Alert;
  readonly revision: number;
}

const alerts = jsonCollection<Alert>('alerts');
const silences = jsonCollection<Silence>('silences');

/** Stays the same over versions and scores, so that an alert keeps its history and its acknowledgement. */
export function fingerprint(model: string, environment: string, kind: AlertKind): string {
  return createHash('sha256')
    .update(JSON.stringify([model, environment, kind]))
    .digest('hex')
    .slice(0, 24);
}

/** What an alert of before these fields were known has in them. */
const later = { heldState: null, firedWallAt: null, expected: null, alarms: 0, climb: 0, windowsSinceAlarm: 0 };

const asNow = ({ value, revision }: Stored<Alert>): StoredAlert => ({ alert: { ...later, ...value }, revision });

export async function readAlert(transaction: ReadTransaction, id: string): Promise<StoredAlert | undefined> {
  const stored = await transaction.get(alerts, id);
  return stored && asNow(stored);
}

/** The alert, or `NOT_FOUND`; `STALE_REVISION` when it is not as its reader saw it. */
export async function alertAtRevision(
  transaction: ReadTransaction,
  id: string,
  expectedRevision: number,
): Promise<StoredAlert> {
  const stored = await readAlert(transaction, id);
  if (stored === undefined) throw new PlumblineError('NOT_FOUND', `there is no alert ${id}`);
  requireRevision('the alert', stored.revision, expectedRevision);
  return stored;
}

export function requireRevision(what: string, revision: number, expected: number): void {
  if (revision === expected) return;
  throw new PlumblineError('STALE_REVISION', `${what} is at revision ${revision}, not ${expected}`, {
    details: { revision },
  });
}

/** Every alert there is, five a model at most. */
export async function readAlerts(transaction: ReadTransaction): Promise<StoredAlert[]> {
  return (await transaction.range(alerts, {})).map(asNow);
}

interface ModelKey {
  readonly model: string;
  readonly environment: string;
}

/** The alerts of one model: a few keys, however many models there are. */
export function readAlertsOfModel(transaction: ReadTransaction, model: ModelKey): Promise<StoredAlert[]> {
  return readAlertsOfModels(transaction, [model]);
}

export async function readAlertsOfModels(
  transaction: ReadTransaction,
  models: readonly ModelKey[],
): Promise<StoredAlert[]> {
  const kinds = [...alertKinds, 'traffic' as const];
  const ids = models.flatMap(({ model, environment }) => kinds.map((kind) => fingerprint(model, environment, kind)));
  const found = await transaction.getMany(alerts, ids);
  return found.filter((stored) => stored !== undefined).map(asNow);
}

export async function writeAlert(transaction: Transaction, alert: Alert, expected?: number): Promise<number> {
  return transaction.put(alerts, alert.id, alert, expected);
}

export async function deleteAlert(transaction: Transaction, id: string): Promise<void> {
  await transaction.delete(alerts, id);
}

export async function readSilence(transaction: ReadTransaction, id: string): Promise<Stored<Silence> | undefined> {
  const [stored] = await transaction.getMany(silences, [id]);
  return stored;
}

export async function readSilences(transaction: ReadTransaction): Promise<Stored<Silence>[]> {
  return transaction.range(silences, {});
}

/** Silences that have not ended. */
export async function readLiveSilences(transaction: ReadTransaction, now: number): Promise<Silence[]> {
  return (await readSilences(transaction))
    .map(({ value }) => value)
    .filter((one) => silenceState(one, now) !== 'ended');
}

export async function writeSilence(transaction: Transaction, silence: Silence, expected?: number): Promise<number> {
  return transaction.put(silences, silence.id, silence, expected);
}

/** Ended silences are kept for a quarter, to be looked up. */
export async function forgetOldSilences(transaction: Transaction, now: number): Promise<void> {
  for (const { key, value } of await readSilences(transaction)) {
    if (now - value.endsAt > keptSilenceMs) await transaction.delete(silences, key);
  }
}

const keptSilenceMs = 90 * 86_400_000;

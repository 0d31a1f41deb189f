import { appendAudit } from '../store/audit.ts';
import { readNamed } from '../store/people.ts';
import type { Transaction } from '../store/port.ts';
import type { Alert } from './alert.ts';
import type { AlertTransition } from './assess.ts';
import { recordEvent } from './history.ts';
import type { HoldTransition } from './hold.ts';
import { writeAlert } from './records.ts';

export interface AlertChange {
  readonly alert: Alert;
  readonly transition: NonNullable<AlertTransition | HoldTransition>;
}

/** The audit record and the line of history of a change that the collector made by itself. */
export async function recordChange(
  transaction: Transaction,
  alert: Alert,
  transition: AlertChange['transition'],
  before: Alert['state'] | null,
  eventTime: number | null,
): Promise<void> {
  const { changedAt: at, sentence: text } = alert;
  await appendAudit(transaction, {
    at,
    actor: 'system:alert',
    action: `alert.${transition}`,
    target: `alert/${alert.id}`,
    reason: text,
    before,
    after: transition === 'dropped' ? null : alert.state,
    requestId: null,
  });
  await recordEvent(transaction, alert, { at, eventTime, transition, actor: 'system:alert', text });
}

/** Nobody is on the alert any more; its history says why. */
export async function endAcknowledgement(
  transaction: Transaction,
  alert: Alert,
  why: string,
  now: number,
): Promise<Alert> {
  const taken = alert.acknowledgement;
  const by = taken === null ? 'nobody' : await readNamed(transaction, taken.by);
  const next: Alert = { ...alert, acknowledgement: null };
  await writeAlert(transaction, next);
  await recordEvent(transaction, next, {
    at: now,
    eventTime: null,
    transition: 'acknowledgement_ended',
    actor: 'system:alert',
    text: `The acknowledgement by ${by} ended: ${why}`,
  });
  return next;
}

import { compositeKey, jsonCollection, type ReadTransaction, sortableNumber, type Transaction } from '../store/port.ts';
import type { Alert, AlertSeverity, AlertState } from './alert.ts';

export type AlertEventKind =
  | 'pending'
  | 'fired'
  | 'refired'
  | 'severity_raised'
  | 'severity_lowered'
  | 'recovering'
  | 'resolved'
  | 'dropped'
  | 'no_data'
  | 'error'
  | 'data_again'
  | 'acknowledged'
  | 'acknowledgement_ended'
  | 'silenced'
  | 'unsilenced'
  | 'marked_expected'
  | 'notified';

/** One change of an alert: what became of it, when, and by whom. */
export interface AlertEvent {
  /** 1, 2, 3, ... of its alert. */
  readonly sequence: number;
  /** Wall-clock time. */
  readonly at: number;
  /** End of the window that brought it about. */
  readonly eventTime: number | null;
  readonly transition: AlertEventKind;
  readonly state: AlertState | null;
  readonly severity: AlertSeverity;
  readonly version: string;
  readonly actor: string;
  readonly text: string;
}

const events = jsonCollection<AlertEvent>('alert_events');
/** Of one alert. */
export const keptEvents = 500;

/** Adds to the history of an alert, in the transaction of the change. The oldest of very many are forgotten. */
export async function recordEvent(
  transaction: Transaction,
  alert: Alert,
  event: Pick<AlertEvent, 'at' | 'eventTime' | 'transition' | 'actor' | 'text'>,
): Promise<void> {
  const prefix = `${compositeKey(alert.id)}/`;
  const [last] = await transaction.range(events, { prefix, limit: 1, reverse: true });
  const sequence = (last?.value.sequence ?? 0) + 1;
  const { severity, version } = alert;
  const state = event.transition === 'dropped' ? null : alert.state;
  await transaction.put(events, keyOf(alert.id, sequence), { sequence, ...event, state, severity, version }, 'absent');
  if (sequence > keptEvents) await transaction.delete(events, keyOf(alert.id, sequence - keptEvents));
}

/** Newest first; `before` is the sequence of the last one of the page before. */
export async function readAlertHistory(
  transaction: ReadTransaction,
  id: string,
  page: { readonly before?: number | undefined; readonly limit: number },
): Promise<AlertEvent[]> {
  const stored = await transaction.range(events, {
    prefix: `${compositeKey(id)}/`,
    before: page.before === undefined ? undefined : keyOf(id, page.before),
    limit: page.limit,
    reverse: true,
  });
  return stored.map(({ value }) => value);
}

function keyOf(id: string, sequence: number): string {
  return `${compositeKey(id)}/${sortableNumber(sequence)}`;
}

import { createHash } from 'node:crypto';
import type { ModelSettings } from '../config/settings.ts';
import { PlumblineError } from '../errors.ts';
import type { Finding } from '../monitor/finding.ts';
import { appendAudit } from '../store/audit.ts';
import type { EnqueueEvent } from '../store/outgoing.ts';
import { jsonCollection, type ReadTransaction, type Store, type Transaction } from '../store/port.ts';
import { type Alert, type AlertKind, type AlertState, alertKindOf, alertKinds } from './alert.ts';
import { type AlertTransition, assessAlert } from './assess.ts';

const alerts = jsonCollection<Alert>('alerts');
const defaultAcknowledgementMs = 4 * 3_600_000;

/** A window of the version that serves people, with what the monitors found in it. */
export interface AlertWindow {
  readonly settings: ModelSettings;
  readonly version: string;
  readonly to: number;
  readonly findings: readonly Finding[];
  /** Wall-clock time. */
  readonly at: number;
}

export interface AlertChange {
  readonly alert: Alert;
  readonly transition: NonNullable<AlertTransition>;
}

export interface StoredAlert {
  readonly alert: Alert;
  readonly revision: number;
}

export class AlertService {
  readonly #store: Store;
  readonly #enqueue: EnqueueEvent;
  readonly #clock: () => number;

  constructor(options: { readonly store: Store; readonly enqueue: EnqueueEvent; readonly clock: () => number }) {
    this.#store = options.store;
    this.#enqueue = options.enqueue;
    this.#clock = options.clock;
  }

  /** Moves each kind of alert of a model by what its window says. Runs in the transaction that closes the window. */
  async windowClosed(transaction: Transaction, window: AlertWindow): Promise<readonly AlertChange[]> {
    const { name: model, environment } = window.settings;
    const changes: AlertChange[] = [];
    for (const kind of alertKinds) {
      const id = fingerprint(model, environment, kind);
      const previous = (await transaction.get(alerts, id))?.value ?? null;
      const { alert, transition } = assessAlert(previous, {
        id,
        model,
        environment,
        kind,
        version: window.version,
        findings: window.findings.filter((finding) => alertKindOf(finding) === kind),
        at: window.to,
        now: window.at,
      });
      if (alert === null) {
        if (previous !== null) await transaction.delete(alerts, id);
      } else if (alert !== previous) {
        await transaction.put(alerts, id, alert);
      }
      if (alert === null || transition === null) continue;
      changes.push({ alert, transition });
      await this.#announce(transaction, previous, alert, transition);
    }
    return changes;
  }

  /** Somebody takes an open alert. `until` defaults to four hours from now. */
  async acknowledge(
    actor: { readonly subject: string },
    id: string,
    request: { readonly comment: string; readonly until?: number | undefined },
    control: { readonly expectedRevision: number; readonly requestId: string | null },
  ): Promise<StoredAlert> {
    return this.#store.transaction(async (transaction) => {
      const stored = await transaction.get(alerts, id);
      if (stored === undefined) throw new PlumblineError('NOT_FOUND', `there is no alert ${id}`);
      if (stored.revision !== control.expectedRevision) {
        throw new PlumblineError(
          'STALE_REVISION',
          `the alert is at revision ${stored.revision}, not ${control.expectedRevision}`,
          {
            details: { revision: stored.revision },
          },
        );
      }
      if (stored.value.state === 'resolved') {
        throw new PlumblineError('REFUSED', 'the alert is resolved already', { details: { reason: 'alert_resolved' } });
      }
      const now = this.#clock();
      const until = request.until ?? now + defaultAcknowledgementMs;
      if (until <= now) throw new PlumblineError('BAD_REQUEST', 'until lies in the past');
      const alert: Alert = {
        ...stored.value,
        acknowledgement: { by: actor.subject, at: now, until, comment: request.comment },
      };
      const revision = await transaction.put(alerts, id, alert, stored.revision);
      await appendAudit(transaction, {
        at: now,
        actor: actor.subject,
        action: 'alert.acknowledged',
        target: `alert/${id}`,
        reason: request.comment,
        before: stored.value.acknowledgement,
        after: alert.acknowledgement,
        requestId: control.requestId,
      });
      await this.#enqueue(transaction, eventOf(alert, 'model.alert.acknowledged', now));
      return { alert, revision };
    });
  }

  async #announce(
    transaction: Transaction,
    previous: Alert | null,
    alert: Alert,
    transition: NonNullable<AlertTransition>,
  ): Promise<void> {
    await appendAudit(transaction, {
      at: alert.changedAt,
      actor: 'system:alert',
      action: `alert.${transition}`,
      target: `alert/${alert.id}`,
      reason: alert.sentence,
      before: previous?.state ?? null,
      after: alert.state,
      requestId: null,
    });
    if (transition === 'fired') {
      await this.#enqueue(transaction, eventOf(alert, 'model.alert.firing', alert.changedAt));
    } else if (transition === 'resolved') {
      await this.#enqueue(transaction, eventOf(alert, 'model.alert.resolved', alert.changedAt));
    }
  }
}

export async function readAlert(transaction: ReadTransaction, id: string): Promise<StoredAlert | undefined> {
  const stored = await transaction.get(alerts, id);
  return stored === undefined ? undefined : { alert: stored.value, revision: stored.revision };
}

/** Alerts by id; `after` is the last id of the page before. */
export async function readAlerts(
  transaction: ReadTransaction,
  filter: {
    readonly model?: string;
    readonly state?: AlertState;
    readonly after?: string;
    readonly limit?: number;
  } = {},
): Promise<StoredAlert[]> {
  const stored = await transaction.range(alerts, filter.after === undefined ? {} : { after: filter.after });
  return stored
    .map((entry) => ({ alert: entry.value, revision: entry.revision }))
    .filter(({ alert }) => filter.model === undefined || alert.model === filter.model)
    .filter(({ alert }) => filter.state === undefined || alert.state === filter.state)
    .slice(0, filter.limit ?? Number.POSITIVE_INFINITY);
}

/** Stays the same over versions and scores, so that an alert keeps its history and its acknowledgement. */
export function fingerprint(model: string, environment: string, kind: AlertKind): string {
  return createHash('sha256')
    .update(JSON.stringify([model, environment, kind]))
    .digest('hex')
    .slice(0, 24);
}

function eventOf(alert: Alert, type: string, time: number) {
  return {
    type,
    subject: `${alert.model}/${alert.version}`,
    time,
    data: {
      alertId: alert.id,
      model: alert.model,
      environment: alert.environment,
      version: alert.version,
      kind: alert.kind,
      severity: alert.severity,
      state: alert.state,
      sentence: alert.sentence,
      since: new Date(alert.since).toISOString(),
      acknowledgement: alert.acknowledgement,
    },
  };
}

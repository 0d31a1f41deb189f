import type { AlertSettings, ModelSettings } from '../config/settings.ts';
import { PlumblineError } from '../errors.ts';
import type { Finding } from '../monitor/finding.ts';
import { appendAudit } from '../store/audit.ts';
import type { EnqueueEvent } from '../store/outgoing.ts';
import { readNamed } from '../store/people.ts';
import type { Store, Transaction } from '../store/port.ts';
import { type Alert, type AlertSeverity, alertKindOf, alertKinds, severityRank } from './alert.ts';
import { type AlertPolicy, type AlertTransition, assessAlert } from './assess.ts';
import { eventOf } from './event.ts';
import { recordEvent } from './history.ts';
import { assessTraffic, assessTrafficAlert, type HoldTransition, holdAlert } from './hold.ts';
import {
  alertAtRevision,
  deleteAlert,
  fingerprint,
  readAlert,
  readAlertsOfModel,
  type StoredAlert,
  writeAlert,
} from './records.ts';
import { severityOf } from './severity.ts';
import { isWorthWriting, nextWatch, readWatch, seenOf, writeWatch } from './traffic-watch.ts';

/** A window of the version that serves people, with what the monitors found in it. */
export interface AlertWindow {
  readonly settings: ModelSettings;
  readonly version: string;
  readonly to: number;
  readonly findings: readonly Finding[];
  /** Of segments in the same window: they raise the alerts of their model. */
  readonly segmentFindings?: readonly Finding[];
  /** Wall-clock time. */
  readonly at: number;
}

export interface AlertChange {
  readonly alert: Alert;
  readonly transition: NonNullable<AlertTransition | HoldTransition>;
}

/** A control action on an alert: what its caller saw, and what names the request. */
export interface AlertControl {
  readonly expectedRevision: number;
  readonly requestId: string | null;
}

/** Of a model that is no longer in the settings. */
const defaultAcknowledgementMs = 4 * 3_600_000;
/** Quiet for this much longer at most, when evidence took long to gather. */
const longestExtraMs = 2 * 86_400_000;

export class AlertService {
  readonly #store: Store;
  readonly #enqueue: EnqueueEvent;
  readonly #clock: () => number;

  readonly #models: readonly ModelSettings[];

  constructor(options: {
    readonly store: Store;
    readonly enqueue: EnqueueEvent;
    readonly clock: () => number;
    readonly models: readonly ModelSettings[];
  }) {
    this.#store = options.store;
    this.#enqueue = options.enqueue;
    this.#clock = options.clock;
    this.#models = options.models;
  }

  /** Moves each kind of alert of a model by what its window says. Runs in the transaction that closes the window. */
  async windowClosed(transaction: Transaction, window: AlertWindow): Promise<readonly AlertChange[]> {
    const { settings, at: now } = window;
    const { name: model, environment } = settings;
    const policy = policyOf(settings.alerts, settings.window);
    const changes: AlertChange[] = [];
    for (const kind of alertKinds) {
      const id = fingerprint(model, environment, kind);
      const stored = (await readAlert(transaction, id))?.alert ?? null;
      const findings = [...window.findings, ...(window.segmentFindings ?? [])].filter(
        (finding) => alertKindOf(finding) === kind,
      );
      const hasData = findings.some(({ verdict }) => verdict !== 'insufficient_data');
      const previous = stored !== null && hasData ? await this.#dataAgain(transaction, stored, window) : stored;
      const { alert, transition } = assessAlert(
        previous,
        {
          id,
          model,
          environment,
          kind,
          findings,
          now,
          version: window.version,
          // Made right below, when all kinds are known.
          severity: previous?.severity ?? 'ticket',
          at: window.to,
        },
        policy,
      );
      if (alert === null) {
        if (previous !== null) {
          await deleteAlert(transaction, id);
          await this.#record(transaction, { ...previous, changedAt: now }, 'dropped', previous.state, window.to);
        }
        continue;
      }
      if (alert !== stored) await writeAlert(transaction, alert);
      if (transition === null) continue;
      changes.push({ alert, transition });
      await this.#record(transaction, alert, transition, previous?.state ?? null, window.to);
    }
    const fresh = new Set(changes.filter(({ transition }) => transition === 'fired').map(({ alert }) => alert.id));
    const ranked = await this.#rank(transaction, settings, fresh, now, window.to);
    const announced = changes.map((change) => ({
      ...change,
      alert: ranked.find(({ id }) => id === change.alert.id) ?? change.alert,
    }));
    for (const { alert, transition } of announced) await this.#announce(transaction, alert, transition, now);
    return announced;
  }

  /**
   * What only time brings about: acknowledgements end, models fall silent. `problems`: why this collector cannot read the
   * stream, empty when it can. Returns what changed.
   */
  async tick(settings: ModelSettings, problems: readonly string[]): Promise<readonly AlertChange[]> {
    const now = this.#clock();
    const { name: model, environment } = settings;
    const before = await this.#store.read(async (transaction) => ({
      watch: await readWatch(transaction, environment, model),
      seen: await seenOf(transaction, settings),
      alerts: await readAlertsOfModel(transaction, { model, environment }),
    }));
    const watch = nextWatch(before.watch, before.seen.rows, problems, now);
    const verdict = assessTraffic({ ...watch, now }, settings.alerts.noDataAfter);
    const isExpired = ({ alert: { acknowledgement } }: StoredAlert) =>
      acknowledgement !== null && acknowledgement.until <= now;
    const isHeld = ({ alert }: StoredAlert) =>
      alert.heldState !== null || (alert.kind === 'traffic' && alert.state !== 'resolved');
    const nothingToDo = verdict.state === 'ok' && !before.alerts.some((stored) => isExpired(stored) || isHeld(stored));
    if (nothingToDo) {
      if (isWorthWriting(before.watch, watch)) {
        await this.#store.transaction((transaction) => writeWatch(transaction, environment, model, watch));
      }
      return [];
    }
    return this.#store.transaction(async (transaction) => {
      await writeWatch(transaction, environment, model, watch);
      const changes: AlertChange[] = [];
      for (const stored of await readAlertsOfModel(transaction, { model, environment })) {
        if (isExpired(stored)) await this.#endAcknowledgement(transaction, stored.alert, 'its time is over', now);
        if (stored.alert.kind === 'traffic') continue;
        const current = (await readAlert(transaction, stored.alert.id))?.alert ?? stored.alert;
        const { alert, transition } = holdAlert(current, verdict, now);
        if (transition === null) continue;
        await writeAlert(transaction, alert);
        await this.#record(transaction, alert, transition, current.state, null);
        changes.push({ alert, transition });
      }
      const id = fingerprint(model, environment, 'traffic');
      const previous = (await readAlert(transaction, id))?.alert ?? null;
      const { version } = before.seen;
      const severity = severityOf('traffic', [], settings.criticality);
      const assessed = assessTrafficAlert(previous, verdict, { id, model, environment, version, severity, now });
      if (assessed.alert !== null && assessed.transition !== null) {
        await writeAlert(transaction, assessed.alert);
        await this.#record(transaction, assessed.alert, assessed.transition, previous?.state ?? null, null);
        await this.#announce(transaction, assessed.alert, assessed.transition, now);
        changes.push({ alert: assessed.alert, transition: assessed.transition });
      }
      await this.#rank(transaction, settings, new Set(), now, null);
      return changes;
    });
  }

  /** Somebody takes an open alert. */
  async acknowledge(
    actor: { readonly subject: string },
    id: string,
    request: { readonly comment: string; readonly until?: number | undefined },
    control: AlertControl,
  ): Promise<StoredAlert> {
    return this.#store.transaction(async (transaction) => {
      const { alert: before, revision: expected } = await alertAtRevision(transaction, id, control.expectedRevision);
      if (before.state === 'resolved') {
        throw new PlumblineError('REFUSED', 'the alert is resolved already', { details: { reason: 'alert_resolved' } });
      }
      const now = this.#clock();
      const settings = this.#models.find(({ name }) => name === before.model);
      const until = request.until ?? now + (settings?.alerts.acknowledgedFor ?? defaultAcknowledgementMs);
      if (until <= now) throw new PlumblineError('BAD_REQUEST', 'until lies in the past');
      const alert: Alert = {
        ...before,
        acknowledgement: { by: actor.subject, at: now, until, comment: request.comment },
      };
      const revision = await writeAlert(transaction, alert, expected);
      await appendAudit(transaction, {
        at: now,
        actor: actor.subject,
        action: 'alert.acknowledged',
        target: `alert/${id}`,
        reason: request.comment,
        before: before.acknowledgement,
        after: alert.acknowledgement,
        requestId: control.requestId,
      });
      const text = `${request.comment} (until ${new Date(until).toISOString()})`;
      const happened = { at: now, eventTime: null, transition: 'acknowledged', actor: actor.subject, text } as const;
      await recordEvent(transaction, alert, happened);
      await this.#enqueue(transaction, eventOf(alert, 'model.alert.acknowledged', now));
      return { alert, revision };
    });
  }

  /**
   * An alert that was marked expected: it is resolved, because what it was about is the new normal. The caller changes
   * the reference in the same transaction.
   */
  async resolveExpected(
    transaction: Transaction,
    actor: { readonly subject: string },
    stored: StoredAlert,
    expected: { readonly reason: string; readonly reference: string },
    requestId: string | null,
  ): Promise<StoredAlert> {
    const now = this.#clock();
    const alert: Alert = {
      ...stored.alert,
      state: 'resolved',
      heldState: null,
      acknowledgement: null,
      quietWindows: 0,
      changedAt: now,
      resolvedAt: stored.alert.findings[0]?.to ?? now,
      expected: { by: actor.subject, at: now, ...expected },
    };
    const revision = await writeAlert(transaction, alert, stored.revision);
    await appendAudit(transaction, {
      at: now,
      actor: actor.subject,
      action: 'alert.marked_expected',
      target: `alert/${alert.id}`,
      reason: expected.reason,
      before: { state: stored.alert.state, reference: stored.alert.findings[0]?.reference ?? null },
      after: { state: alert.state, reference: expected.reference },
      requestId,
    });
    const text = `Expected: ${expected.reason}`;
    const happened = { at: now, eventTime: null, transition: 'marked_expected', actor: actor.subject, text } as const;
    await recordEvent(transaction, alert, happened);
    await this.#enqueue(transaction, eventOf(alert, 'model.alert.resolved', now));
    return { alert, revision };
  }

  /** Gives every alert of a model the severity it has beside the others. A raise ends an acknowledgement. */
  async #rank(
    transaction: Transaction,
    settings: ModelSettings,
    fresh: ReadonlySet<string>,
    now: number,
    eventTime: number | null,
  ): Promise<readonly Alert[]> {
    const stored = await readAlertsOfModel(transaction, { model: settings.name, environment: settings.environment });
    const all = stored.map(({ alert }) => alert);
    const ranked: Alert[] = [];
    for (const alert of all) {
      const severity = alert.state === 'resolved' ? alert.severity : severityOf(alert.kind, all, settings.criticality);
      if (severity === alert.severity) {
        ranked.push(alert);
        continue;
      }
      const moved: Alert = { ...alert, severity };
      await writeAlert(transaction, moved);
      const isRaised = severityRank[severity] > severityRank[alert.severity];
      // Of an alert that has just fired it is no news.
      const isNew = fresh.has(alert.id) || alert.state === 'pending';
      if (!isNew) await this.#severityMoved(transaction, moved, alert.severity, isRaised, now, eventTime);
      const acknowledged = moved.acknowledgement !== null && isRaised && !isNew;
      ranked.push(acknowledged ? await this.#endAcknowledgement(transaction, moved, 'its severity rose', now) : moved);
    }
    return ranked;
  }

  async #severityMoved(
    transaction: Transaction,
    alert: Alert,
    before: AlertSeverity,
    isRaised: boolean,
    now: number,
    eventTime: number | null,
  ): Promise<void> {
    const transition = isRaised ? 'severity_raised' : 'severity_lowered';
    const text = isRaised
      ? `From ${before} to ${alert.severity}: other alerts of the model make it more urgent`
      : `From ${before} to ${alert.severity}: what made it more urgent is over`;
    await appendAudit(transaction, {
      at: now,
      actor: 'system:alert',
      action: `alert.${transition}`,
      target: `alert/${alert.id}`,
      reason: text,
      before,
      after: alert.severity,
      requestId: null,
    });
    await recordEvent(transaction, alert, { at: now, eventTime, transition, actor: 'system:alert', text });
    if (isRaised) await this.#enqueue(transaction, eventOf(alert, 'model.alert.firing', now));
  }

  async #endAcknowledgement(transaction: Transaction, alert: Alert, why: string, now: number): Promise<Alert> {
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

  async #dataAgain(transaction: Transaction, stored: Alert, window: AlertWindow): Promise<Alert> {
    const { alert, transition } = holdAlert(stored, { state: 'ok' }, window.at);
    if (transition !== null) await this.#record(transaction, alert, transition, stored.state, window.to);
    return alert;
  }

  async #record(
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

  async #announce(
    transaction: Transaction,
    alert: Alert,
    transition: AlertChange['transition'],
    now: number,
  ): Promise<void> {
    const isNews = transition === 'fired' || transition === 'no_data' || transition === 'error';
    if (isNews) await this.#enqueue(transaction, eventOf(alert, 'model.alert.firing', now));
    else if (transition === 'resolved') await this.#enqueue(transaction, eventOf(alert, 'model.alert.resolved', now));
  }
}

function policyOf(settings: AlertSettings, windowMs: number): AlertPolicy {
  const { alarmsToFire, pendingLevel, quietLevel, recoverAfterWindows, resolveAfterWindows } = settings;
  return {
    alarmsToFire,
    pendingLevel,
    quietLevel,
    recoverAfterWindows,
    resolveAfterWindows,
    longestClimb: Math.ceil(longestExtraMs / windowMs),
  };
}

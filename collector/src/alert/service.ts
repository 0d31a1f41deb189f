import type { AlertSettings, ModelSettings } from '../config/settings.ts';
import { PlumblineError } from '../errors.ts';
import type { Finding } from '../monitor/finding.ts';
import { appendAudit } from '../store/audit.ts';
import type { EnqueueEvent } from '../store/outgoing.ts';
import type { Store, Transaction } from '../store/port.ts';
import { type Alert, type AlertSeverity, alertKindOf, alertKinds, severityRank } from './alert.ts';
import { type AlertPolicy, assessAlert } from './assess.ts';
import { type AlertChange, endAcknowledgement, recordChange } from './change.ts';
import { eventOf } from './event.ts';
import { recordEvent } from './history.ts';
import { assessTraffic, assessTrafficAlert, holdAlert, type TrafficSubject, type TrafficVerdict } from './hold.ts';
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
          await recordChange(transaction, { ...previous, changedAt: now }, 'dropped', previous.state, window.to);
        }
        continue;
      }
      if (alert !== stored) await writeAlert(transaction, alert);
      if (transition === null) continue;
      changes.push({ alert, transition });
      await recordChange(transaction, alert, transition, previous?.state ?? null, window.to);
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
    const { known, seen, alerts } = await this.#store.read(async (transaction) => ({
      known: await readWatch(transaction, environment, model),
      seen: await seenOf(transaction, settings),
      alerts: await readAlertsOfModel(transaction, { model, environment }),
    }));
    const watch = nextWatch(known, seen.rows, problems, now);
    const verdict = assessTraffic({ ...watch, now }, settings.alerts.noDataAfter);
    const about: TrafficSubject = {
      id: fingerprint(model, environment, 'traffic'),
      model,
      environment,
      version: seen.version,
      severity: severityOf('traffic', [], settings.criticality),
      now,
    };
    // A look first: most ticks have nothing to write, also those of a model that stays silent.
    if (!isAnythingDue(alerts, verdict, about)) {
      if (isWorthWriting(known, watch)) {
        await this.#store.transaction((transaction) => writeWatch(transaction, environment, model, watch));
      }
      return [];
    }
    return this.#store.transaction(async (transaction) => {
      await writeWatch(transaction, environment, model, watch);
      await this.#endExpired(transaction, about);
      const held = await this.#hold(transaction, verdict, about);
      const told = await this.#tellOfTraffic(transaction, verdict, about);
      await this.#rank(transaction, settings, new Set(), now, null);
      return [...held, ...told];
    });
  }

  async #endExpired(transaction: Transaction, about: TrafficSubject): Promise<void> {
    for (const { alert } of await readAlertsOfModel(transaction, about)) {
      if (isExpired(alert, about.now)) await endAcknowledgement(transaction, alert, 'its time is over', about.now);
    }
  }

  /** Alerts about other things than traffic: they wait while nothing can be said about their model, or come back. */
  async #hold(transaction: Transaction, verdict: TrafficVerdict, about: TrafficSubject): Promise<AlertChange[]> {
    const changes: AlertChange[] = [];
    for (const { alert: before } of await readAlertsOfModel(transaction, about)) {
      if (before.kind === 'traffic') continue;
      const { alert, transition } = holdAlert(before, verdict, about.now);
      if (transition === null) continue;
      await writeAlert(transaction, alert);
      await recordChange(transaction, alert, transition, before.state, null);
      changes.push({ alert, transition });
    }
    return changes;
  }

  async #tellOfTraffic(transaction: Transaction, verdict: TrafficVerdict, about: TrafficSubject) {
    const before = (await readAlert(transaction, about.id))?.alert ?? null;
    const { alert, transition } = assessTrafficAlert(before, verdict, about);
    if (alert === null || transition === null) return [];
    await writeAlert(transaction, alert);
    await recordChange(transaction, alert, transition, before?.state ?? null, null);
    await this.#announce(transaction, alert, transition, about.now);
    return [{ alert, transition }];
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
      ranked.push(acknowledged ? await endAcknowledgement(transaction, moved, 'its severity rose', now) : moved);
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

  async #dataAgain(transaction: Transaction, stored: Alert, window: AlertWindow): Promise<Alert> {
    const { alert, transition } = holdAlert(stored, { state: 'ok' }, window.at);
    if (transition !== null) await recordChange(transaction, alert, transition, stored.state, window.to);
    return alert;
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

function isAnythingDue(stored: readonly StoredAlert[], verdict: TrafficVerdict, about: TrafficSubject): boolean {
  const alerts = stored.map(({ alert }) => alert);
  const traffic = alerts.find(({ kind }) => kind === 'traffic') ?? null;
  const others = alerts.filter(({ kind }) => kind !== 'traffic');
  return (
    alerts.some((alert) => isExpired(alert, about.now)) ||
    others.some((alert) => holdAlert(alert, verdict, about.now).transition !== null) ||
    assessTrafficAlert(traffic, verdict, about).transition !== null
  );
}

function isExpired({ acknowledgement }: Alert, now: number): boolean {
  return acknowledgement !== null && acknowledgement.until <= now;
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

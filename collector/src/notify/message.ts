import { type Alert, isHarm, isOpen } from '../alert/index.ts';
import type { Notification, NotificationReason } from './decide.ts';

/** One alert as a person is told of it: what is wrong, since when, who is hurt, and where to look. No rows. */
export interface AlertMessage {
  readonly id: string;
  readonly model: string;
  readonly environment: string;
  readonly version: string;
  readonly kind: Alert['kind'];
  readonly severity: Alert['severity'];
  readonly state: Alert['state'];
  readonly sentence: string;
  /** Milliseconds since 1970-01-01 UTC, wall-clock. */
  readonly firedAt: number;
  readonly endedAt: number | null;
  /** `by` with the name. */
  readonly acknowledgement: Alert['acknowledgement'];
  readonly link: string;
}

/** What receivers get: data of the outgoing event, from which each notifier makes its vendor's payload. */
export interface NotificationMessage {
  readonly notifier: string;
  readonly reason: NotificationReason | 'heartbeat' | 'note';
  readonly model: string;
  readonly environment: string;
  readonly title: string;
  /** Whether people get wrong or unfair decisions now, in a sentence. */
  readonly harm: string;
  readonly owner: string;
  readonly runbook: string;
  readonly open: readonly AlertMessage[];
  readonly news: readonly AlertMessage[];
  readonly resolved: readonly AlertMessage[];
  readonly [key: string]: unknown;
}

export interface MessageContext {
  readonly notifier: string;
  readonly model: string;
  readonly environment: string;
  readonly owner: string;
  readonly runbook: string;
  readonly linkOf: (alert: Alert) => string;
  /** All alerts of the model, told of or not. */
  readonly all: readonly Alert[];
  /** Who somebody is, for a reader who knows no subjects. */
  readonly named: (subject: string) => string;
}

export function messageOf(
  { reason, open, news, resolved }: Omit<Notification, 'reason'> & Pick<NotificationMessage, 'reason'>,
  { linkOf, all, named, ...context }: MessageContext,
): NotificationMessage {
  const toMessage = (alert: Alert) => messageOfAlert(alert, linkOf(alert), named);
  return {
    ...context,
    reason,
    title: titleOf(context.model, open, resolved),
    harm: harmOf(all),
    open: open.map(toMessage),
    news: news.map(toMessage),
    resolved: resolved.map(toMessage),
  };
}

function messageOfAlert(alert: Alert, link: string, named: (subject: string) => string): AlertMessage {
  const { id, model, environment, version, kind, severity, state, sentence, acknowledgement } = alert;
  return {
    id,
    model,
    environment,
    version,
    kind,
    severity,
    state,
    sentence,
    acknowledgement: acknowledgement && { ...acknowledgement, by: named(acknowledgement.by) },
    link,
    firedAt: alert.firedWallAt ?? alert.changedAt,
    endedAt: isOpen(alert) ? null : alert.changedAt,
  };
}

function titleOf(model: string, open: readonly Alert[], resolved: readonly Alert[]): string {
  const first = open[0] ?? resolved[0];
  if (first === undefined) return model;
  if (open.length === 0) return `Resolved: ${model}: ${namesOf(resolved)}`;
  const urgent = first.severity === 'page' ? 'Page' : 'Ticket';
  return `${urgent}: ${model}: ${namesOf(open)}`;
}

function namesOf(alerts: readonly Alert[]): string {
  return alerts.map(({ kind }) => kind.replaceAll('_', ' ')).join(', ');
}

function harmOf(all: readonly Alert[]): string {
  const hurts = all.filter((alert) => isHarm(alert) && isOpen(alert));
  return hurts.length === 0
    ? 'No sign that decisions are wrong or unfair.'
    : hurts.map(({ sentence }) => sentence).join(' ');
}

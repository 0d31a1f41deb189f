import { type Alert, type AlertSeverity, isOpen, severityRank } from '../alert/index.ts';

/**
 * When people are told, and of what: one notification for all alerts of a model that go to the same receiver, and none
 * that says what the last one said.
 */

/** What a receiver was last told of one alert. */
export interface Told {
  readonly severity: AlertSeverity;
  /** Wall-clock times. */
  readonly at: number;
  /** The acknowledgement it was told of. */
  readonly acknowledgedAt: number | null;
}

/** What a receiver was told about one model. Kept in the store, so that a restart tells nobody twice. */
export interface NotificationGroup {
  readonly notifier: string;
  readonly model: string;
  readonly environment: string;
  readonly lastAt: number | null;
  /** By alert id: alerts that were told of and not yet taken back. */
  readonly told: Readonly<Record<string, Told>>;
}

export type NotificationReason = 'firing' | 'severity_raised' | 'resolved' | 'acknowledged' | 'repeat';

/** An alert of the group's model, with what keeps people from being told of it. */
export interface Notifiable {
  readonly alert: Alert;
  readonly silenced: boolean;
  readonly inhibited: boolean;
  /** How often it is told of again; the shortest of the routes that match. */
  readonly repeatMs: number;
}

export interface NotificationPolicy {
  readonly groupIntervalMs: number;
}

export interface Notification {
  readonly reason: NotificationReason;
  /** Open alerts that are told of, the most urgent first. */
  readonly open: readonly Alert[];
  /** Those of them that are the news. */
  readonly news: readonly Alert[];
  /** Alerts that were told of and are over. */
  readonly resolved: readonly Alert[];
}

const urgency: readonly NotificationReason[] = ['severity_raised', 'firing', 'resolved', 'acknowledged', 'repeat'];

/** What to say now, if anything, and what is to be remembered of it. Pure. */
export function decideNotification(
  group: NotificationGroup,
  alerts: readonly Notifiable[],
  policy: NotificationPolicy,
  now: number,
): { readonly group: NotificationGroup; readonly notification: Notification | null } {
  const news = alerts.flatMap((notifiable) => {
    const reason = newsOf(notifiable, group.told[notifiable.alert.id], now);
    return reason === null ? [] : [{ reason, alert: notifiable.alert }];
  });
  if (news.length === 0) return { group, notification: null };
  const isEarly = group.lastAt !== null && now - group.lastAt < policy.groupIntervalMs;
  if (isEarly && !news.some(({ reason, alert }) => isFirstPage(group, reason, alert))) {
    return { group, notification: null };
  }
  const resolved = news.filter(({ reason }) => reason === 'resolved').map(({ alert }) => alert);
  const open = alerts
    .filter(({ alert, silenced, inhibited }) => {
      const isTold = group.told[alert.id] !== undefined;
      return isOpen(alert) && (isTold || (!silenced && !inhibited));
    })
    .map(({ alert }) => alert)
    .filter((alert) => group.told[alert.id] !== undefined || news.some((one) => one.alert.id === alert.id))
    .sort((a, b) => severityRank[b.severity] - severityRank[a.severity]);
  const reason = urgency.find((one) => news.some((item) => item.reason === one)) ?? 'repeat';
  const over = new Set(resolved.map(({ id }) => id));
  const told: Record<string, Told> = Object.fromEntries(Object.entries(group.told).filter(([id]) => !over.has(id)));
  for (const alert of open) {
    told[alert.id] = { severity: alert.severity, at: now, acknowledgedAt: alert.acknowledgement?.at ?? null };
  }
  return {
    group: { ...group, lastAt: now, told },
    notification: {
      reason,
      open,
      resolved,
      news: news.filter((item) => item.reason !== 'resolved').map(({ alert }) => alert),
    },
  };
}

function newsOf(
  { alert, silenced, inhibited, repeatMs }: Notifiable,
  told: Told | undefined,
  now: number,
): NotificationReason | null {
  const acknowledged = alert.acknowledgement !== null && alert.acknowledgement.until > now;
  if (told === undefined) {
    // What is calming down, or somebody is on, is not news to start with.
    const starts = isOpen(alert) && alert.state !== 'recovering' && !acknowledged;
    return starts && !silenced && !inhibited ? 'firing' : null;
  }
  // Whoever was told that it began is told that it ended, silence or not.
  if (!isOpen(alert)) return 'resolved';
  if (silenced || inhibited) return null;
  if (severityRank[alert.severity] > severityRank[told.severity]) return 'severity_raised';
  if (acknowledged) return alert.acknowledgement?.at === told.acknowledgedAt ? null : 'acknowledged';
  return now - told.at >= repeatMs ? 'repeat' : null;
}

/** The first page of a group does not wait for anything. */
function isFirstPage(group: NotificationGroup, reason: NotificationReason, alert: Alert): boolean {
  const isPage = alert.severity === 'page' && (reason === 'firing' || reason === 'severity_raised');
  return isPage && !Object.values(group.told).some(({ severity }) => severity === 'page');
}

import type { NotifierSettings } from '../config/settings.ts';
import { type Endpoint, pingType, type StoredEvent } from '../webhook/index.ts';
import type { AlertMessage, NotificationMessage } from './message.ts';

/** An alert that is not told of again ends after so many intervals, as Prometheus has it. */
const intervalsToEnd = 4;

/**
 * Alertmanager API v2, `POST /api/v2/alerts`: all open alerts again and again, each with an end that the next round moves.
 * Grouping and repeating are Alertmanager's own.
 */
export function alertmanagerEndpoint(settings: Extract<NotifierSettings, { type: 'alertmanager' }>): Endpoint {
  const { name, token, resend, allowPrivateAddresses } = settings;
  const url = `${settings.url.replace(/\/+$/, '')}/api/v2/alerts`;
  return {
    name,
    url,
    allowPrivateAddresses,
    kind: 'alertmanager',
    role: 'notifications',
    events: [],
    secrets: token === undefined ? 0 : 1,
    isFinal: (status) => status === 400,
    compose(event, nowMs) {
      return {
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(alertsOf(event, nowMs, intervalsToEnd * resend)),
        hidden: token === undefined ? [] : [token],
      };
    },
  };
}

function alertsOf(event: StoredEvent, nowMs: number, lifeMs: number) {
  if (event.type === pingType) {
    const labels = { alertname: 'PlumblineTest', severity: 'none' };
    const at = new Date(nowMs).toISOString();
    return [{ labels, annotations: { summary: String(event.data.text) }, startsAt: at, endsAt: at }];
  }
  // Written by the notification service.
  const message = event.data as unknown as NotificationMessage;
  return [...message.open, ...message.resolved].map((alert) => alertOf(alert, message, nowMs + lifeMs));
}

function alertOf(alert: AlertMessage, { harm, owner, runbook }: NotificationMessage, endsAt: number) {
  return {
    labels: {
      alertname: `Plumbline_${alert.kind}`,
      model: alert.model,
      environment: alert.environment,
      kind: alert.kind,
      // What may change must not be a label: it would be another alert. Severity is, because routes need it.
      severity: alert.severity,
      plumbline_alert: alert.id,
      ...(owner === '' ? {} : { owner }),
    },
    annotations: {
      summary: alert.sentence,
      harm,
      version: alert.version,
      state: alert.state,
      ...(runbook === '' ? {} : { runbook_url: runbook }),
    },
    startsAt: new Date(alert.firedAt).toISOString(),
    endsAt: new Date(alert.endedAt ?? endsAt).toISOString(),
    generatorURL: alert.link,
  };
}

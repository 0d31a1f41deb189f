import type { NotifierSettings } from '../config/settings.ts';
import { type Endpoint, pingType, type StoredEvent } from '../webhook/index.ts';
import type { AlertMessage, NotificationMessage } from './message.ts';

const longestSummary = 1_024;

/**
 * PagerDuty Events API v2: one event an alert. The alert's id is the `dedup_key`, so that firing, acknowledged and
 * resolved meet in one incident. A test opens nothing: it sends the resolution of an incident that does not exist.
 */
export function pagerDutyEndpoint(settings: Extract<NotifierSettings, { type: 'pagerduty' }>): Endpoint {
  const { name, url, routingKey, allowPrivateAddresses } = settings;
  return {
    name,
    url,
    allowPrivateAddresses,
    kind: 'pagerduty',
    role: 'notifications',
    events: [],
    secrets: 1,
    // 429 and 5xx ask for another try; of the rest PagerDuty says that it will not get better.
    isFinal: (status) => status >= 400 && status < 500 && status !== 408 && status !== 429,
    compose(event) {
      return {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ routing_key: routingKey, ...payloadOf(event) }),
        hidden: [routingKey],
      };
    },
  };
}

function payloadOf(event: StoredEvent): Readonly<Record<string, unknown>> {
  if (event.type === pingType) return { event_action: 'resolve', dedup_key: `plumbline-test-${event.id}` };
  // Written by the notification service, one alert an event.
  const message = event.data as unknown as NotificationMessage;
  const alert = message.resolved[0] ?? message.news[0] ?? message.open[0];
  if (alert === undefined) throw new Error(`event ${event.id} tells of no alert`);
  const dedupKey = { dedup_key: `plumbline-${alert.id}` };
  if (alert.endedAt !== null) return { event_action: 'resolve', ...dedupKey };
  if (message.reason === 'acknowledged') return { event_action: 'acknowledge', ...dedupKey };
  return { event_action: 'trigger', ...dedupKey, ...triggerOf(alert, message) };
}

function triggerOf(alert: AlertMessage, { harm, owner, runbook }: NotificationMessage) {
  return {
    client: 'Plumbline',
    client_url: alert.link,
    payload: {
      summary: `${alert.model}: ${alert.sentence}`.slice(0, longestSummary),
      source: `${alert.environment}/${alert.model}`,
      severity: alert.severity === 'page' ? 'critical' : 'warning',
      timestamp: new Date(alert.firedAt).toISOString(),
      component: `${alert.model}/${alert.version}`,
      group: `${alert.environment}/${alert.model}`,
      class: alert.kind,
      custom_details: { harm, owner, state: alert.state },
    },
    links: [
      { href: alert.link, text: 'Open in Plumbline' },
      ...(/^https?:\/\//.test(runbook) ? [{ href: runbook, text: 'Runbook' }] : []),
    ],
  };
}

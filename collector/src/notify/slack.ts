import type { NotifierSettings } from '../config/settings.ts';
import { type Endpoint, pingType, type StoredEvent } from '../webhook/index.ts';
import type { AlertMessage, NotificationMessage } from './message.ts';

const shownAlerts = 10;
const longestText = 2_900;
const colours = { page: '#d10e5c', ticket: '#f5b73d', over: '#1a7f4b' } as const;

/** A Slack incoming webhook, or a chat that takes the same (Mattermost, Rocket.Chat): `text` with coloured attachments. */
export function slackEndpoint(settings: Extract<NotifierSettings, { type: 'slack' }>): Endpoint {
  const { name, url, allowPrivateAddresses } = settings;
  return {
    name,
    url,
    allowPrivateAddresses,
    kind: 'slack',
    role: 'notifications',
    events: [],
    secrets: 1,
    // Slack says `invalid_payload`, `no_service`, `channel_is_archived`: not a matter of time.
    isFinal: (status) => status >= 400 && status < 500 && status !== 408 && status !== 429,
    compose(event) {
      return {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(payloadOf(event)),
        hidden: [url, new URL(url).pathname],
      };
    },
  };
}

function payloadOf(event: StoredEvent) {
  if (event.type === pingType) return { text: escaped(`Plumbline: ${String(event.data.text)}`) };
  // Written by the notification service.
  const message = event.data as unknown as NotificationMessage;
  const alerts = [...message.open, ...message.resolved];
  const rest = alerts.length - shownAlerts;
  return {
    text: escaped(headlineOf(message)),
    attachments: [
      ...alerts.slice(0, shownAlerts).map((alert) => attachmentOf(alert, message)),
      ...(rest > 0 ? [{ color: colours.ticket, text: `and ${rest} more` }] : []),
    ],
  };
}

function headlineOf({ title, reason, open }: NotificationMessage): string {
  if (reason === 'acknowledged') return `${title} (acknowledged by ${open[0]?.acknowledgement?.by ?? 'somebody'})`;
  return reason === 'repeat' ? `${title} (still)` : title;
}

function attachmentOf(alert: AlertMessage, { harm, owner, runbook }: NotificationMessage) {
  const isOver = alert.endedAt !== null;
  const links = [`<${alert.link}|Open>`, ...(/^https?:\/\//.test(runbook) ? [`<${runbook}|Runbook>`] : [])];
  const taken = alert.acknowledgement === null ? [] : [`Acknowledged by ${escaped(alert.acknowledgement.by)}`];
  const since = isOver ? 'over' : `since ${new Date(alert.firedAt).toISOString()}`;
  const lines = [escaped(alert.sentence), ...(isOver ? [] : [escaped(harm)]), ...taken, links.join(' · ')];
  return {
    color: isOver ? colours.over : colours[alert.severity],
    fallback: escaped(alert.sentence),
    title: escaped(`${alert.kind.replaceAll('_', ' ')}, ${since}${owner === '' ? '' : `, ${owner}`}`),
    text: lines.join('\n').slice(0, longestText),
    mrkdwn_in: [],
  };
}

/** The three characters that Slack reads; names and sentences may hold anything, links and mentions of everybody too. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

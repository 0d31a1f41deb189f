import type { WebhookSettings } from '../config/settings.ts';
import type { OutgoingEvent } from '../store/outgoing.ts';
import { signWebhook } from './signature.ts';

/** An event as it is stored: the id is the receiver's idempotency key, the same over retries. */
export type StoredEvent = OutgoingEvent & { readonly id: string };

/** Somebody outside who is told things, and how to say them. */
export interface Endpoint {
  readonly name: string;
  readonly kind: 'webhook' | 'pagerduty' | 'alertmanager' | 'slack';
  /** `events`: gets every event of its types. `notifications`: gets what is addressed to it. */
  readonly role: 'events' | 'notifications';
  /** May hold a secret: of it only scheme, host and port are shown. */
  readonly url: string;
  readonly allowPrivateAddresses: boolean;
  /** Types; `*` at the end matches a prefix. */
  readonly events: readonly string[];
  /** Keys it signs with. */
  readonly secrets: number;
  /** Says which refusals will not change when the same is sent again. */
  readonly isFinal: (status: number) => boolean;
  compose(event: StoredEvent, nowMs: number): ComposedRequest;
}

export interface ComposedRequest {
  /** Default: the endpoint's own. */
  readonly url?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Strings that must not be stored, should the receiver repeat them. */
  readonly hidden: readonly string[];
}

/** Parts of an event that must not be stored, added just before it is sent: the callback token of a retrain job. */
export type CompleteEvent = (event: StoredEvent) => Readonly<Record<string, unknown>>;

export const pingType = 'webhook.ping';

/** A receiver of signed CloudEvents, as Standard Webhooks 1.0.0 has it. Two secrets: one is being replaced. */
export function webhookEndpoint(
  settings: Pick<WebhookSettings, 'name' | 'url' | 'secret' | 'previousSecret' | 'allowPrivateAddresses'> & {
    readonly events?: readonly string[];
  },
  options: { readonly source: string; readonly completeEvent?: CompleteEvent | undefined },
): Endpoint {
  const { name, url, secret, previousSecret, allowPrivateAddresses, events } = settings;
  const secrets = [secret, ...(previousSecret === undefined ? [] : [previousSecret])];
  return {
    name,
    url,
    allowPrivateAddresses,
    kind: 'webhook',
    secrets: secrets.length,
    role: events === undefined ? 'notifications' : 'events',
    events: events ?? [],
    isFinal: () => false,
    compose(event, nowMs) {
      const extra = options.completeEvent?.(event) ?? {};
      const body = JSON.stringify(cloudEvent(event, options.source, extra));
      return {
        headers: {
          'content-type': 'application/cloudevents+json',
          'idempotency-key': event.id,
          ...signWebhook(secrets, event.id, Math.floor(nowMs / 1000), body),
        },
        body,
        hidden: [...secrets, ...stringsIn(extra)],
      };
    },
  };
}

/** CloudEvents 1.0 in structured JSON form. */
function cloudEvent(
  event: StoredEvent,
  source: string,
  extra: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const time = new Date(event.time).toISOString();
  return {
    specversion: '1.0',
    id: event.id,
    source,
    type: event.type,
    subject: event.subject,
    time,
    timestamp: time,
    datacontenttype: 'application/json',
    data: { ...event.data, ...extra },
  };
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(stringsIn) : [];
}

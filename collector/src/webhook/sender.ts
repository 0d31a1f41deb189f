import type { Agent } from 'undici';
import { request } from 'undici';
import type { WebhookSettings } from '../config/settings.ts';
import type { OutgoingEvent } from '../store/outgoing.ts';
import type { Store, Transaction } from '../store/port.ts';
import { startWakeableLoop, type WakeableLoop } from '../wakeable-loop.ts';
import { ForbiddenAddressError, webhookAgent } from './connector.ts';
import { type Delivery, type DeliveryAttempt, readDelivery, readDueDeliveries, saveDelivery } from './outbox.ts';
import { type AttemptOutcome, nextStep, parseRetryAfter } from './schedule.ts';
import { signWebhook } from './signature.ts';

const attemptTimeoutMs = 15_000;
const answerLimitBytes = 4_096;
const batchSize = 16;

/** Parts of an event that must not be stored, added just before it is sent: the callback token of a retrain job. */
export type CompleteEvent = (event: OutgoingEvent & { readonly id: string }) => Readonly<Record<string, unknown>>;

/** Called in the transaction that records a delivery's new state. */
export type DeliverySettled = (transaction: Transaction, delivery: Delivery) => Promise<void>;

export interface WebhookSenderOptions {
  readonly store: Store;
  readonly webhooks: readonly WebhookSettings[];
  /** `urn:plumbline:collector:<name>`, the source of every event. */
  readonly source: string;
  readonly clock: () => number;
  readonly random: () => number;
  readonly completeEvent?: CompleteEvent;
  readonly settled?: DeliverySettled;
  readonly pollMs?: number;
  readonly onError?: (error: unknown) => void;
}

/** Sends what the outbox holds, at least once each, until it is delivered or its schedule is used up. */
export function startWebhookSender(options: WebhookSenderOptions): WakeableLoop {
  const endpoints = new Map(options.webhooks.map((webhook) => [webhook.name, { webhook, agent: agentOf(webhook) }]));

  async function sendDue(): Promise<number> {
    const due = await options.store.read((transaction) => readDueDeliveries(transaction, options.clock(), batchSize));
    await Promise.all(due.map((delivery) => attempt(delivery)));
    return due.length;
  }

  async function attempt(delivery: Delivery): Promise<void> {
    const endpoint = endpoints.get(delivery.webhook);
    const startedAt = options.clock();
    const sent =
      endpoint === undefined
        ? { outcome: { kind: 'forbidden' } as const, status: null, error: 'the webhook is no longer in the settings' }
        : await send(endpoint.webhook, endpoint.agent, delivery, startedAt);
    const record: DeliveryAttempt = {
      at: startedAt,
      status: sent.status,
      error: sent.error,
      durationMs: options.clock() - startedAt,
    };
    await options.store.transaction(async (transaction) => {
      const current = await readDelivery(transaction, delivery.id);
      if (current === undefined || current.state !== 'pending') return;
      const attempts = [...current.attempts, record];
      const step = nextStep(sent.outcome, attempts.length, options.random());
      const next: Delivery = {
        ...current,
        attempts: step.state === 'dead' ? withReason(attempts, step.reason) : attempts,
        state: step.state,
        nextAttemptAt: step.state === 'pending' ? options.clock() + step.delayMs : null,
      };
      await saveDelivery(transaction, next, current);
      await options.settled?.(transaction, next);
    });
  }

  async function send(webhook: WebhookSettings, agent: Agent, delivery: Delivery, now: number): Promise<Sent> {
    const body = JSON.stringify(
      cloudEvent(delivery.event, options.source, options.completeEvent?.(delivery.event) ?? {}),
    );
    try {
      const response = await request(webhook.url, {
        method: 'POST',
        dispatcher: agent,
        headers: {
          'content-type': 'application/cloudevents+json',
          'user-agent': 'plumbline',
          'idempotency-key': delivery.event.id,
          ...signWebhook([webhook.secret], delivery.event.id, Math.floor(now / 1000), body),
        },
        body,
      });
      await readCapped(response.body);
      const retryAfter = response.headers['retry-after'];
      const header = Array.isArray(retryAfter) ? retryAfter[0] : retryAfter;
      return {
        outcome: { kind: 'answered', status: response.statusCode, retryAfterMs: parseRetryAfter(header, now) },
        status: response.statusCode,
        error: response.statusCode < 300 ? null : `the receiver answered ${response.statusCode}`,
      };
    } catch (error) {
      const forbidden = error instanceof ForbiddenAddressError;
      return {
        outcome: { kind: forbidden ? 'forbidden' : 'unreachable' },
        status: null,
        error: error instanceof Error ? error.message : String(error),
      };
    }
  }

  const loop = startWakeableLoop({
    round: async () => ((await sendDue()) === batchSize ? 'again' : 'pause'),
    pauseMs: options.pollMs ?? 500,
    onError: (error) => options.onError?.(error),
  });
  return {
    wake: loop.wake,
    async stop() {
      await loop.stop();
      await Promise.all([...endpoints.values()].map((endpoint) => endpoint.agent.close()));
    },
  };
}

interface Sent {
  readonly outcome: AttemptOutcome;
  readonly status: number | null;
  readonly error: string | null;
}

function agentOf(webhook: WebhookSettings): Agent {
  return webhookAgent({ allowPrivateAddresses: webhook.allowPrivateAddresses, timeoutMs: attemptTimeoutMs });
}

/** CloudEvents 1.0 in structured JSON form. */
function cloudEvent(
  event: OutgoingEvent & { readonly id: string },
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

/** Drains at most a few kilobytes: what a receiver says is not worth more memory. */
async function readCapped(body: AsyncIterable<Uint8Array> & { destroy(): unknown }): Promise<void> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > answerLimitBytes) {
      body.destroy();
      return;
    }
  }
}

function withReason(attempts: readonly DeliveryAttempt[], reason: string): readonly DeliveryAttempt[] {
  const last = attempts.at(-1);
  if (last === undefined) return attempts;
  return [...attempts.slice(0, -1), { ...last, error: last.error === null ? reason : `${last.error}; ${reason}` }];
}

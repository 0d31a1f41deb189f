import { randomUUID } from 'node:crypto';
import type { WebhookSettings } from '../config/settings.ts';
import type { EnqueueEvent, OutgoingEvent } from '../store/outgoing.ts';
import { compositeKey, jsonCollection, type ReadTransaction, type Transaction } from '../store/port.ts';

/**
 * Events that leave the collector. They are written in the transaction of the change that caused them, one delivery a
 * receiver, and sent afterwards: a crash can repeat a sending, never lose one.
 */

export interface DeliveryAttempt {
  readonly at: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
}

export interface Delivery {
  readonly id: string;
  readonly webhook: string;
  readonly event: OutgoingEvent & { readonly id: string };
  readonly state: 'pending' | 'delivered' | 'dead';
  readonly attempts: readonly DeliveryAttempt[];
  readonly nextAttemptAt: number | null;
  readonly createdAt: number;
}

const deliveries = jsonCollection<Delivery>('deliveries');
/** Pending deliveries by time of their next attempt, so that the sender finds the due ones in one short range. */
const dueDeliveries = jsonCollection<string>('deliveries_due');

export function createOutbox(options: {
  readonly webhooks: readonly WebhookSettings[];
  readonly clock: () => number;
}): EnqueueEvent {
  return async (transaction, event) => {
    const id = `evt_${randomUUID()}`;
    const now = options.clock();
    for (const webhook of options.webhooks) {
      if (!webhook.events.some((pattern) => matchesType(pattern, event.type))) continue;
      const delivery: Delivery = {
        id: `${id}:${webhook.name}`,
        webhook: webhook.name,
        event: { ...event, id },
        state: 'pending',
        attempts: [],
        nextAttemptAt: now,
        createdAt: now,
      };
      await saveDelivery(transaction, delivery, null);
    }
    return id;
  };
}

/** `model.alert.*` matches every type that starts with `model.alert.`; anything else matches itself. */
function matchesType(pattern: string, type: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}

/** Stores a delivery and moves its entry in the schedule. `previous` is what was stored before. */
export async function saveDelivery(
  transaction: Transaction,
  delivery: Delivery,
  previous: Delivery | null,
): Promise<void> {
  if (previous !== null && previous.nextAttemptAt !== null) {
    await transaction.delete(dueDeliveries, dueKey(previous.nextAttemptAt, previous.id));
  }
  await transaction.put(deliveries, delivery.id, delivery);
  if (delivery.nextAttemptAt !== null) {
    await transaction.put(dueDeliveries, dueKey(delivery.nextAttemptAt, delivery.id), delivery.id);
  }
}

/** Pending deliveries whose time has come, earliest first. */
export async function readDueDeliveries(transaction: ReadTransaction, now: number, limit: number): Promise<Delivery[]> {
  const due = await transaction.range(dueDeliveries, { before: dueKey(now + 1, ''), limit });
  const found = await transaction.getMany(
    deliveries,
    due.map((entry) => entry.value),
  );
  return found.flatMap((stored) => (stored === undefined ? [] : [stored.value]));
}

export async function readDelivery(transaction: ReadTransaction, id: string): Promise<Delivery | undefined> {
  return (await transaction.get(deliveries, id))?.value;
}

/** Newest ids last in the store; pages follow the key order. */
export async function readDeliveries(
  transaction: ReadTransaction,
  page: { readonly after?: string; readonly limit: number },
): Promise<Delivery[]> {
  const range = page.after === undefined ? { limit: page.limit } : { after: page.after, limit: page.limit };
  return (await transaction.range(deliveries, range)).map((stored) => stored.value);
}

function dueKey(at: number, id: string): string {
  return compositeKey(at, id);
}

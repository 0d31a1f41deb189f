import type { EnqueueEvent, OutgoingEvent } from '../store/outgoing.ts';
import {
  compositeKey,
  jsonCollection,
  type ReadTransaction,
  type Store,
  type Stored,
  type Transaction,
} from '../store/port.ts';
import { type EndpointState, freshEndpoint } from './breaker.ts';
import type { Endpoint, StoredEvent } from './endpoint.ts';

/**
 * Events that leave the collector. They are written in the transaction of the change that caused them, one delivery a
 * receiver, and sent afterwards: a crash can repeat a sending, never lose one.
 */

export interface DeliveryAttempt {
  readonly at: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
  /** What kind of address was connected: `unicast` is public. */
  readonly peer: string | null;
  /** Beginning of what a refusal said, without secrets. */
  readonly answer: string | null;
}

/**
 * `durable`: tried again until its schedule is used up. `once`: a test. `transient`: a heartbeat that the next one
 * replaces; it is tried once and not kept.
 */
export type DeliveryMode = 'durable' | 'once' | 'transient';

export interface Delivery {
  /** `<event id>:<receiver>`; event ids grow with time. */
  readonly id: string;
  readonly webhook: string;
  readonly event: StoredEvent;
  readonly mode: DeliveryMode;
  readonly state: 'pending' | 'delivered' | 'dead';
  readonly attempts: readonly DeliveryAttempt[];
  /** Attempts before it was last sent again by hand: its schedule starts anew. */
  readonly earlierAttempts: number;
  readonly nextAttemptAt: number | null;
  readonly createdAt: number;
}

const deliveries = jsonCollection<Delivery>('deliveries');
/** Pending deliveries by receiver and time of their next attempt: the due ones of each are one short range. */
const dueDeliveries = jsonCollection<string>('deliveries_due');
/** Dead ones by receiver, for whoever sends them again. */
const deadDeliveries = jsonCollection<string>('deliveries_dead');
const endpointStates = jsonCollection<EndpointState>('endpoint_states');

export interface OutboxOptions {
  readonly endpoints: readonly Pick<Endpoint, 'name' | 'events'>[];
  readonly clock: () => number;
  /** Unique, and growing with time. */
  readonly makeId: () => string;
}

export interface Outbox {
  /** To every receiver of its type. */
  readonly enqueue: EnqueueEvent;
  /** To one receiver. Returns the id of the delivery. */
  enqueueTo(transaction: Transaction, endpoint: string, event: OutgoingEvent, mode?: DeliveryMode): Promise<string>;
}

export function createOutbox({ endpoints, clock, makeId }: OutboxOptions): Outbox {
  const put = async (transaction: Transaction, webhook: string, event: StoredEvent, mode: DeliveryMode) => {
    const now = clock();
    const delivery: Delivery = {
      id: `${event.id}:${webhook}`,
      webhook,
      event,
      mode,
      state: 'pending',
      attempts: [],
      earlierAttempts: 0,
      nextAttemptAt: now,
      createdAt: now,
    };
    await saveDelivery(transaction, delivery, null);
    return delivery.id;
  };
  return {
    async enqueue(transaction, event) {
      const id = `evt_${makeId()}`;
      for (const { name, events } of endpoints) {
        if (!events.some((pattern) => matchesType(pattern, event.type))) continue;
        await put(transaction, name, { ...event, id }, 'durable');
      }
      return id;
    },
    enqueueTo: (transaction, endpoint, event, mode = 'durable') =>
      put(transaction, endpoint, { ...event, id: `evt_${makeId()}` }, mode),
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
): Promise<number> {
  await forgetEntries(transaction, previous);
  if (delivery.nextAttemptAt !== null) {
    await transaction.put(dueDeliveries, dueKey(delivery.webhook, delivery.nextAttemptAt, delivery.id), delivery.id);
  }
  if (delivery.state === 'dead') {
    await transaction.put(deadDeliveries, compositeKey(delivery.webhook, delivery.id), delivery.id);
  }
  return transaction.put(deliveries, delivery.id, delivery);
}

export async function removeDelivery(transaction: Transaction, delivery: Delivery): Promise<void> {
  await forgetEntries(transaction, delivery);
  await transaction.delete(deliveries, delivery.id);
}

async function forgetEntries(transaction: Transaction, delivery: Delivery | null): Promise<void> {
  if (delivery === null) return;
  if (delivery.nextAttemptAt !== null) {
    await transaction.delete(dueDeliveries, dueKey(delivery.webhook, delivery.nextAttemptAt, delivery.id));
  }
  if (delivery.state === 'dead') {
    await transaction.delete(deadDeliveries, compositeKey(delivery.webhook, delivery.id));
  }
}

/** Pending deliveries to a receiver whose time has come, earliest first. */
export async function readDueDeliveries(
  transaction: ReadTransaction,
  webhook: string,
  now: number,
  limit: number,
): Promise<Delivery[]> {
  const prefix = `${compositeKey(webhook)}/`;
  const due = await transaction.range(dueDeliveries, { prefix, before: dueKey(webhook, now + 1, ''), limit });
  return readAll(
    transaction,
    due.map(({ value }) => value),
  );
}

/** Pending deliveries to receivers that are not among `known`: the settings no longer have them. */
export async function readOrphans(
  transaction: ReadTransaction,
  known: ReadonlySet<string>,
  limit: number,
): Promise<Delivery[]> {
  const due = await transaction.range(dueDeliveries, {});
  const prefixes = [...known].map((name) => `${compositeKey(name)}/`);
  const orphans = due.filter(({ key }) => !prefixes.some((prefix) => key.startsWith(prefix))).slice(0, limit);
  return readAll(
    transaction,
    orphans.map(({ value }) => value),
  );
}

/** Dead deliveries to a receiver that were made in `[since, until)`, oldest first. */
export async function readDeadDeliveries(
  transaction: ReadTransaction,
  webhook: string,
  range: { readonly since?: number | undefined; readonly until?: number | undefined } = {},
): Promise<Delivery[]> {
  const dead = await transaction.range(deadDeliveries, { prefix: `${compositeKey(webhook)}/` });
  const found = await readAll(
    transaction,
    dead.map(({ value }) => value),
  );
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = range;
  return found.filter(({ createdAt }) => createdAt >= since && createdAt < until);
}

async function readAll(transaction: ReadTransaction, ids: readonly string[]): Promise<Delivery[]> {
  const found = await transaction.getMany(deliveries, ids);
  return found.flatMap((stored) => (stored === undefined ? [] : [stored.value]));
}

export async function readDelivery(transaction: ReadTransaction, id: string): Promise<Stored<Delivery> | undefined> {
  return transaction.get(deliveries, id);
}

/** Newest first; `before` is the last id of the page before. */
export async function readDeliveries(
  transaction: ReadTransaction,
  page: {
    readonly before?: string | undefined;
    readonly limit: number;
    readonly webhook?: string | undefined;
    readonly state?: Delivery['state'] | undefined;
  },
): Promise<Stored<Delivery>[]> {
  const { webhook, state, limit } = page;
  const found: Stored<Delivery>[] = [];
  let before = page.before;
  for (let scanned = 0; scanned < mostScanned && found.length < limit; ) {
    const some = await transaction.range(deliveries, {
      before,
      limit: Math.max(limit, webhook === undefined && state === undefined ? limit : scanAtOnce),
      reverse: true,
    });
    for (const stored of some) {
      const { value } = stored;
      const isWanted = (webhook ?? value.webhook) === value.webhook && (state ?? value.state) === value.state;
      if (isWanted && found.length < limit) found.push(stored);
    }
    scanned += some.length;
    before = some.at(-1)?.key;
    if (before === undefined) break;
  }
  return found;
}

const scanAtOnce = 500;
const mostScanned = 20_000;

export async function readEndpointState(transaction: ReadTransaction, name: string): Promise<EndpointState> {
  return (await transaction.get(endpointStates, name))?.value ?? freshEndpoint;
}

export async function writeEndpointState(transaction: Transaction, name: string, state: EndpointState): Promise<void> {
  await transaction.put(endpointStates, name, state);
}

/** How much waits for a receiver, and how much was given up. */
export async function countDeliveries(
  transaction: ReadTransaction,
  webhook: string,
): Promise<{ pending: number; dead: number }> {
  const prefix = `${compositeKey(webhook)}/`;
  return {
    pending: (await transaction.range(dueDeliveries, { prefix })).length,
    dead: (await transaction.range(deadDeliveries, { prefix })).length,
  };
}

const keptMs = { delivered: 7 * 86_400_000, dead: 30 * 86_400_000 } as const;
const removalPage = 500;
const removalPages = 40;

/**
 * Removes what was delivered a week ago or given up a month ago. Returns how many; what is left of very many goes the next
 * time.
 */
export async function removeOldDeliveries(store: Store, now: number): Promise<number> {
  let removed = 0;
  let after: string | undefined;
  for (let page = 0; page < removalPages; page++) {
    // Each page in a transaction of its own: nobody waits long.
    const some = await store.transaction(async (transaction) => {
      const range = after === undefined ? { limit: removalPage } : { after, limit: removalPage };
      const found = await transaction.range(deliveries, range);
      const old = found.filter(
        ({ value }) => value.state !== 'pending' && now - value.createdAt >= keptMs[value.state],
      );
      for (const { value } of old) await removeDelivery(transaction, value);
      removed += old.length;
      return found;
    });
    after = some.at(-1)?.key;
    // Ids grow with time: everything behind is younger.
    const last = some.at(-1)?.value;
    if (last === undefined || now - last.createdAt < keptMs.delivered) break;
  }
  return removed;
}

function dueKey(webhook: string, at: number, id: string): string {
  return compositeKey(webhook, at, id);
}

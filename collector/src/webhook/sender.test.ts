import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebhookSettings, webhookSettings } from '../config/settings.ts';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { WakeableLoop } from '../wakeable-loop.ts';
import { webhookEndpoint } from './endpoint.ts';
import { createOutbox, type Delivery, readDeliveries } from './outbox.ts';
import { startWebhookSender, type WebhookSenderOptions } from './sender.ts';
import { verifyWebhook } from './signature.ts';

const secret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const event = { type: 'model.retrain.requested', subject: 'credit-risk/1', time: 1_000, data: { jobId: 'rt_1' } };

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let store: Store;
let receiver: Server;
let received: Received[];
let answer: (response: ServerResponse, call: number) => void;
let sender: WakeableLoop | null;
let now: number;

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
  received = [];
  sender = null;
  now = Date.now();
  answer = (response) => response.writeHead(204).end();
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      answer(response, received.length);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await sender?.stop();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
  await store.close();
});

function webhook(change: Partial<Record<keyof WebhookSettings, unknown>> = {}): WebhookSettings {
  const { port } = receiver.address() as AddressInfo;
  return webhookSettings.parse({
    name: 'trainer',
    url: `http://127.0.0.1:${port}/hook`,
    secret,
    allowPrivateAddresses: true,
    ...change,
  });
}

let ids = 0;

function start(webhooks: readonly WebhookSettings[], change: Partial<WebhookSenderOptions> = {}): WakeableLoop {
  const completeEvent = () => ({ callback: { token: 'made when sent' } });
  return startWebhookSender({
    store,
    endpoints: webhooks.map((settings) => webhookEndpoint(settings, { source: 'urn:plumbline:test', completeEvent })),
    clock: () => now,
    random: () => 0.5,
    pollMs: 20,
    ...change,
  });
}

async function send(webhooks: readonly WebhookSettings[], change: Partial<WebhookSenderOptions> = {}): Promise<void> {
  const { enqueue } = createOutbox({ endpoints: webhooks, clock: () => now, makeId: () => String(++ids) });
  await store.transaction((transaction) => enqueue(transaction, event));
  sender ??= start(webhooks, change);
  sender.wake();
}

async function allDeliveries(): Promise<Delivery[]> {
  const stored = await store.read((transaction) => readDeliveries(transaction, { limit: 100 }));
  return stored.map(({ value }) => value);
}

/** The latest delivery, once it fulfils the condition. */
async function deliveryWhen(condition: (delivery: Delivery) => boolean): Promise<Delivery> {
  for (;;) {
    const [delivery] = await allDeliveries();
    if (delivery !== undefined && condition(delivery)) return delivery;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('the webhook sender', () => {
  it('posts a signed CloudEvent with the event id as idempotency key', async () => {
    await send([webhook()]);
    const delivery = await deliveryWhen((one) => one.state === 'delivered');
    const [first] = received;
    expect(received).toHaveLength(1);
    expect(first?.headers['idempotency-key']).toBe(delivery.event.id);
    expect(verifyWebhook([secret], first?.headers as Record<string, string>, first?.body ?? '', now).ok).toBe(true);
    expect(JSON.parse(first?.body ?? '')).toMatchObject({
      specversion: '1.0',
      id: delivery.event.id,
      type: 'model.retrain.requested',
      data: { jobId: 'rt_1', callback: { token: 'made when sent' } },
    });
  });

  it('stores no callback token at rest', async () => {
    await send([webhook()]);
    expect(JSON.stringify(await deliveryWhen((one) => one.state === 'delivered'))).not.toContain('made when sent');
  });

  it('tries again with the same id after a failure, on the schedule kept in the store', async () => {
    answer = (response, call) => response.writeHead(call === 1 ? 503 : 200).end();
    await send([webhook()]);
    const waiting = await deliveryWhen((one) => one.attempts.length === 1);
    expect(waiting).toMatchObject({ state: 'pending', nextAttemptAt: now + 5_000, attempts: [{ status: 503 }] });
    now += 5_000;
    const delivered = await deliveryWhen((one) => one.state === 'delivered');
    expect(delivered.attempts).toHaveLength(2);
    expect(new Set(received.map((one) => one.headers['webhook-id'])).size).toBe(1);
  });

  it('goes on after a restart: attempts live in the store, not in memory', async () => {
    answer = (response) => response.writeHead(500).end();
    await send([webhook()]);
    await deliveryWhen((one) => one.attempts.length === 1);
    await sender?.stop();
    answer = (response) => response.writeHead(200).end();
    now += 6_000;
    sender = start([webhook()]);
    expect((await deliveryWhen((one) => one.state === 'delivered')).attempts).toHaveLength(2);
  });

  it('does not follow a redirect', async () => {
    answer = (response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    await send([webhook()]);
    expect((await deliveryWhen((one) => one.attempts.length === 1)).attempts[0]?.status).toBe(302);
    expect(received).toHaveLength(1);
  });

  it('survives a receiver that answers with far more than it will read', async () => {
    answer = (response) => response.writeHead(200).end('x'.repeat(5_000_000));
    await send([webhook()]);
    expect((await deliveryWhen((one) => one.attempts.length === 1)).state).toBe('delivered');
  });

  it.each(['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', '0.0.0.0'])(
    'refuses the private address %s unless it is allowed, and sends it nothing',
    async (host) => {
      const { port } = receiver.address() as AddressInfo;
      await send([webhook({ url: `http://${host}:${port}/`, allowPrivateAddresses: false })]);
      const delivery = await deliveryWhen((one) => one.state === 'dead');
      expect(delivery.attempts[0]?.error).toMatch(/not public/);
      expect(received).toHaveLength(0);
    },
  );

  it('sends an event only to the webhooks that ask for its type', async () => {
    await send([webhook(), webhook({ name: 'chat', events: ['model.alert.*'] })]);
    await deliveryWhen((one) => one.state === 'delivered');
    const all = await allDeliveries();
    expect(all.map((one) => one.webhook)).toEqual(['trainer']);
  });
});

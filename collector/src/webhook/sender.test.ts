import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebhookSettings, webhookSettings } from '../config/settings.ts';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { WakeableLoop } from '../wakeable-loop.ts';
import { webhookEndpoint } from './endpoint.ts';
import {
  countDeliveries,
  createOutbox,
  type Delivery,
  readDeliveries,
  readDelivery,
  readEndpointState,
  removeOldDeliveries,
} from './outbox.ts';
import { startWebhookSender, type WebhookSenderOptions } from './sender.ts';
import { DeliveryService } from './service.ts';
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
  const { enqueue } = createOutbox({
    endpoints: webhooks,
    clock: () => now,
    makeId: () => String(++ids).padStart(6, '0'),
  });
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

  it('signs with both secrets while one is replaced, so that a receiver may know either', async () => {
    const old = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    await send([webhook({ previousSecret: old })]);
    await deliveryWhen((one) => one.state === 'delivered');
    const [first] = received;
    const headers = first?.headers as Record<string, string>;
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
    for (const known of [secret, old]) expect(verifyWebhook([known], headers, first?.body ?? '', now).ok).toBe(true);
  });

  it('waits as long as a receiver asks for', async () => {
    answer = (response) => response.writeHead(429, { 'retry-after': '9' }).end();
    await send([webhook()]);
    const waiting = await deliveryWhen((one) => one.attempts.length === 1);
    expect(waiting).toMatchObject({ state: 'pending', nextAttemptAt: now + 9_000 });
  });
});

describe('a hostile receiver', () => {
  const quick = { timeoutMs: 300 };

  it.each<[string, (response: ServerResponse) => void]>([
    ['never answers', () => undefined],
    ['answers a byte at a time for ever', drip],
    ['closes the connection in the middle', (response) => response.writeHead(200, { 'content-length': 9 }).destroy()],
    ['sends headers without end', (response) => response.writeHead(200, { 'x-long': 'x'.repeat(60_000) }).end()],
  ])('that %s costs one attempt of limited length', async (_, hostile) => {
    answer = hostile;
    await send([webhook()], quick);
    const startedAt = Date.now();
    const { attempts, state } = await deliveryWhen((one) => one.attempts.length === 1);
    expect([state, attempts[0]?.status ?? null, attempts[0]?.error === null]).toEqual(['pending', null, false]);
    expect(Date.now() - startedAt).toBeLessThan(3_000);
  });

  it('that is slow holds up nobody else', async () => {
    answer = () => undefined;
    const quickOne = createServer((_, response) => response.writeHead(204).end());
    await new Promise<void>((resolve) => quickOne.listen(0, '127.0.0.1', resolve));
    const { port } = quickOne.address() as AddressInfo;
    const both = [webhook(), webhook({ name: 'quick', url: `http://127.0.0.1:${port}/` })];
    await send(both, { timeoutMs: 60_000 });
    await expect
      .poll(async () => (await allDeliveries()).find((one) => one.webhook === 'quick')?.state)
      .toBe('delivered');
    receiver.closeAllConnections();
    quickOne.close();
  });

  it('that repeats our token to us does not get it into the store', async () => {
    answer = (response) => response.writeHead(400).end('you sent made when sent \u001b[31m\u202e');
    await send([webhook()]);
    const { attempts } = await deliveryWhen((one) => one.attempts.length === 1);
    expect(attempts[0]?.answer).toBe('you sent [redacted] [31m');
  });

  it('whose name leads to a public address first and to this machine later gets nothing', async () => {
    const { port } = receiver.address() as AddressInfo;
    const addresses = ['93.184.215.14', '127.0.0.1'];
    let asked = 0;
    const hostile = webhook({ url: `http://rebind.example.com:${port}/`, allowPrivateAddresses: false });
    await send([hostile], {
      timeoutMs: 200,
      findAddresses: (_, found) => found(null, [{ address: addresses[Math.min(asked++, 1)] ?? '', family: 4 }]),
    });
    // The public address is a real one that does not answer here.
    await deliveryWhen((one) => one.attempts.length === 1);
    now += 60_000;
    const delivery = await deliveryWhen((one) => one.state === 'dead');
    expect(delivery.attempts.at(-1)?.error).toMatch(/127\.0\.0\.1 is not public/);
    expect([asked, received.length]).toEqual([2, 0]);
  });

  it('behind a name with a public and a private address is reached at the public one only', async () => {
    const { port } = receiver.address() as AddressInfo;
    const mixed = webhook({ url: `http://mixed.example.com:${port}/`, allowPrivateAddresses: false });
    await send([mixed], {
      timeoutMs: 200,
      findAddresses: (_, found) =>
        found(null, [
          { address: '127.0.0.1', family: 4 },
          { address: '93.184.215.14', family: 4 },
        ]),
    });
    await deliveryWhen((one) => one.attempts.length === 1);
    expect(received).toHaveLength(0);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/',
    'http://[64:ff9b::7f00:1]/',
    'http://100.100.100.200/',
    'http://10.0.0.1/',
    'http://[::1]/',
  ])('at %s is refused before a connection is made', async (url) => {
    await send([webhook({ url, allowPrivateAddresses: false })], { timeoutMs: 60_000 });
    const delivery = await deliveryWhen((one) => one.state === 'dead');
    expect(delivery.attempts[0]?.error).toMatch(/not public/);
    expect(delivery.attempts[0]?.durationMs).toBeLessThan(1_000);
  });
});

describe('a receiver that fails', () => {
  const stateOf = (name: string) => store.read((transaction) => readEndpointState(transaction, name));

  it('is left alone after five failures in a row, tried once after a pause, and trusted again when that succeeds', async () => {
    answer = (response) => response.writeHead(500).end();
    for (let count = 0; count < 7; count++) await send([webhook()]);
    await expect.poll(async () => (await stateOf('trainer')).openUntil).not.toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 100));
    // Attempts under way when the fifth failed end as they would have.
    const before = received.length;
    expect(before).toBeLessThanOrEqual(8);
    now += 5_000;
    sender?.wake();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(received).toHaveLength(before);
    answer = (response) => response.writeHead(204).end();
    now += 1_200_000;
    sender?.wake();
    await expect.poll(async () => (await allDeliveries()).every(({ state }) => state === 'delivered')).toBe(true);
    expect(await stateOf('trainer')).toMatchObject({ failures: 0, openUntil: null });
  });

  it('is not sent to any more after 410 Gone, until a test succeeds; what it missed can be sent again', async () => {
    answer = (response) => response.writeHead(410).end();
    await send([webhook()]);
    await deliveryWhen((one) => one.state === 'dead');
    await expect.poll(async () => (await stateOf('trainer')).disabled?.reason).toMatch(/410/);
    await send([webhook()]);
    await deliveryWhen((one) => one.attempts[0]?.error === 'the receiver is disabled; nothing was sent');
    expect(received).toHaveLength(1);

    answer = (response) => response.writeHead(204).end();
    const endpoints = [webhookEndpoint(webhook(), { source: 'urn:x' })];
    const outbox = createOutbox({ endpoints, clock: () => now, makeId: () => `9${++ids}` });
    const service = new DeliveryService({ store, clock: () => now, endpoints, outbox });
    const ana = { subject: 'user:ana' };
    const control = { requestId: null, reason: 'fixed it' };
    const { revision } = await stateOf('trainer');
    await service.test(ana, 'trainer', { ...control, expectedRevision: revision });
    sender?.wake();
    await expect.poll(async () => (await stateOf('trainer')).disabled).toBeNull();
    const seen = (await stateOf('trainer')).revision;
    expect(seen).toBe(revision + 1);
    await expect(
      service.replayAll(ana, 'trainer', {}, { ...control, expectedRevision: revision }),
    ).rejects.toMatchObject({ code: 'STALE_REVISION' });
    expect(await service.replayAll(ana, 'trainer', {}, { ...control, expectedRevision: seen })).toMatchObject({
      count: 2,
    });
    sender?.wake();
    await expect.poll(async () => (await allDeliveries()).every(({ state }) => state === 'delivered')).toBe(true);
    expect(received).toHaveLength(4);
  });

  it('stays disabled when what was on its way to it before succeeds', async () => {
    let held: ServerResponse | undefined;
    answer = (response, call) => {
      if (call === 1) held = response;
      else response.writeHead(410).end();
    };
    await send([webhook()], { timeoutMs: 60_000 });
    await expect.poll(() => held).toBeDefined();
    await send([webhook()]);
    await expect.poll(async () => (await stateOf('trainer')).disabled).not.toBeNull();
    held?.writeHead(204).end();
    await expect.poll(async () => (await stateOf('trainer')).lastSuccessAt).not.toBeNull();
    expect((await stateOf('trainer')).disabled?.reason).toMatch(/410/);
  });

  it('gets a dead delivery again by hand, once, with its schedule from the start', async () => {
    await send([webhook({ url: 'http://10.0.0.1/', allowPrivateAddresses: false })]);
    const dead = await deliveryWhen((one) => one.state === 'dead');
    const endpoints = [webhookEndpoint(webhook(), { source: 'urn:x' })];
    const outbox = createOutbox({ endpoints, clock: () => now, makeId: () => '1' });
    const service = new DeliveryService({ store, clock: () => now, endpoints, outbox });
    const replay = async (id: string, expectedRevision: number) =>
      service.replay({ subject: 'user:ana' }, id, { requestId: null, reason: 'moved it', expectedRevision });
    const revision = (await store.read((transaction) => readDelivery(transaction, dead.id)))?.revision ?? 0;
    await expect(replay(dead.id, revision + 1)).rejects.toMatchObject({ code: 'STALE_REVISION' });
    await expect(replay('nothing', 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await sender?.stop();
    const next = await replay(dead.id, revision);
    await expect(replay(dead.id, next)).rejects.toMatchObject({ details: { reason: 'delivery_not_dead' } });
    sender = start([webhook()]);
    const delivered = await deliveryWhen((one) => one.state === 'delivered');
    expect(delivered).toMatchObject({
      earlierAttempts: 1,
      attempts: [{ peer: null }, { status: 204, peer: 'loopback' }],
    });
    expect(received[0]?.headers['webhook-id']).toBe(dead.event.id);
  });

  it('is called once by two collectors on one store', async () => {
    let release = () => undefined as unknown;
    answer = (response) => {
      release = () => response.writeHead(204).end();
    };
    await send([webhook()], { timeoutMs: 60_000 });
    const other = start([webhook()], { timeoutMs: 60_000 });
    await expect.poll(() => received.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    release();
    await deliveryWhen((one) => one.state === 'delivered');
    await other.stop();
    expect(received).toHaveLength(1);
  });
});

describe('deliveries', () => {
  it('to a receiver that the settings no longer have are given up at the next start', async () => {
    answer = (response) => response.writeHead(500).end();
    await send([webhook()]);
    await deliveryWhen((one) => one.attempts.length === 1);
    await sender?.stop();
    sender = start([webhook({ name: 'another' })]);
    expect((await deliveryWhen((one) => one.state === 'dead')).attempts.at(-1)?.error).toMatch(
      /no longer in the settings/,
    );
  });

  it('are forgotten a week after they were delivered, a month after they were given up, and never while they wait', async () => {
    await send([webhook()]);
    await deliveryWhen((one) => one.state === 'delivered');
    const forget = (days: number) => removeOldDeliveries(store, now + days * 86_400_000);
    expect([await forget(6), await forget(7), await forget(99)]).toEqual([0, 1, 0]);
    const { enqueue } = createOutbox({ endpoints: [webhook({ name: 'gone' })], clock: () => now, makeId: () => '1' });
    await store.transaction((transaction) => enqueue(transaction, event));
    const counts = () => store.read((transaction) => countDeliveries(transaction, 'gone'));
    expect(await counts()).toEqual({ pending: 1, dead: 0 });
    expect(await forget(365)).toBe(0);
  });

  it('are paged by time, newest first, by receiver and state', async () => {
    await send([webhook(), webhook({ name: 'chat' })]);
    await expect.poll(async () => (await allDeliveries()).filter(({ state }) => state === 'delivered').length).toBe(2);
    now += 1_000;
    await send([webhook()]);
    await expect.poll(async () => (await allDeliveries()).length).toBe(3);
    const read = (page: object) =>
      store.read(async (transaction) =>
        (await readDeliveries(transaction, { limit: 10, ...page })).map(({ value }) => value.webhook),
      );
    expect(await read({ webhook: 'chat' })).toEqual(['chat']);
    expect(await read({ limit: 1 })).toEqual(['trainer']);
    const [first] = await store.read((transaction) => readDeliveries(transaction, { limit: 1 }));
    expect(await read({ before: first?.key })).toHaveLength(2);
  });
});

function drip(response: ServerResponse): void {
  response.writeHead(200);
  const timer = setInterval(() => response.write('x'), 20);
  response.on('close', () => clearInterval(timer));
}

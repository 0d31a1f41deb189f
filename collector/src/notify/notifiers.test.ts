import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '../alert/index.ts';
import { writeAlert } from '../alert/records.ts';
import { testAlert } from '../alert/testing/test-alert.ts';
import { modelSettings, notificationSettings } from '../config/settings.ts';
import { notePerson } from '../store/people.ts';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { WakeableLoop } from '../wakeable-loop.ts';
import { createOutbox, DeliveryService, readDeliveries, startWebhookSender, verifyWebhook } from '../webhook/index.ts';
import { NotificationService, notifierEndpoints } from './index.ts';

/** Each notifier against a receiver that listens, with the payload its vendor documents. */

const minute = 60_000;
const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const routingKey = 'R0UT1NGKEYR0UT1NGKEYR0UT1NGKEY00';
const start = Date.UTC(2026, 10, 22, 12);

interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let store: Store;
let receiver: Server;
let received: Received[];
let status: number;
let now: number;
let sender: WakeableLoop;
let people: NotificationService;
let deliveries: DeliveryService;

const alert = testAlert({
  id: 'a1b2',
  kind: 'performance',
  severity: 'page',
  version: '7',
  since: start,
  firedAt: start,
  changedAt: start,
  firedWallAt: start,
  sentence: 'Error rate 33 % instead of 24 % <!channel> & more',
});

async function run(types: readonly string[]) {
  const { port } = receiver.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const all: Record<string, object> = {
    pagerduty: { type: 'pagerduty', routingKey, url: `${url}/v2/enqueue` },
    alertmanager: { type: 'alertmanager', url: `${url}/`, token: 'token-of-ours' },
    slack: { type: 'slack', url: `${url}/services/T0/B0/secretsecret` },
    webhook: { type: 'webhook', url: `${url}/hook`, secret },
  };
  const settings = notificationSettings.parse({
    notifiers: types.map((type) => ({ name: type, allowPrivateAddresses: true, ...all[type] })),
  });
  const models = [
    modelSettings.parse({ name: 'credit-risk', owner: 'lending', runbook: 'https://wiki.example.com/r' }),
  ];
  const endpoints = notifierEndpoints(settings, { source: 'urn:test' });
  let ids = 0;
  const clock = () => now;
  const outbox = createOutbox({ endpoints, clock, makeId: () => String(++ids).padStart(6, '0') });
  const linkOf = ({ id }: { readonly id: string }) => `https://grafana.example.com/a/app/alerts/${id}`;
  people = new NotificationService({ store, clock, settings, models, outbox, linkOf });
  deliveries = new DeliveryService({ store, clock, endpoints, outbox });
  sender = startWebhookSender({ store, endpoints, clock, random: () => 0.5, pollMs: 10 });
}

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
  received = [];
  status = 202;
  now = start;
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(status).end(status < 300 ? 'ok' : `invalid_payload for ${routingKey}\n`);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await sender.stop();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
  await store.close();
});

async function set(change: Partial<Alert>) {
  await store.transaction((transaction) => writeAlert(transaction, { ...alert, ...change }));
  await people.run();
  sender.wake();
}

async function bodies(count: number): Promise<unknown[]> {
  await expect.poll(() => received.length).toBe(count);
  return received.map(({ body }) => JSON.parse(body));
}

describe('PagerDuty (Events API v2)', () => {
  it('is told of firing, acknowledged and resolved under one dedup_key', async () => {
    await run(['pagerduty']);
    await set({});
    now += 10 * minute;
    await set({ acknowledgement: { by: 'user:ana', at: now, until: now + 60 * minute, comment: 'on it' } });
    now += 10 * minute;
    await set({ state: 'resolved', changedAt: now });
    const [trigger, acknowledge, resolve] = await bodies(3);
    expect(trigger).toEqual({
      routing_key: routingKey,
      event_action: 'trigger',
      dedup_key: 'plumbline-a1b2',
      client: 'Plumbline',
      client_url: 'https://grafana.example.com/a/app/alerts/a1b2',
      payload: {
        summary: `credit-risk: ${alert.sentence}`,
        source: 'production/credit-risk',
        severity: 'critical',
        timestamp: '2026-11-22T12:00:00.000Z',
        component: 'credit-risk/7',
        group: 'production/credit-risk',
        class: 'performance',
        custom_details: { harm: alert.sentence, owner: 'lending', state: 'firing' },
      },
      links: [
        { href: 'https://grafana.example.com/a/app/alerts/a1b2', text: 'Open in Plumbline' },
        { href: 'https://wiki.example.com/r', text: 'Runbook' },
      ],
    });
    expect(acknowledge).toEqual({ routing_key: routingKey, event_action: 'acknowledge', dedup_key: 'plumbline-a1b2' });
    expect(resolve).toEqual({ routing_key: routingKey, event_action: 'resolve', dedup_key: 'plumbline-a1b2' });
  });

  it('is not told of tickets', async () => {
    await run(['pagerduty', 'slack']);
    await set({ severity: 'ticket' });
    await bodies(1);
    expect(received[0]?.path).toBe('/services/T0/B0/secretsecret');
  });

  it('is not asked again after a refusal that will not change, and its key is nowhere in the store', async () => {
    status = 400;
    await run(['pagerduty']);
    await set({});
    const stored = () => store.read((transaction) => readDeliveries(transaction, { limit: 5 }));
    await expect.poll(async () => (await stored())[0]?.value.state).toBe('dead');
    const [delivery] = await stored();
    expect(delivery?.value.attempts).toMatchObject([
      { status: 400, answer: 'invalid_payload for [redacted]', peer: 'loopback' },
    ]);
    expect(JSON.stringify(delivery)).not.toContain(routingKey);
  });
});

describe('Alertmanager (API v2)', () => {
  it('gets all open alerts again before they would end there, and the end when they do', async () => {
    await run(['alertmanager']);
    await set({});
    await bodies(1);
    now += minute;
    await people.run();
    sender.wake();
    await bodies(2);
    now += 30_000;
    expect(await people.run()).toBe(0);
    now += 5 * minute;
    await set({ state: 'resolved', changedAt: now });
    const [first, second, last] = await bodies(3);
    const labels = {
      alertname: 'Plumbline_performance',
      model: 'credit-risk',
      environment: 'production',
      kind: 'performance',
      severity: 'page',
      plumbline_alert: 'a1b2',
      owner: 'lending',
    };
    expect(first).toEqual([
      {
        labels,
        annotations: {
          summary: alert.sentence,
          harm: alert.sentence,
          version: '7',
          state: 'firing',
          runbook_url: 'https://wiki.example.com/r',
        },
        startsAt: '2026-11-22T12:00:00.000Z',
        endsAt: '2026-11-22T12:04:00.000Z',
        generatorURL: 'https://grafana.example.com/a/app/alerts/a1b2',
      },
    ]);
    expect(second).toMatchObject([{ labels, endsAt: '2026-11-22T12:05:00.000Z' }]);
    expect(last).toMatchObject([{ labels, endsAt: '2026-11-22T12:06:30.000Z' }]);
    expect(received[0]).toMatchObject({ path: '/api/v2/alerts', headers: { authorization: 'Bearer token-of-ours' } });
  });
});

describe('a Slack-compatible chat', () => {
  it('gets text in which nothing is read as markup, a mention or a link', async () => {
    await run(['slack']);
    await set({});
    const [message] = (await bodies(1)) as [{ text: string; attachments: { text: string; color: string }[] }];
    expect(message.text).toBe('Page: credit-risk: performance');
    expect(message.attachments).toHaveLength(1);
    expect(message.attachments[0]?.text).toContain('Error rate 33 % instead of 24 % &lt;!channel&gt; &amp; more');
    expect(message.attachments[0]?.text).toContain('<https://grafana.example.com/a/app/alerts/a1b2|Open>');
    expect(JSON.stringify(message)).not.toContain('<!channel>');
  });

  it('names who acknowledged; when it was told of what is known afterwards', async () => {
    await run(['slack']);
    await set({});
    now += 10 * minute;
    await store.transaction((transaction) =>
      notePerson(transaction, { subject: 'user:3', name: 'Ana' }, { at: now, requestId: null }),
    );
    await set({ acknowledgement: { by: 'user:3', at: now, until: now + 60 * minute, comment: 'on it' } });
    const [, acknowledged] = await bodies(2);
    expect(JSON.stringify(acknowledged)).toContain('Ana (user:3)');
    const told = await store.read((transaction) => people.notifiedAt(transaction, [alert, { ...alert, id: 'other' }]));
    expect([...told]).toEqual([[alert.id, now]]);
  });
});

describe('a webhook for notifications', () => {
  it('gets a signed CloudEvent with all that people are told', async () => {
    await run(['webhook']);
    await set({});
    const [event] = await bodies(1);
    const [{ headers, body }] = received as [Received];
    expect(verifyWebhook([secret], headers as Record<string, string>, body, now)).toMatchObject({ ok: true });
    expect(event).toMatchObject({
      type: 'model.alert.notification',
      data: { reason: 'firing', title: 'Page: credit-risk: performance', open: [{ id: 'a1b2', severity: 'page' }] },
    });
  });
});

describe('the test button', () => {
  it.each([
    ['pagerduty', { event_action: 'resolve' }],
    ['alertmanager', [{ labels: { alertname: 'PlumblineTest' } }]],
    ['slack', { text: expect.stringContaining('Test by user:ana') }],
    ['webhook', { type: 'webhook.ping' }],
  ])('sends %s something harmless', async (type, expected) => {
    await run([type]);
    const control = { expectedRevision: 1, requestId: null, reason: 'setting up' };
    const { delivery } = await deliveries.test({ subject: 'user:ana' }, type, control);
    sender.wake();
    expect((await bodies(1))[0]).toMatchObject(expected);
    await expect
      .poll(async () => (await store.read((transaction) => readDeliveries(transaction, { limit: 1 })))[0]?.value)
      .toMatchObject({ id: delivery, state: 'delivered', attempts: [{ status: 202, peer: 'loopback' }] });
  });
});

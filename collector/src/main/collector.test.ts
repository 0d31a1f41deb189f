import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect as connectNats } from '@nats-io/transport-node';
import { heartbeatSubject, routingBucket, routingKey, streamName } from '@plumbline/sdk/subjects';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { logisticOnnx } from '../../../test/onnx/logistic.ts';
import { type NatsServer, startNatsServer } from '../../../test/stack/nats-server.ts';
import { connectBus } from '../bus/index.ts';
import { type PlumblineSettings, plumblineSettings } from '../config/index.ts';
import { digestOf } from '../rollout/index.ts';
import { type Collector, startCollector } from './index.ts';
import { hourMs, inferences } from './testing/traffic.ts';

/** The whole collector against a real nats-server: what it says while it waits, what it keeps, what it publishes. */

const start = Date.UTC(2026, 10, 20);
/** What the stream of a collector may take, and the broker promises it. */
const streamBytes = plumblineSettings.parse({}).collector.nats.maximumBytes;
let folder: string;
let nats: NatsServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-collector-'));
  nats = await startNatsServer({
    directory: join(folder, 'nats'),
    apps: { app: ['credit'] },
    // Room for one such stream beside the small ones, not for two.
    maximumStoreBytes: 1.5 * streamBytes,
  });
});
afterAll(async () => {
  await nats.stop();
  await rm(folder, { recursive: true });
});

let running: Collector[] = [];
afterEach(async () => {
  await Promise.all(running.map((collector) => collector.stop()));
  running = [];
});

function settingsFor(name: string, natsUrl = nats.url): PlumblineSettings {
  const { user, pass, inboxPrefix } = nats.collector;
  return plumblineSettings.parse({
    collector: {
      http: { port: 0 },
      nats: { url: natsUrl, user, password: pass, inboxPrefix },
      store: { sqlite: join(folder, name, 'store.sqlite') },
      artefacts: join(folder, name, 'artefacts'),
      commitEvery: '50ms',
      identity: { insecureLocal: true },
    },
    models: [{ name: 'credit', positive: 'yes', reference: { rows: 200 }, rollout: { approvals: 1 } }],
  });
}

async function run(settings: PlumblineSettings): Promise<Collector> {
  const collector = await startCollector(settings, { logger: pino({ level: 'silent' }) });
  running.push(collector);
  return collector;
}

async function ask(collector: Collector, path: string, init: RequestInit = {}) {
  const response = await fetch(collector.url + path, init);
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes; what a test expects of one is its check.
  const body: any = await response.json();
  return { status: response.status, body };
}

const lines = (events: readonly object[]) => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-ndjson' },
  body: events.map((event) => JSON.stringify(event)).join('\n'),
});
/**
 * Has the broker promise the room of the stream to another one. What only takes the place of a deleted stream comes too
 * late: its reader is told before who deleted it, and may have made it again by then.
 */
async function giveRoomAway(manager: JetStreamManager): Promise<void> {
  const { config } = await manager.streams.info(streamName);
  await manager.streams.update(streamName, { ...config, max_bytes: 1_048_576 });
  await manager.streams.add({ name: 'FILLER', subjects: ['filler'], max_bytes: streamBytes });
}

const counted = async (collector: Collector) => (await ask(collector, '/v1/status')).body.counts.inferences;

describe('a collector', () => {
  it('counts what comes over the stream, and after a restart goes on where it was', async () => {
    const settings = settingsFor('counts');
    const first = await run(settings);
    await first.ready;
    expect((await ask(first, '/readyz')).body).toEqual({ ready: true });
    const before = await counted(first);
    expect((await ask(first, '/v1/events', lines(inferences('a', 300, start, hourMs)))).status).toBe(202);
    await expect.poll(() => counted(first)).toBe(before + 300);
    await first.stop();

    const second = await run(settings);
    await second.ready;
    expect(await counted(second)).toBe(before + 300);
    expect((await ask(second, '/v1/events', lines(inferences('b', 100, start, hourMs)))).status).toBe(202);
    await expect.poll(() => counted(second)).toBe(before + 400);
    const { body } = await ask(second, '/v1/audit/verify');
    expect(body).toMatchObject({ ok: true, problem: null });
  });

  it('publishes the routing that a promotion makes, also when it died before it could', async () => {
    const collector = await run(settingsFor('routing'));
    await collector.ready;
    const bytes = logisticOnnx({ inputs: ['a'], weights: [1], bias: 0 });
    const upload = await ask(collector, `/v1/artefacts/${digestOf(bytes)}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.from(bytes),
    });
    expect(upload.status).toBe(201);
    const registered = await ask(collector, '/v1/models/credit/versions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ version: '1', digest: digestOf(bytes), inputs: ['a'], classes: ['no', 'yes'] }),
    });
    expect(registered.status).toBe(201);
    const { revision } = (await ask(collector, '/v1/models/credit/versions')).body;
    const promoted = await ask(collector, '/v1/actions/promote/credit', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'if-match': `"${revision}"`, 'idempotency-key': 'promote-one' },
      body: JSON.stringify({ version: '1', reason: 'the first one' }),
    });
    expect(promoted.body).toMatchObject({ outcome: 'done' });

    const { user, pass, inboxPrefix } = nats.collector;
    const bus = await connectBus({
      nats: { ...settingsFor('routing').collector.nats, url: nats.url, user, password: pass, inboxPrefix },
    });
    const champion = async () => (await bus.readRouting('production', 'credit'))?.champion?.digest;
    await expect.poll(champion).toBe(digestOf(bytes));

    // Stored but not published: what a crash between the two leaves behind.
    await collector.stop();
    const admin = await connectNats(nats.admin);
    await (await new Kvm(admin).open(routingBucket)).purge(routingKey('production', 'credit'));
    await admin.close();
    expect(await champion()).toBeUndefined();
    await run(settingsFor('routing'));
    await expect.poll(champion).toBe(digestOf(bytes));
    await bus.close();
  });

  it('knows the instances that report, and forgets nothing they say wrong', async () => {
    const collector = await run(settingsFor('instances'));
    await collector.ready;
    const app = await connectNats(nats.app('app'));
    const heartbeat = {
      schema: 1,
      instance: 'i-1',
      service: 'loans',
      sdkVersion: '0.1.0',
      model: 'credit',
      environment: 'production',
      routingRevision: 0,
      serving: [],
      loaded: [],
      counts: { accepted: 1, acknowledged: 1, dropped: {} },
      time: start,
    };
    app.publish(heartbeatSubject('credit'), 'not JSON');
    app.publish(heartbeatSubject('credit'), JSON.stringify({ ...heartbeat, instance: 7 }));
    app.publish(heartbeatSubject('credit'), JSON.stringify(heartbeat));
    const names = async () =>
      (await ask(collector, '/v1/models/credit/versions')).body.instances.map(
        ({ instance }: { instance: string }) => instance,
      );
    await expect.poll(names).toEqual(['i-1']);
    await app.close();
  });

  it('answers before its broker does, says what it waits for, and is ready when it comes', async () => {
    const late = await startNatsServer({ directory: join(folder, 'late'), apps: {} });
    await late.stop();
    const { user, pass, inboxPrefix } = late.collector;
    const settings = settingsFor('late', late.url);
    const collector = await run({
      ...settings,
      collector: { ...settings.collector, nats: { ...settings.collector.nats, user, password: pass, inboxPrefix } },
    });
    expect((await ask(collector, '/healthz')).status).toBe(200);
    const waits = async () => (await ask(collector, '/readyz')).body.error?.message;
    await expect.poll(waits).toMatch(/no NATS server answers/);
    expect((await ask(collector, '/v1/models')).body.items).toHaveLength(1);
    expect((await ask(collector, '/v1/events', lines(inferences('x', 1, start, hourMs)))).body).toMatchObject({
      error: { code: 'BROKER_UNAVAILABLE' },
    });
    await late.restart();
    await collector.ready;
    expect((await ask(collector, '/readyz')).status).toBe(200);

    await late.stop();
    await expect.poll(async () => (await ask(collector, '/readyz')).status).toBe(503);
    await late.restart();
    await expect.poll(async () => (await ask(collector, '/readyz')).status).toBe(200);
    await collector.stop();
    await late.stop();
  });

  it('says by a code that its stream is gone, and counts on in a new one as soon as that can be made', async () => {
    const admin = await connectNats(nats.admin);
    const manager = await jetstreamManager(admin);
    // What earlier tests sent would be counted too.
    await manager.streams.delete(streamName).catch(() => undefined);
    const collector = await run(settingsFor('gone'));
    await collector.ready;
    await ask(collector, '/v1/events', lines(inferences('before', 100, start, hourMs)));
    await expect.poll(() => counted(collector)).toBe(100);

    await giveRoomAway(manager);
    await manager.streams.delete(streamName);
    const waits = async () => (await ask(collector, '/readyz')).body.error?.message;
    await expect.poll(waits).toMatch(/the stream cannot be read \(STREAM_GONE\): .*cannot be made again/);
    await manager.streams.delete('FILLER');
    await expect.poll(async () => (await ask(collector, '/readyz')).status).toBe(200);

    await ask(collector, '/v1/events', lines(inferences('after', 100, start, hourMs)));
    await expect.poll(() => counted(collector)).toBe(200);
    const metrics = await (await fetch(`${collector.url}/metrics`)).text();
    expect(metrics).toMatch(/^plumbline_stream_regressions_total [1-9]/m);
    await admin.close();
  });

  it('stops at once while it waits', async () => {
    const collector = await run(settingsFor('waiting', 'nats://127.0.0.1:1'));
    await collector.stop();
    await expect(collector.ready).rejects.toThrow(/stopped before it was ready/);
  });

  it('refuses a second collector on its store, and lets go of it in the end', async () => {
    const settings = settingsFor('single');
    const first = await run(settings);
    await expect(startCollector(settings, { logger: pino({ level: 'silent' }) })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    await first.stop();
    const again = await run(settings);
    await again.ready;
  });

  it('refuses a model whose reference file is missing, by name', async () => {
    const settings = settingsFor('reference');
    const models = plumblineSettings.parse({ models: [{ name: 'credit', reference: { file: '/none.json' } }] }).models;
    await expect(startCollector({ ...settings, models }, { logger: pino({ level: 'silent' }) })).rejects.toMatchObject({
      code: 'BAD_CONFIG',
      message: expect.stringMatching(/model credit: reference \/none\.json: ENOENT.*plumbline profile/),
    });
  });
});

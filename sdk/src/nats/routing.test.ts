import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NatsServer } from '../../../test/stack/nats-server.ts';
import type { Monitor } from '../index.ts';
import type { Heartbeat, RoutingDocument } from '../routing/index.ts';
import { testDocument } from '../routing/testing/test-document.ts';
import { heartbeatSubject, routingBucket, routingKey } from '../subjects.ts';
import { type Broker, patience, problemsOf, startBroker } from './testing/broker.ts';
import { putRouting, putRoutingText } from './testing/put-routing.ts';
import { createStreams } from './testing/stored-events.ts';

const model = { name: 'credit risk', version: '1' };

let broker: Broker;
let server: NatsServer;

beforeEach(async () => {
  broker = await startBroker([model.name]);
  ({ server } = broker);
});

afterEach(() => broker.stop());

const putText = (text: string) => putRoutingText(broker.admin, model.name, text);
const put = (changes: Partial<RoutingDocument>) =>
  putRouting(broker.admin, testDocument({ model: model.name, ...changes }));
const routeOf = (monitor: Monitor) => monitor.route(model.name, 'a customer');
const routed = (monitor: Monitor, revision: number) =>
  vi.waitFor(() => expect(routeOf(monitor).revision).toBe(revision), patience);

describe('routing', () => {
  it('is what the app was compiled with, until the collector says otherwise', async () => {
    await createStreams(broker.admin);
    const monitor = broker.monitor({ model });
    expect(routeOf(monitor)).toMatchObject({ version: '1', role: 'champion', shadow: null, revision: 0 });

    await put({ revision: 1 });

    await routed(monitor, 1);
    expect(routeOf(monitor)).toMatchObject({ version: '7', shadow: null, revision: 1, reason: 'champion' });
    expect(monitor.status()).toMatchObject({
      problems: [],
      models: { [model.name]: { routing: { revision: 1, source: 'live', champion: '7' } } },
    });
  });

  it('is the latest one from the start', async () => {
    await createStreams(broker.admin);
    await put({ revision: 1 });
    await put({ revision: 2, champion: { version: '8', digest: 'sha256:8' } });
    const monitor = broker.monitor({ model });
    await routed(monitor, 2);
    expect(routeOf(monitor).version).toBe('8');
  });

  it('reaches listeners with every change', async () => {
    await createStreams(broker.admin);
    const monitor = broker.monitor({ model });
    const revisions: number[] = [];
    const stop = monitor.onRouting(({ revision }) => {
      revisions.push(revision);
      throw new Error('a listener that fails is no reason to stop');
    });
    await put({ revision: 1 });
    await vi.waitFor(() => expect(revisions).toEqual([1]), patience);
    await put({ revision: 2 });
    await vi.waitFor(() => expect(revisions).toEqual([1, 2]), patience);
    stop();
    await put({ revision: 3 });
    await routed(monitor, 3);
    expect(revisions).toEqual([1, 2]);
  });

  it('never goes back: older and broken documents, and deletion, change nothing', async () => {
    await createStreams(broker.admin);
    await put({ revision: 5 });
    const monitor = broker.monitor({ model });
    await routed(monitor, 5);

    await put({ revision: 4, champion: { version: '4', digest: 'sha256:4' } });
    await putText('{"schema":1');
    await vi.waitFor(() => expect(problemsOf(monitor)).toEqual(['routing_malformed']), patience);
    await (await new Kvm(broker.admin).open(routingBucket)).delete(routingKey('production', model.name));
    await put({ revision: 6 });

    await routed(monitor, 6);
    expect(routeOf(monitor).version).toBe('7');
    expect(problemsOf(monitor)).toEqual([]);
  });

  it('goes on after the broker was killed and started again', async () => {
    await createStreams(broker.admin);
    await put({ revision: 1 });
    const monitor = broker.monitor({ model });
    await routed(monitor, 1);

    await server.kill();
    await vi.waitFor(() => expect(monitor.status().connection.state).toBe('disconnected'), patience);
    expect(routeOf(monitor).version).toBe('7');
    await broker.restart();
    await put({ revision: 2 });

    await routed(monitor, 2);
  });

  it('goes on after its consumer was deleted, and after the bucket was made anew', async () => {
    await createStreams(broker.admin);
    await put({ revision: 1 });
    const monitor = broker.monitor({ model });
    await routed(monitor, 1);

    const manager = await jetstreamManager(broker.admin);
    for await (const { name } of manager.consumers.list(`KV_${routingBucket}`)) {
      await manager.consumers.delete(`KV_${routingBucket}`, name);
    }
    await put({ revision: 2 });
    await routed(monitor, 2);

    await manager.streams.delete(`KV_${routingBucket}`);
    await new Kvm(broker.admin).create(routingBucket, { history: 10, allow_direct: true });
    await put({ revision: 3 });
    await routed(monitor, 3);
  });

  it('starts once the bucket exists', async () => {
    const monitor = broker.monitor({ model });
    await vi.waitFor(() => expect(problemsOf(monitor)).toContain('routing_unavailable'), patience);
    await createStreams(broker.admin);
    await put({ revision: 1 });
    await routed(monitor, 1);
    expect(problemsOf(monitor)).toEqual([]);
  });

  it('of a model the credentials do not allow stays compiled in, and the status says why', async () => {
    await createStreams(broker.admin);
    const monitor = broker.monitor({ model: { name: 'forbidden', version: '3' } });
    await vi.waitFor(() => expect(problemsOf(monitor)).toContain('routing_unavailable'), patience);
    expect(monitor.status().problems[0]?.message).toMatch(/do not allow|permissions/i);
    expect(monitor.route('forbidden', 'a customer')).toMatchObject({ version: '3', revision: 0 });
  });

  it('is kept on disk for a start without a broker', async () => {
    await createStreams(broker.admin);
    await put({ revision: 3 });
    const routingCacheFolder = join(broker.directory, 'cache');
    const first = broker.monitor({ model, routingCacheFolder });
    await routed(first, 3);
    await vi.waitFor(() => expect(readdirSync(routingCacheFolder)[0]).toMatch(/\.json$/), patience);
    await server.stop();

    const second = broker.monitor({ model, routingCacheFolder });

    expect(routeOf(second)).toMatchObject({ version: '7', revision: 3 });
    expect(second.status().models[model.name]?.routing).toMatchObject({ revision: 3, source: 'disk' });
    const [file = ''] = readdirSync(routingCacheFolder);
    writeFileSync(join(routingCacheFolder, file), '{"schema":1,');
    const third = broker.monitor({ model, routingCacheFolder });
    expect(routeOf(third)).toMatchObject({ version: '1', revision: 0 });
    expect(problemsOf(third)).toContain('routing_malformed');
  });
});

describe('heartbeats', () => {
  it('say what the instance has loaded, routes to and has delivered, and at once when that changes', async () => {
    await createStreams(broker.admin);
    const heartbeats: Heartbeat[] = [];
    broker.admin.subscribe(heartbeatSubject(model.name), {
      callback: (_, message) => void heartbeats.push(message.json()),
    });
    await broker.admin.flush();
    const monitor = broker.monitor({ model, instance: 'pod-1', heartbeatMs: 60_000 });
    await vi.waitFor(() => expect(heartbeats).toHaveLength(1), patience);

    monitor.loaded({ version: '7', digest: 'sha256:7' });
    await put({ revision: 9, canary: { version: '8', digest: 'sha256:8', weightBasisPoints: 100 } });

    await vi.waitFor(() => expect(heartbeats.at(-1)?.routingRevision).toBe(9), patience);
    expect(heartbeats).toHaveLength(3);
    expect(heartbeats.at(-1)).toMatchObject({
      schema: 1,
      instance: 'pod-1',
      service: 'credit-api',
      model: model.name,
      environment: 'production',
      serving: [
        { version: '7', role: 'champion' },
        { version: '8', role: 'canary' },
      ],
      loaded: [{ version: '7', digest: 'sha256:7' }],
      counts: { accepted: 0, acknowledged: 0, dropped: {} },
    });
    monitor.unloaded({ version: '7' });
    await vi.waitFor(() => expect(heartbeats.at(-1)?.loaded).toEqual([]), patience);
  });

  it('say that a version does not serve here, when another artefact is loaded than routing names', async () => {
    await createStreams(broker.admin);
    const heartbeats: Heartbeat[] = [];
    broker.admin.subscribe(heartbeatSubject(model.name), {
      callback: (_, message) => void heartbeats.push(message.json()),
    });
    await broker.admin.flush();
    const monitor = broker.monitor({ model, heartbeatMs: 60_000 });
    const artefact = Buffer.from('the weights of version 8');
    const digest = `sha256:${createHash('sha256').update(artefact).digest('hex')}`;
    await put({ revision: 1, canary: { version: '8', digest, weightBasisPoints: 10_000 } });
    await routed(monitor, 1);

    expect(await monitor.loaded({ version: '8', bytes: Buffer.from('weights of somebody else') })).toMatchObject({
      matches: false,
    });

    expect(routeOf(monitor)).toMatchObject({ version: '7', role: 'champion', reason: 'artefact_mismatch' });
    expect(problemsOf(monitor)).toEqual(['artefact_mismatch']);
    expect(monitor.status().models[model.name]?.routing.refused).toEqual(['8']);
    await vi.waitFor(() => expect(heartbeats.at(-1)?.loaded).toHaveLength(1), patience);
    expect(heartbeats.at(-1)?.serving).toEqual([{ version: '7', role: 'champion' }]);

    const file = join(broker.directory, 'model.onnx');
    writeFileSync(file, artefact);
    expect(await monitor.loaded({ version: '8', file })).toEqual({ digest, matches: true });

    expect(routeOf(monitor)).toMatchObject({ version: '8', role: 'canary', reason: 'split' });
    expect(problemsOf(monitor)).toEqual([]);
    await vi.waitFor(() => expect(heartbeats.at(-1)?.serving).toHaveLength(2), patience);
    expect(heartbeats.at(-1)?.loaded).toEqual([{ version: '8', digest }]);
  });

  it('tell of no artefact that cannot be read, or was let go of while it was read', async () => {
    const monitor = broker.monitor({ model });
    const nothing = { digest: null, matches: null };
    expect(await monitor.loaded({ version: '8', file: join(broker.directory, 'nowhere') })).toEqual(nothing);
    expect(problemsOf(monitor)).toContain('artefact_unreadable');
    const loading = monitor.loaded({ version: '8', bytes: new Uint8Array(8) });
    monitor.unloaded({ version: '8' });
    expect(await loading).toEqual(nothing);
    expect(monitor.status().models[model.name]?.loaded).toEqual([]);
  });

  it('repeat', async () => {
    const heartbeats: unknown[] = [];
    broker.admin.subscribe(heartbeatSubject(model.name), {
      callback: (_, message) => void heartbeats.push(message.json()),
    });
    await broker.admin.flush();
    broker.monitor({ model, heartbeatMs: 50 });
    await vi.waitFor(() => expect(heartbeats.length).toBeGreaterThan(3), patience);
  });
});

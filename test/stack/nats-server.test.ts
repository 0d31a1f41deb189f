import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { createMonitor } from '@plumbline/sdk';
import {
  heartbeatSubject,
  heartbeatSubjects,
  inferenceSubject,
  outcomeSubject,
  routingBucket,
  routingKey,
  streamName,
  streamSubjects,
} from '@plumbline/sdk/subjects';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type NatsServer, startNatsServer } from './nats-server.ts';
import type { NatsUser } from './nats-users.ts';

const apps = { 'credit-app': ['credit risk.v2'], 'other-app': ['other'] };

let directory: string;
let server: NatsServer;
let connections: NatsConnection[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plumbline-nats-'));
  server = await startNatsServer({ directory, apps });
});

afterEach(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  connections = [];
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function connectAs(user: NatsUser): Promise<NatsConnection> {
  const connection = await connect({ ...user, reconnectTimeWait: 20, maxReconnectAttempts: 200 });
  connections.push(connection);
  return connection;
}

/** The collector as it sets the stream and the bucket up. */
async function collectorWithStreams(): Promise<NatsConnection> {
  const connection = await connectAs(server.collector);
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: streamName, subjects: [...streamSubjects] });
  await new Kvm(connection).create(routingBucket, { history: 5 });
  return connection;
}

describe('an app on the broker', () => {
  it('publishes inferences and outcomes of its own models, and is acknowledged', async () => {
    await collectorWithStreams();
    const app = jetstream(await connectAs(server.app('credit-app')));
    const first = await app.publish(inferenceSubject(3, 'credit risk.v2'), 'batch');
    const second = await app.publish(outcomeSubject(15, 'credit risk.v2'), 'batch');
    expect([first.seq, second.seq]).toEqual([1, 2]);
  });

  it('reports its heartbeat to the collector', async () => {
    const collector = await connectAs(server.collector);
    const heartbeats = collector.subscribe(heartbeatSubjects, { max: 1 });
    await collector.flush();
    (await connectAs(server.app('credit-app'))).publish(heartbeatSubject('credit risk.v2'), 'alive');
    for await (const message of heartbeats) {
      expect(message.string()).toBe('alive');
    }
  });

  it('learns the routing of its own models through the SDK', async () => {
    const [model, environment] = ['credit risk.v2', 'production'];
    const bucket = await new Kvm(await collectorWithStreams()).open(routingBucket);
    const document = { schema: 1, model, environment, salt: 's', canary: null, shadow: null, pins: {}, updatedAt: 1 };
    const champion = { version: '2', digest: `sha256:${'0'.repeat(64)}` };
    await bucket.put(routingKey(environment, model), JSON.stringify({ ...document, revision: 1, champion }));

    const nats = server.app('credit-app');
    const monitor = createMonitor({ service: 'credit-app', model: { name: model, version: '1' }, nats });
    const routed = Promise.withResolvers<number>();
    monitor.onRouting(({ revision }) => routed.resolve(revision));
    expect(await routed.promise).toBe(1);
    expect(monitor.route(model).version).toBe('2');
    await monitor.shutdown();
  });

  it.each([
    ['inferences of a model that is not its own', inferenceSubject(0, 'other')],
    ['outcomes of a model that is not its own', outcomeSubject(0, 'other')],
    ['heartbeats of a model that is not its own', heartbeatSubject('other')],
    ['routing', `$KV.${routingBucket}.${routingKey('production', 'credit risk.v2')}`],
    ['dead letters', 'plumbline.dead_letter.0'],
    ['the deletion of the stream', `$JS.API.STREAM.DELETE.${streamName}`],
    ['a read of the events', `$JS.API.STREAM.MSG.GET.${streamName}`],
    ['a consumer of the events', `$JS.API.CONSUMER.CREATE.${streamName}.spy`],
    [
      "a watch of another model's routing",
      `$JS.API.CONSUMER.CREATE.KV_${routingBucket}.spy.$KV.${routingBucket}.${routingKey('production', 'other')}`,
    ],
    ['a watch of all routing', `$JS.API.CONSUMER.CREATE.KV_${routingBucket}.spy`],
  ])('is refused %s', async (_what, subject) => {
    await collectorWithStreams();
    const app = await connectAs(server.app('credit-app'));
    await expect(app.request(subject, '{}', { timeout: 5_000 })).rejects.toThrow(/Permissions Violation for Publish/);
  });

  it.each([
    ['events', 'plumbline.inference.>'],
    ['heartbeats of others', heartbeatSubjects],
    ["the collector's replies", '_INBOX_collector.>'],
  ])('is refused to listen to %s', async (_what, subject) => {
    const app = await connectAs(server.app('credit-app'));
    const listening = (async () => {
      for await (const _ of app.subscribe(subject)) {
        return;
      }
    })();
    await expect(listening).rejects.toThrow(/Permissions Violation for Subscription/);
  });
});

describe('the collector on the broker', () => {
  it('cannot delete the stream', async () => {
    const manager = await jetstreamManager(await collectorWithStreams());
    await expect(manager.streams.delete(streamName)).rejects.toThrow(/Permissions Violation/);
  });

  it('reads the stream with an ordered consumer', async () => {
    const collector = await collectorWithStreams();
    await jetstream(await connectAs(server.app('other-app'))).publish(inferenceSubject(1, 'other'), 'hello');
    const consumer = await jetstream(collector).consumers.get(streamName, {
      filter_subjects: ['plumbline.inference.1.*', 'plumbline.outcome.1.*'],
    });
    const message = await consumer.next({ expires: 5_000 });
    expect(message?.string()).toBe('hello');
  });
});

describe('the server', () => {
  it('writes every message to disk before it acknowledges', async () => {
    const response = await fetch(`${server.monitoringUrl}/jsz?config=true`);
    expect(await response.json()).toHaveProperty('config.sync_always', true);
  });

  it('leaves no passwords on disk', () => {
    expect(readdirSync(directory).filter((file) => file.endsWith('.conf'))).toEqual([]);
  });

  it('keeps what it acknowledged through kill -9, and comes back on the same port', async () => {
    await collectorWithStreams();
    const app = jetstream(await connectAs(server.app('other-app')));
    for (let message = 0; message < 50; message++) {
      await app.publish(inferenceSubject(0, 'other'), `${message}`, { msgID: `${message}` });
    }
    const { pid, url } = server;
    expect(await server.kill()).toEqual({ code: null, signal: 'SIGKILL' });
    await server.restart();
    expect(server.pid).not.toBe(pid);
    expect(server.url).toBe(url);
    const manager = await jetstreamManager(await connectAs(server.admin));
    expect((await manager.streams.info(streamName)).state.messages).toBe(50);
  });

  it('refuses a second server on the same store, and says so', async () => {
    await expect(startNatsServer({ directory })).rejects.toThrow(
      `another nats-server already runs on the store in ${directory}`,
    );
    const connection = await connectAs(server.admin);
    expect(connection.getServer()).toBe(new URL(server.url).host);
  });

  it('frees the store when it is killed', async () => {
    await server.kill();
    const second = await startNatsServer({ directory });
    await second.stop();
  });
});

describe('without a nats-server', () => {
  it('says what is missing and how to get it', async () => {
    const nowhere = join(directory, 'no-such-file');
    const starting = startNatsServer({ directory, env: { NATS_SERVER_BIN: nowhere } });
    await expect(starting).rejects.toThrow(`NATS_SERVER_BIN is ${nowhere}, which is not a nats-server that runs here.`);
    await expect(starting).rejects.toHaveProperty(
      'remedies',
      expect.arrayContaining([expect.stringMatching(/Debian/)]),
    );
  });
});

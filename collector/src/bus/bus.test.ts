import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiscardPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { RoutingDocument } from '@plumbline/sdk/routing';
import {
  deadLetterStreamName,
  heartbeatSubject,
  inferenceSubject,
  outcomeSubject,
  routingBucket,
  streamName,
} from '@plumbline/sdk/subjects';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { requireNatsServer } from '../../../test/setup/nats-server.mjs';
import { type NatsServer, startNatsServer } from '../../../test/stack/nats-server.ts';
import { startProcess } from '../../../test/stack/process.ts';
import { collectorSettings } from '../config/settings.ts';
import { checkServer } from './connection.ts';
import { parseHeartbeat } from './heartbeats.ts';
import { type Bus, connectBus, readSubject, type StreamMessage } from './index.ts';

let directory: string;
let server: NatsServer;
let bus: Bus;
let admin: NatsConnection;

function settings(overrides: Record<string, unknown> = {}) {
  const { servers, user, pass, inboxPrefix } = server.collector;
  return collectorSettings.parse({
    nats: { url: servers, user, password: pass, inboxPrefix, maximumBytes: 16 * 1_048_576, ...overrides },
  }).nats;
}

async function startAll(options: { writeDeadline?: string } = {}) {
  directory = mkdtempSync(join(tmpdir(), 'plumbline-bus-'));
  server = await startNatsServer({ directory, ...options });
  bus = await connectBus({ nats: settings() });
  admin = await connect({ ...server.admin, reconnectTimeWait: 50, maxReconnectAttempts: -1 });
}

async function stopAll() {
  await bus.close();
  await admin.close();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}

async function take(from: Parameters<Bus['read']>[0], count: number): Promise<StreamMessage[]> {
  await using reader = await bus.read(from);
  const taken: StreamMessage[] = [];
  for await (const message of reader.messages()) {
    taken.push(message);
    if (taken.length === count) break;
  }
  return taken;
}

const body = (message: StreamMessage) => Buffer.from(message.data).toString();

describe('the bus on a running server', () => {
  beforeAll(() => startAll());
  afterAll(stopAll);

  beforeEach(async () => {
    const manager = await jetstreamManager(admin);
    await manager.streams.purge(streamName);
    await manager.streams.purge(deadLetterStreamName);
  });

  test('makes a stream that refuses new events when it is full, instead of losing old ones', async () => {
    const manager = await jetstreamManager(admin);
    const { config } = await manager.streams.info(streamName);
    expect(config).toMatchObject({
      subjects: ['plumbline.inference.>', 'plumbline.outcome.>'],
      discard: 'new',
      retention: 'limits',
      storage: 'file',
      max_bytes: 16 * 1_048_576,
      max_age: 7 * 86_400_000 * 1e6,
      duplicate_window: 120_000 * 1e6,
      allow_direct: true,
      metadata: { 'plumbline.partitions': '16' },
    });
    expect(await bus.stream()).toMatchObject({ created: expect.stringMatching(/^20/) });
  });

  test('delivers messages in the order of the stream, from a place on, with all that is known of them', async () => {
    const publisher = jetstream(admin);
    const sequences: number[] = [];
    for (let number = 0; number < 20; number++) {
      const subject = number % 3 === 0 ? outcomeSubject(number % 16, 'm') : inferenceSubject(number % 16, 'm');
      sequences.push((await publisher.publish(subject, `${number}`, { msgID: `p:${sequences.length + 1}` })).seq);
    }
    const messages = await take({ after: sequences[4]! }, 15);
    expect(messages.map(body)).toEqual(Array.from({ length: 15 }, (_, index) => `${index + 5}`));
    expect(messages.map(({ waiting }) => waiting)).toEqual(Array.from({ length: 15 }, (_, index) => 14 - index));
    expect(messages[1]).toMatchObject({
      sequence: sequences[6],
      messageId: 'p:7',
      subject: outcomeSubject(6, 'm'),
      address: { kind: 'outcome', partition: 6, model: 'm' },
      contentType: undefined,
    });
    const stored = await bus.messageAt(sequences[6]!);
    expect(stored).toEqual({ sequence: sequences[6], messageId: 'p:7', storedAt: messages[1]!.storedAt });
    expect(await bus.messageAt(sequences[19]! + 1)).toBeUndefined();
  });

  test('delivers only the partitions asked for', async () => {
    const publisher = jetstream(admin);
    for (let number = 0; number < 12; number++) {
      await publisher.publish(inferenceSubject(number % 4, 'm'), `${number}`);
      await publisher.publish(outcomeSubject(number % 4, 'm'), `${number}`);
    }
    const messages = await take({ after: 0, partitions: [1, 3] }, 12);
    expect(messages.map(body).map(Number)).toEqual([1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11]);
  });

  test('makes the broker wait for a reader that waits, and delivers everything', async () => {
    const publisher = jetstream(admin);
    const text = 'x'.repeat(100_000);
    for (let number = 0; number < 120; number++) await publisher.publish(inferenceSubject(0, 'm'), `${number} ${text}`);
    const seen: number[] = [];
    let after = 0;
    while (seen.length < 120) {
      await using reader = await bus.read({ after });
      for await (const message of reader.messages()) {
        seen.push(Number.parseInt(body(message), 10));
        after = message.sequence;
        if (seen.length === 1) {
          await new Promise((resume) => setTimeout(resume, 2_500));
          // Twelve megabytes, of which eight may wait here.
          const [consumer] = await (await jetstreamManager(admin)).consumers.list(streamName).next();
          expect(consumer?.num_pending).toBeGreaterThan(20);
        }
        if (seen.length === 120) break;
      }
      // Of a machine that stands still for two seconds heartbeats are missed: who reads begins again where it was.
      expect([null, 'consumer: heartbeats_missed']).toContain(reader.interruption);
    }
    expect(seen).toEqual(Array.from({ length: 120 }, (_, number) => number));
  });

  test('puts a message aside once, however often it is told to, with the reason and the original bytes', async () => {
    await jetstream(admin).publish(inferenceSubject(3, 'm'), 'poison');
    const [message] = await take({ after: 0 }, 1);
    const cause = { code: 'BAD_JSON', reason: 'line 1: no\nJSON é' };
    await bus.deadLetter(message!, cause);
    await bus.deadLetter(message!, cause);
    const manager = await jetstreamManager(admin);
    const { state } = await manager.streams.info(deadLetterStreamName);
    expect(state.messages).toBe(1);
    const letter = await manager.streams.getMessage(deadLetterStreamName, { seq: state.last_seq });
    expect(Buffer.from(letter!.data).toString()).toBe('poison');
    expect(letter!.subject).toBe('plumbline.dead_letter.3');
    expect(Object.fromEntries([...letter!.header].map(([name, [value]]) => [name, value]))).toMatchObject({
      'Plumbline-Code': 'BAD_JSON',
      'Plumbline-Reason': 'line 1: no?JSON ?',
      'Plumbline-Sequence': String(message!.sequence),
      'Plumbline-Subject': inferenceSubject(3, 'm'),
    });
  });

  test('publishes batches that came another way, each once', async () => {
    const message = {
      subject: inferenceSubject(2, 'm'),
      messageId: 'http:1',
      contentType: 'text/x',
      bytes: Buffer.from('a'),
    };
    await bus.publish([message, { ...message, messageId: 'http:2', bytes: Buffer.from('b') }]);
    await bus.publish([message]);
    const messages = await take({ after: 0 }, 2);
    expect(messages.map(body)).toEqual(['a', 'b']);
    expect(messages[0]).toMatchObject({ messageId: 'http:1', contentType: 'text/x', waiting: 1 });
  });

  test('publishes routing by revision: an older document never replaces a newer one', async () => {
    const document = (revision: number): RoutingDocument => ({
      schema: 1,
      model: 'a model',
      environment: 'production',
      revision,
      salt: 'salt',
      champion: { version: '1', digest: `sha256:${'0'.repeat(64)}` },
      canary: null,
      shadow: null,
      pins: {},
      updatedAt: 0,
    });
    expect(await bus.readRouting('production', 'a model')).toBeUndefined();
    expect(await bus.putRouting(document(2))).toBe(true);
    expect(await bus.putRouting(document(1))).toBe(false);
    expect(await bus.putRouting(document(2))).toBe(false);
    expect(await bus.readRouting('production', 'a model')).toEqual(document(2));
    const outcome = await Promise.all([5, 3, 4].map((revision) => bus.putRouting(document(revision))));
    expect(outcome[0]).toBe(true);
    expect((await bus.readRouting('production', 'a model'))?.revision).toBe(5);
  });

  test('hears heartbeats and nothing else', async () => {
    const heartbeat = {
      schema: 1,
      instance: 'i',
      service: 's',
      sdkVersion: '0.1.0',
      model: 'm',
      environment: 'production',
      routingRevision: 3,
      serving: [{ version: '1', role: 'champion' }],
      loaded: [],
      counts: { accepted: 1, acknowledged: 1, dropped: { full: 2 } },
      time: 5,
    };
    const heard = Promise.withResolvers<unknown>();
    const stop = bus.onHeartbeat(heard.resolve);
    await bus.stream();
    admin.publish(heartbeatSubject('m'), '{"schema":1}');
    admin.publish(heartbeatSubject('m'), 'not JSON');
    admin.publish(heartbeatSubject('m'), JSON.stringify(heartbeat));
    expect(await heard.promise).toEqual(heartbeat);
    stop();
    expect(parseHeartbeat(Buffer.alloc(100_000, 32))).toBeNull();
  });

  test('refuses a stream with other partitions, and adjusts one with another size', async () => {
    await expect(connectBus({ nats: settings({ partitions: 8 }) })).rejects.toMatchObject({
      code: 'BAD_CONFIG',
      message: expect.stringContaining('16 partitions'),
    });
    const second = await connectBus({ nats: settings({ maximumBytes: 32 * 1_048_576 }) });
    await second.close();
    const manager = await jetstreamManager(admin);
    expect((await manager.streams.info(streamName)).config.max_bytes).toBe(32 * 1_048_576);
  });

  test('says that the server has no room for the stream', async () => {
    const manager = await jetstreamManager(admin);
    await manager.streams.delete(streamName);
    await expect(connectBus({ nats: settings({ maximumBytes: 1e15 }) })).rejects.toMatchObject({
      code: 'BROKER_UNAVAILABLE',
      message: expect.stringContaining('maximumBytes'),
    });
    await (await connectBus({ nats: settings() })).close();
  });

  test('refuses a stream that drops old events to make room', async () => {
    const manager = await jetstreamManager(admin);
    await manager.streams.delete(streamName);
    const subjects = ['plumbline.inference.>', 'plumbline.outcome.>'];
    await manager.streams.add({ name: streamName, subjects, discard: DiscardPolicy.Old });
    await expect(connectBus({ nats: settings() })).rejects.toMatchObject({
      code: 'BAD_CONFIG',
      message: expect.stringContaining('discard is old'),
    });
    await manager.streams.delete(streamName);
    await (await connectBus({ nats: settings() })).close();
  });

  test('makes a stream and a bucket that somebody deleted again, or says why it cannot', async () => {
    const manager = await jetstreamManager(admin);
    const { created } = await bus.stream();
    await manager.streams.delete(streamName);
    await manager.streams.add({ name: 'OTHER', subjects: ['plumbline.inference.>'] });
    await expect(bus.stream()).rejects.toMatchObject({
      code: 'STREAM_GONE',
      retriable: true,
      message: expect.stringMatching(/cannot be made again \(.*overlap.*\): .*/),
    });
    await manager.streams.delete('OTHER');
    expect((await bus.stream()).created).not.toBe(created);
    expect((await manager.streams.info(streamName)).config.metadata).toMatchObject({ 'plumbline.partitions': '16' });

    await manager.streams.delete(`KV_${routingBucket}`);
    const document = { schema: 1, model: 'again', environment: 'production', revision: 1 } as RoutingDocument;
    await expect(bus.putRouting(document)).rejects.toThrow();
    expect(await bus.putRouting(document)).toBe(true);
  });

  test('says that the credentials are wrong, at once', async () => {
    await expect(connectBus({ nats: settings({ password: 'wrong' }), patienceMs: 60_000 })).rejects.toMatchObject({
      code: 'BROKER_UNAVAILABLE',
      message: expect.stringContaining('collector.nats.password'),
    });
  });
});

describe('the bus when the server goes', () => {
  beforeEach(() => startAll());
  afterEach(stopAll);

  test('ends reading when the connection is lost, and reads on afterwards', async () => {
    const publisher = jetstream(admin);
    for (let number = 1; number <= 5; number++) await publisher.publish(inferenceSubject(0, 'm'), `${number}`);
    const reader = await bus.read({ after: 0 });
    const seen: string[] = [];
    for await (const message of reader.messages()) {
      seen.push(body(message));
      if (seen.length === 5) await server.kill();
    }
    expect(reader.interruption).toMatch(/connection|consumer/);
    expect(bus.problem()).toMatch(/not connected/);
    await reader.close();
    await server.restart();
    while (bus.problem() !== null) await new Promise((resume) => setTimeout(resume, 20));
    // The publisher's connection comes back by itself, a little earlier or later.
    await vi.waitFor(() => publisher.publish(inferenceSubject(0, 'm'), '6', { msgID: '6' }), 20_000);
    expect((await take({ after: 4 }, 2)).map(body)).toEqual(['5', '6']);
  });
});

describe('the bus of a process that stands still', () => {
  beforeEach(() => startAll({ writeDeadline: '200ms' }));
  afterEach(stopAll);

  test('says that the broker may have cut it off as a slow consumer, and reads on without a gap', async () => {
    const publisher = jetstream(admin);
    const text = 'x'.repeat(1_000_000);
    for (let number = 1; number <= 12; number++) await publisher.publish(inferenceSubject(0, 'm'), `${number} ${text}`);
    let reader: Awaited<ReturnType<Bus['read']>>;
    let seen: number[];
    const read = async (from: typeof reader, standMs: number) => {
      for await (const message of from.messages()) {
        seen.push(message.sequence);
        // The broker is sending more than the two sockets hold.
        if (seen.length === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, standMs);
        if (seen.length === 12) return;
      }
    };
    // Unless all of it has arrived before the first is looked at, as it may on a busy machine.
    for (let attempt = 1; ; attempt++) {
      seen = [];
      reader = await bus.read({ after: 0 });
      await read(reader, 1_600);
      if (reader.interruption !== null || attempt === 20) break;
      await reader.close();
      await bus.close();
      // The sockets of a new connection hold little as yet.
      bus = await connectBus({ nats: settings() });
    }
    await expect.poll(() => server.output()).toMatch(/Slow Consumer Detected/);
    expect(reader.interruption).toMatch(/disconnect, after this process stood still for \d+\.\d s: .* too slow/);
    await reader.close();
    // On a busy machine the broker may cut it off again.
    while (seen.length < 12) {
      await expect.poll(() => bus.problem()).toBeNull();
      await using again = await bus.read({ after: seen.at(-1) ?? 0 });
      await read(again, 0);
    }
    expect(seen).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
  });
});

describe('the bus that is closed', () => {
  beforeEach(() => startAll());
  afterEach(stopAll);

  test.each(['before the first message', 'while the server is away'])('%s ends reading', async (when) => {
    // Nobody has begun to read this one.
    await (await bus.read({ after: 0 })).close();
    const reader = await bus.read({ after: 0 });
    const reading = (async () => {
      for await (const _ of reader.messages()) throw new Error('nothing was published');
    })();
    if (when === 'while the server is away') await server.kill();
    await Promise.all([reader.close(), reader.close()]);
    await reading;
    await bus.close();
    await expect(bus.publish([])).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    await server.restart();
  });
});

describe('without a server that will do', () => {
  test('says that nobody answers and what to set', async () => {
    const socket = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => socket.once('listening', listening));
    const { port } = socket.address() as { port: number };
    await new Promise((closed) => socket.close(closed));
    const { nats } = collectorSettings.parse({ nats: { url: `nats://127.0.0.1:${port}` } });
    await expect(connectBus({ nats, patienceMs: 300 })).rejects.toMatchObject({
      code: 'BROKER_UNAVAILABLE',
      retriable: true,
      message: expect.stringContaining('collector.nats.url'),
    });
  });

  test('says that JetStream is missing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-nojs-'));
    const plain = await startProcess({
      name: 'nats',
      command: requireNatsServer(process.env).path,
      args: ['-a', '127.0.0.1', '-p', '-1', '--ports_file_dir', folder],
      probe: async () => {
        const [file] = readdirSync(folder);
        const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8');
        const found = /nats:\/\/127\.0\.0\.1:\d+/.exec(text);
        return found === null ? undefined : { url: found[0] };
      },
    });
    const { nats } = collectorSettings.parse({ nats: { url: plain.ready.url } });
    await expect(connectBus({ nats })).rejects.toMatchObject({
      code: 'BROKER_UNAVAILABLE',
      message: expect.stringContaining('JetStream'),
    });
    await plain.stop();
    rmSync(folder, { recursive: true });
  });

  test('refuses a server below 2.10, or warns when that is allowed', () => {
    expect(checkServer('2.10.0', false)).toEqual([]);
    expect(checkServer('3.0.1', false)).toEqual([]);
    expect(() => checkServer('2.9.10', false)).toThrow(expect.objectContaining({ code: 'BROKER_TOO_OLD' }));
    expect(checkServer('2.9.10', true)).toEqual([expect.stringContaining('upgrade')]);
  });
});

test.each([
  ['plumbline.inference.3.bQ', { kind: 'inference', partition: 3, model: 'm' }],
  ['plumbline.outcome.15.Y3JlZGl0IHJpc2s', { kind: 'outcome', partition: 15, model: 'credit risk' }],
  ['plumbline.inference.3', null],
  ['plumbline.inference.x.bQ', null],
  ['plumbline.inference.3.bQ.more', null],
  ['other.inference.3.bQ', null],
])('the subject %s reads %o', (subject, address) => {
  expect(readSubject(subject)).toEqual(address);
});

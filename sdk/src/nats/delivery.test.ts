import { jetstreamManager } from '@nats-io/jetstream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NatsServer } from '../../../test/stack/nats-server.ts';
import type { Monitor, MonitorOptions } from '../index.ts';
import { partitionOf, streamName } from '../subjects.ts';
import { type Broker, patience, problemsOf, startBroker } from './testing/broker.ts';
import { createStreams, storedBatches, storedIds } from './testing/stored-events.ts';

const model = { name: 'credit risk', version: '7' };

let broker: Broker;
let server: NatsServer;

beforeEach(async () => {
  broker = await startBroker([model.name]);
  ({ server } = broker);
});

afterEach(() => broker.stop());

const startMonitor = (options: Partial<MonitorOptions> = {}) => broker.monitor({ model, ...options });
const recordOne = (monitor: Monitor, age = 44) => monitor.record({ features: { age, job: 'cook' }, prediction: 'yes' });

describe('what is recorded', () => {
  it('is in the stream once, in the partition of its id, the inference before its outcome', async () => {
    await createStreams(broker.admin);
    const monitor = startMonitor();
    const ids = Array.from({ length: 500 }, () => {
      const id = recordOne(monitor);
      monitor.outcome({ inferenceId: id, value: 'repaid' });
      return id;
    });

    expect(await monitor.flush({ timeoutMs: 10_000 })).toEqual({ delivered: true, remaining: 0 });

    const stored = await storedBatches(broker.admin);
    const order = stored.flatMap(({ batch }) =>
      batch.kind === 'inference' ? batch.ids.map((id) => `made ${id}`) : batch.inferenceIds.map((id) => `known ${id}`),
    );
    expect(order).toHaveLength(1_000);
    expect(new Set(order).size).toBe(1_000);
    expect(ids.filter((id) => order.indexOf(`made ${id}`) > order.indexOf(`known ${id}`))).toEqual([]);
    for (const { subject, batch } of stored) {
      const keys = batch.kind === 'inference' ? batch.ids : batch.inferenceIds;
      expect(new Set(keys.map((id) => `${partitionOf(id, 16)}`))).toEqual(new Set([subject.split('.')[2]]));
    }
    expect(monitor.status()).toMatchObject({
      problems: [],
      buffered: { events: 0, bytes: 0, batches: 0 },
      counts: { accepted: 1_000, acknowledged: 1_000, dropped: {} },
    });
  });

  it('goes out by age, without anybody calling flush', async () => {
    await createStreams(broker.admin);
    const monitor = startMonitor();
    const id = recordOne(monitor);
    await vi.waitFor(async () => expect(await storedIds(broker.admin)).toEqual([id]), patience);
  });

  it('is kept while the broker has not been started yet', async () => {
    await createStreams(broker.admin);
    await server.stop();
    const monitor = startMonitor();
    const id = recordOne(monitor);
    await vi.waitFor(() => expect(problemsOf(monitor)).toEqual(['unreachable']), patience);
    expect(monitor.status().connection.state).toBe('connecting');

    await broker.restart();

    await vi.waitFor(() => expect(monitor.status().counts.acknowledged).toBe(1), patience);
    expect(await storedIds(broker.admin)).toEqual([id]);
    expect(problemsOf(monitor)).toEqual([]);
  });
});

describe('kill -9 of the broker while batches are under way', () => {
  it('loses nothing that was accepted and stores nothing twice', async () => {
    await createStreams(broker.admin);
    const monitor = startMonitor({ batch: { events: 10, ageMs: 20 }, buffer: { events: 200_000 } });
    const recorded: string[] = [];
    let recording = true;
    const app = (async () => {
      while (recording) {
        for (let i = 0; i < 40; i++) {
          recorded.push(recordOne(monitor, i));
        }
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();

    for (let round = 0; round < 4; round++) {
      const before = monitor.status().counts.acknowledged;
      await vi.waitFor(() => expect(monitor.status().counts.acknowledged).toBeGreaterThan(before + 500), patience);
      await server.kill();
      await broker.restart();
    }
    recording = false;
    await app;
    expect(await monitor.flush({ timeoutMs: 30_000 })).toEqual({ delivered: true, remaining: 0 });

    const stored = await storedIds(broker.admin);
    expect(new Set(stored).size).toBe(stored.length);
    expect(stored.length).toBe(recorded.length);
    expect(new Set(stored)).toEqual(new Set(recorded));
    const { counts } = monitor.status();
    expect(counts).toMatchObject({ accepted: recorded.length, acknowledged: recorded.length, dropped: {} });
    expect(counts.batches.retried).toBeGreaterThan(0);
  });
});

describe('an outage', () => {
  it('fills the buffer to its bound: what is thinned and what does not fit is counted, the rest arrives', async () => {
    await createStreams(broker.admin);
    const monitor = startMonitor({ buffer: { events: 100 } });
    await vi.waitFor(() => expect(monitor.status().connection.state).toBe('connected'), patience);
    await server.kill();
    await vi.waitFor(() => expect(monitor.status().connection.state).toBe('disconnected'), patience);

    const ids = Array.from({ length: 40 }, () => recordOne(monitor));
    for (let i = 0; i < 5_000; i++) {
      recordOne(monitor);
    }
    for (let i = 0; i < 130; i++) {
      monitor.outcome({ inferenceId: 'somebody else', value: 1 });
    }
    const { buffered, counts } = monitor.status();
    expect(buffered.events).toBe(100);
    expect(counts.accepted).toBe(100);
    expect(counts.thinned).toBeGreaterThan(1_000);
    expect(counts.accepted + counts.thinned + (counts.dropped.buffer_events ?? 0)).toBe(5_170);
    expect(broker.warnings.filter((warning) => warning.includes('buffer_events'))).toHaveLength(1);
    await broker.restart();

    expect(await monitor.flush({ timeoutMs: 15_000 })).toEqual({ delivered: true, remaining: 0 });
    const stored = await storedIds(broker.admin);
    expect(stored).toEqual(expect.arrayContaining(ids));
    expect(monitor.status().counts.acknowledged).toBe(100);
    expect(monitor.record({ features: {} })).toBeTypeOf('string');
    expect(monitor.status().counts.accepted).toBe(101);
  });

  it('bounds the bytes as well', async () => {
    await server.stop();
    // One batch all along: each would weigh 512 bytes before its first event.
    const monitor = startMonitor({ buffer: { bytes: 20_000 }, batch: { ageMs: 60_000 } });
    for (let i = 0; i < 500; i++) {
      monitor.record({ features: { text: `${i}`.padEnd(200, 'x') } });
    }
    const { buffered, counts } = monitor.status();
    // An event weighs 144 bytes (its text is too long to leave), so 66 fill half the buffer. From there on, each step of 500
    // bytes takes 3.5 events, of which one in 2, 4, 8 ... is kept: 105 events on average for the four steps up to 12,000, and
    // a chance below one in a million that 434 are not enough. Twelve steps, up to 16,000, would take 28,000 events.
    expect(buffered.bytes).toBeGreaterThan(12_000);
    expect(buffered.bytes).toBeLessThan(16_000);
    expect(counts.accepted + counts.thinned + (counts.dropped.buffer_bytes ?? 0)).toBe(500);
  });

  it('makes flush and shutdown give up at their deadline, and say what was left', async () => {
    await server.stop();
    const monitor = startMonitor();
    recordOne(monitor);
    recordOne(monitor);
    expect(await monitor.flush({ timeoutMs: 50 })).toEqual({ delivered: false, remaining: 2 });
    expect(await monitor.shutdown({ timeoutMs: 50 })).toEqual({ delivered: false, remaining: 2 });
    recordOne(monitor);
    expect(monitor.status()).toMatchObject({
      connection: { state: 'closed' },
      buffered: { events: 0, batches: 0 },
      counts: { accepted: 2, dropped: { not_delivered: 2, closed: 1 } },
    });
  });
});

describe('a broker that does not take batches', () => {
  it('because the stream is missing: they wait, and the status says so', async () => {
    const monitor = startMonitor();
    const id = recordOne(monitor);
    await vi.waitFor(() => expect(problemsOf(monitor)).toContain('stream_missing'), patience);

    await createStreams(broker.admin);

    await vi.waitFor(() => expect(monitor.status().counts.acknowledged).toBe(1), patience);
    expect(await storedIds(broker.admin)).toEqual([id]);
    expect(problemsOf(monitor)).not.toContain('stream_missing');
  });

  it('because the stream is full: they wait, and the status says so', async () => {
    await createStreams(broker.admin, { maxBytes: 20_000 });
    const monitor = startMonitor();
    for (let i = 0; i < 300; i++) {
      recordOne(monitor);
      await monitor.flush({ timeoutMs: 0 });
    }
    await vi.waitFor(() => expect(problemsOf(monitor)).toContain('stream_full'), patience);
    const { accepted, acknowledged, dropped } = monitor.status().counts;
    expect({ accepted, dropped, waits: acknowledged < accepted }).toEqual({ accepted: 300, dropped: {}, waits: true });

    const manager = await jetstreamManager(broker.admin);
    const { config } = await manager.streams.info(streamName);
    await manager.streams.update(streamName, { ...config, max_bytes: 10_000_000 });

    await vi.waitFor(() => expect(monitor.status().counts.acknowledged).toBe(300), patience);
    expect(new Set(await storedIds(broker.admin)).size).toBe(300);
    expect(problemsOf(monitor)).toEqual([]);
  });

  it('because one is larger than a message may be: it is given up and counted', async () => {
    await createStreams(broker.admin, { maxMessageBytes: 2_000 });
    const monitor = startMonitor();
    const large = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`feature ${index}`, index + 0.1]));
    monitor.record({ id: 'large', features: large });
    await monitor.flush({ timeoutMs: 10_000 });
    expect(monitor.status().counts).toMatchObject({ accepted: 1, acknowledged: 0, dropped: { batch_refused: 1 } });
    expect(problemsOf(monitor)).toContain('batch_refused');
  });
});

describe('credentials that do not fit', () => {
  it('at all: a problem in the status, never an exception', async () => {
    const monitor = startMonitor({ nats: { ...server.app('app'), pass: 'wrong' } });
    recordOne(monitor);
    await vi.waitFor(() => expect(problemsOf(monitor)).toEqual(['not_authorized']), patience);
    expect(monitor.status().counts).toMatchObject({ accepted: 1, acknowledged: 0 });
  });

  it('for the model: its events wait, those of another model go through', async () => {
    await createStreams(broker.admin);
    const monitor = broker.monitor({ models: [model, { name: 'forbidden', version: '1' }] });
    monitor.record({ model: 'forbidden', features: { age: 1 } });
    await vi.waitFor(() => expect(problemsOf(monitor)).toContain('publish_denied'), patience);

    const id = monitor.record({ model: model.name, features: { age: 1 } });

    await vi.waitFor(async () => expect(await storedIds(broker.admin)).toEqual([id]), patience);
    expect(monitor.status().models).toMatchObject({
      [model.name]: { acknowledged: 1 },
      forbidden: { accepted: 1, acknowledged: 0 },
    });
    expect(problemsOf(monitor)).toContain('publish_denied');
  });

  it('for acknowledgements: the status says which option helps', async () => {
    await createStreams(broker.admin);
    const { inboxPrefix: _, ...withoutPrefix } = server.app('app');
    const monitor = startMonitor({ nats: withoutPrefix });
    recordOne(monitor);
    await vi.waitFor(() => expect(problemsOf(monitor)).toContain('inbox_denied'), patience);
    expect(broker.warnings.some((warning) => warning.includes('inboxPrefix'))).toBe(true);
  });
});

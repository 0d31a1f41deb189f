import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InferenceEvent, OutcomeEvent } from '../event.ts';
import { partitionOf } from '../subjects.ts';
import { createUuidMaker } from '../uuid.ts';
import { batchRows, decodeBatch, FeatureTypes } from '../wire/index.ts';
import { Batcher, type BatcherOptions } from './batcher.ts';
import type { OutgoingBatch } from './publisher.ts';

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

function setUp(options: Partial<BatcherOptions> = {}) {
  const emitted: OutgoingBatch[] = [];
  const batcher = new Batcher({
    newProducer: () => 'p',
    newId: createUuidMaker(),
    partitions: 1,
    clock: Date.now,
    salt: 1,
    batch: { events: 3, bytes: 100_000, ageMs: 200 },
    buffer: { events: 1_000, bytes: 1_000_000 },
    emit: (batch) => emitted.push(batch),
    failed: (_, __, error) => {
      throw error;
    },
    ...options,
  });
  return { batcher, emitted, ids: () => emitted.map(idsOf) };
}

const types = new FeatureTypes();
const inference = (id: string, features: InferenceEvent['features'] = { age: 1 }): InferenceEvent => ({
  kind: 'inference',
  id,
  time: 1,
  model: 'm',
  version: '7',
  role: 'champion',
  features,
  prediction: null,
  score: null,
  groups: {},
  latencyMs: null,
  traceId: null,
  error: null,
});
const outcome = (inferenceId: string): OutcomeEvent => ({
  kind: 'outcome',
  id: `of ${inferenceId}`,
  time: 1,
  model: 'm',
  inferenceId,
  type: 'label',
  value: 1,
});

function idsOf(batch: OutgoingBatch): string[] {
  return rowsOf(batch).map(({ id }) => id);
}

function rowsOf({ payload, contentType }: OutgoingBatch) {
  const batch = decodeBatch(payload, contentType);
  if (batch.kind === 'rejection') {
    throw new Error(batch.reason);
  }
  return batchRows(batch);
}

describe('a batch', () => {
  it('is closed when it is full, and encoded outside the call that filled it', () => {
    const { batcher, ids } = setUp();
    for (const id of ['a', 'b', 'c', 'd']) {
      batcher.addInference(inference(id), types);
    }
    expect(ids()).toEqual([]);
    vi.advanceTimersByTime(0);
    expect(ids()).toEqual([['a', 'b', 'c']]);
  });

  it('is closed when it is old', () => {
    const { batcher, ids } = setUp();
    batcher.addInference(inference('a'), types);
    vi.advanceTimersByTime(199);
    expect(ids()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(ids()).toEqual([['a']]);
  });

  it('is closed when it is heavy', () => {
    const { batcher, emitted } = setUp({ batch: { events: 1_000, bytes: 5_000, ageMs: 200 } });
    for (let i = 0; i < 100; i++) {
      batcher.addInference(inference(`${i}`, { text: `${i}`.padEnd(200, 'x') }), types);
    }
    vi.advanceTimersByTime(0);
    expect(emitted.length).toBeGreaterThan(2);
    expect(Math.max(...emitted.map(({ payload }) => payload.length))).toBeLessThan(6_000);
  });

  it('is closed by age although the event loop never gets to its timers', () => {
    let now = 0;
    const { batcher, ids } = setUp({ batch: { events: 1_000, bytes: 100_000, ageMs: 200 }, clock: () => now });
    batcher.addInference(inference('a'), types);
    now = 200;
    batcher.addInference(inference('b'), types);
    batcher.addInference(inference('c'), types);
    batcher.flush();
    expect(ids()).toEqual([['a', 'b'], ['c']]);
  });

  it('holds one kind, model and partition, and says so in its subject', () => {
    const { batcher, emitted } = setUp({ partitions: 16 });
    const names = Array.from({ length: 64 }, (_, index) => `id ${index}`);
    for (const id of names) {
      batcher.addInference(inference(id), types);
      batcher.addInference({ ...inference(id), model: 'n' }, types);
      batcher.addOutcome(outcome(id));
    }
    batcher.flush();
    for (const batch of emitted) {
      const [first] = rowsOf(batch);
      const token = Buffer.from(batch.model).toString('base64url');
      for (const row of rowsOf(batch)) {
        const partition = partitionOf(row.kind === 'inference' ? row.id : row.inferenceId, 16);
        expect(row).toMatchObject({ kind: first?.kind, model: batch.model });
        expect(batch.subject).toBe(`plumbline.${row.kind}.${partition}.${token}`);
      }
    }
    expect(emitted.reduce((sum, { events }) => sum + events, 0)).toBe(192);
  });

  it('is filled before the next one is begun where ids are new, and every partition gets as many', () => {
    const { batcher, emitted } = setUp({
      partitions: 16,
      salt: 0xffff_fff9,
      batch: { events: 5, bytes: 100_000, ageMs: 200 },
    });
    for (let event = 0; event < 2 * 16 * 5; event++) {
      batcher.addInference(inference(batcher.newId('m', event)), types);
      vi.advanceTimersByTime(0);
    }
    const partitions = emitted.map(({ subject }) => Number(subject.split('.')[2]));
    expect(emitted.map(({ events }) => events)).toEqual(Array.from({ length: 32 }, () => 5));
    expect(partitions).toEqual(Array.from({ length: 32 }, (_, batch) => (9 + batch) % 16));
    expect(emitted.map((batch) => idsOf(batch).map((id) => partitionOf(id, 16)))).toEqual(
      partitions.map((partition) => new Array(5).fill(partition)),
    );
  });

  it('has a number of its own, in the order of publishing, and a message id to match', () => {
    const { batcher, emitted } = setUp({ batch: { events: 1, bytes: 100_000, ageMs: 200 } });
    for (const id of ['a', 'b', 'c']) {
      batcher.addInference(inference(id), types);
    }
    batcher.flush();
    expect(emitted.map(({ token, number, messageId }) => [token, number, messageId])).toEqual([
      [1, 1, 'p:1'],
      [2, 2, 'p:2'],
      [3, 3, 'p:3'],
    ]);
  });

  it('is numbered per model, under a name of its own', () => {
    let producers = 0;
    const newProducer = () => `p${++producers}`;
    const { batcher, emitted } = setUp({ newProducer, batch: { events: 1, bytes: 100_000, ageMs: 200 } });
    batcher.addInference(inference('a'), types);
    batcher.addInference({ ...inference('b'), model: 'n' }, types);
    batcher.addInference(inference('c'), types);
    batcher.flush();
    expect(emitted.map(({ token, messageId }) => [token, messageId])).toEqual([
      [1, 'p1:1'],
      [2, 'p2:1'],
      [3, 'p1:2'],
    ]);
  });

  it('of outcomes never goes before the inferences they may be about', () => {
    const { batcher, ids } = setUp();
    batcher.addInference(inference('a'), types);
    for (const id of ['x', 'y', 'a']) {
      batcher.addOutcome(outcome(id));
    }
    vi.advanceTimersByTime(0);
    expect(ids()).toEqual([['a'], ['of x', 'of y', 'of a']]);
  });

  it('starts empty again where an earlier one ended', () => {
    const { batcher, emitted } = setUp();
    const one = (id: string, features: InferenceEvent['features']) =>
      batcher.addInference(inference(id, features), types);
    one('a', { age: 1, job: 'cook' });
    batcher.flush();
    one('b', { age: null });
    batcher.flush();
    expect(emitted.flatMap(rowsOf)).toMatchObject([
      { features: { age: 1, job: 'cook' } },
      { features: { age: null, job: null } },
    ]);
  });

  it('keeps no trace of an event that cannot be read', () => {
    const { batcher, emitted } = setUp();
    const treacherous = {
      age: 99,
      get job(): string {
        throw new Error('no');
      },
    };
    batcher.addInference(inference('a'), types);
    expect(() => batcher.addInference(inference('b', treacherous), types)).toThrow('no');
    batcher.addInference(inference('c', { age: null }), types);
    batcher.flush();
    expect(emitted.flatMap(rowsOf)).toMatchObject([
      { id: 'a', features: { age: 1 } },
      { id: 'c', features: { age: null } },
    ]);
    expect(batcher.buffered.events).toBe(2);
  });
});

describe('the buffer', () => {
  it('counts events and bytes until they are released, and takes no more than it may', () => {
    const { batcher, emitted } = setUp({ buffer: { events: 4, bytes: 1_000_000 } });
    const results = ['a', 'b', 'c', 'd', 'e'].map((id) => batcher.addOutcome(outcome(id)));
    expect(results).toEqual([undefined, undefined, undefined, undefined, 'buffer_events']);
    batcher.flush();
    expect(batcher.buffered).toEqual({
      events: 4,
      bytes: emitted.reduce((sum, { payload }) => sum + payload.length, 0),
    });
    for (const { events, payload } of emitted) {
      batcher.release(events, payload.length);
    }
    expect(batcher.buffered).toEqual({ events: 0, bytes: 0 });
    expect(batcher.addOutcome(outcome('a'))).toBeUndefined();
  });

  it('thins inferences as it fills, and the weights of those kept add up to those there were', () => {
    const { batcher, emitted } = setUp({ buffer: { events: 2_000, bytes: 100_000_000 } });
    const results = Array.from({ length: 20_000 }, (_, i) => batcher.addInference(inference(`${i}`), types));
    batcher.flush();
    const weights = emitted.flatMap(rowsOf).map((row) => (row.kind === 'inference' ? (row.weight ?? 1) : 0));
    expect(results).not.toContain('buffer_events');
    expect(results.filter((result) => result === undefined)).toHaveLength(weights.length);
    expect(weights.length).toBeLessThan(1_800);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const variance = weights.reduce((sum, weight) => sum + weight * (weight - 1), 0);
    expect(Math.abs(total - 20_000)).toBeLessThan(4 * Math.sqrt(variance));
    expect(weights.slice(0, 1_000).every((weight) => weight === 1)).toBe(true);
  });

  it('keeps room for failed inferences, and most of all for outcomes', () => {
    const { batcher } = setUp({ buffer: { events: 1_000, bytes: 100_000_000 } });
    const failed = (id: string) => ({ ...inference(id), error: 'timeout' });
    let id = 0;
    const until = (add: () => unknown) => {
      while (add() !== 'buffer_events') {
        id += 1;
      }
      return batcher.buffered.events;
    };
    expect(until(() => batcher.addInference(inference(`${id}`), types))).toBe(900);
    expect(batcher.addInference(failed('first'), types)).not.toBe('buffer_events');
    expect(until(() => batcher.addInference(failed(`${id}`), types))).toBe(950);
    expect(until(() => batcher.addOutcome(outcome(`${id}`)))).toBe(1_000);
  });

  it('never weighs much less than what it holds', () => {
    const { batcher, emitted } = setUp({ batch: { events: 100, bytes: 1_000_000, ageMs: 200 } });
    for (let i = 0; i < 100; i++) {
      batcher.addInference(inference(`an id of the app ${i}`, { a: i * 0.1, b: `text ${i}`, c: i % 2 === 0 }), types);
    }
    const estimate = batcher.buffered.bytes;
    batcher.flush();
    const size = emitted.reduce((sum, { payload }) => sum + payload.length, 0);
    expect(estimate / size).toBeGreaterThan(0.9);
    // Texts of one batch shrink on the wire; the bound is for memory.
    expect(estimate / size).toBeLessThan(10);
  });
});

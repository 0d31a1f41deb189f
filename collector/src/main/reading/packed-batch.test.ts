import type { EventBatch, InferenceEvent, OutcomeEvent } from '@plumbline/sdk/event';
import { columnarContentType } from '@plumbline/sdk/subjects';
import { batchRows, decodeBatch, encodeInferences, encodeOutcomes, ReusedMemory } from '@plumbline/sdk/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inference } from '../testing/traffic.ts';
import { packBatch, unpackBatch } from './packed-batch.ts';

const identity = { producer: 'app', batch: 7 };
const room = (bytes = 65_536) => new ReusedMemory(new SharedArrayBuffer(bytes), 64);

function decoded(bytes: Uint8Array): EventBatch {
  const batch = decodeBatch(bytes, columnarContentType);
  if (batch.kind === 'rejection') throw new Error(batch.reason);
  return batch;
}

const text = fc.oneof(fc.constantFrom('a', 'ü', '"\\', '\u2028', ''), fc.string({ unit: 'binary', maxLength: 20 }));
const inferences: fc.Arbitrary<InferenceEvent[]> = fc
  .array(
    fc.record({
      id: fc.oneof(fc.uuid({ version: 7 }), fc.string({ minLength: 1, maxLength: 20 })),
      time: fc.integer({ min: 1, max: 2 ** 45 }),
      version: fc.constantFrom('1', '2'),
      features: fc.record(
        { income: fc.option(fc.double({ noNaN: true })), city: fc.option(text), age: fc.option(fc.integer()) },
        { requiredKeys: [] },
      ),
      prediction: fc.option(fc.constantFrom('yes', 'no')),
      score: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      weight: fc.constantFrom(1, 2.5),
      source: fc.constantFrom(undefined, 'span' as const),
      sampled: fc.constantFrom(undefined, false as const),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((rows) => rows.map(({ id, time, ...changes }) => inference(id, time, changes)));

describe('a batch that goes from one thread to another', () => {
  test('arrives as it was decoded, whatever its inferences hold (property)', () => {
    fc.assert(
      fc.property(inferences, (events) => {
        const batch = decoded(encodeInferences(events, identity));
        for (const memory of [room(), room(256)]) {
          const arrived = unpackBatch(packBatch(batch, memory));
          // With its ids, which are made of bytes when they are asked for.
          expect({ ...arrived, ids: arrived.ids }).toEqual({ ...batch, ids: batch.ids });
          expect(batchRows(arrived)).toEqual(batchRows(batch));
        }
      }),
      { numRuns: 200 },
    );
  });

  test('shares the schema with every batch of equal features', () => {
    const [first, second] = ['one', 'two'].map((id) =>
      unpackBatch(packBatch(decoded(encodeInferences([inference(id, 1_000)], identity)), room())),
    );
    if (first?.kind !== 'inference' || second?.kind !== 'inference') throw new Error('no inferences');
    expect(first.schema).toBe(second.schema);
  });

  test('brings outcomes with numbers, and with classes', () => {
    for (const value of [4.25, 'yes']) {
      const outcome: OutcomeEvent = {
        kind: 'outcome',
        id: 'o-1',
        inferenceId: 'i-1',
        model: 'credit',
        time: 1_000,
        type: 'label',
        value,
      };
      const batch = decoded(encodeOutcomes([outcome, { ...outcome, id: 'o-2' }], identity));
      expect(unpackBatch(packBatch(batch, room()))).toEqual(batch);
    }
  });

  test('is copied to memory that both threads see', () => {
    const batch = decoded(encodeInferences([inference('a', 1_000), inference('b', 2_000)], identity));
    const memory = room();
    const { times } = unpackBatch(packBatch(batch, memory));
    expect(times.buffer).toBe(memory.buffer);
    expect(times.byteOffset).toBeGreaterThanOrEqual(64);
  });

  test('goes to memory of its own where that has no room', () => {
    const batch = decoded(encodeInferences([inference('a', 1_000), inference('b', 2_000)], identity));
    const memory = room(72);
    const packed = packBatch(batch, memory);
    expect(packed.buffer).not.toBe(memory.buffer);
    expect(batchRows(unpackBatch(packed))).toEqual(batchRows(batch));
  });

  test('stays where it lies in that memory', () => {
    const bytes = encodeInferences([inference('a', 1_000), inference('b', 2_000)], identity);
    const memory = new ReusedMemory(new SharedArrayBuffer(65_536), 32_768);
    const received = new Uint8Array(memory.buffer, 0, bytes.length);
    received.set(bytes);
    const batch = decodeBatch(received, columnarContentType, undefined, memory);
    if (batch.kind === 'rejection') throw new Error(batch.reason);
    const { end } = memory;
    const arrived = unpackBatch(packBatch(batch, memory));
    expect(memory.end).toBe(end);
    expect(batchRows(arrived)).toEqual(batchRows(batch));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { captureModes, type EventBatch, type InferenceEvent, type OutcomeEvent } from '../event.ts';
import { columnarContentType } from '../subjects.ts';
import { batchRows } from './batch-rows.ts';
import { ReusedMemory } from './column-memory.ts';
import { decodeBatch } from './decode.ts';
import { encodeInferences } from './inferences.ts';
import { encodeOutcomes } from './outcomes.ts';
import type { Rejection } from './rejection.ts';

const identity = { producer: 'producer-a', batch: 7 };

describe('the columnar frame', () => {
  it('gives back every inference it was given, exactly', () => {
    fc.assert(
      fc.property(fc.array(inference, { minLength: 1, maxLength: 40 }), (events) => {
        const batch = accepted(decodeBatch(encodeInferences(events, identity), columnarContentType));
        expect(batch).toMatchObject({ kind: 'inference', model: 'credit', ...identity, count: events.length });
        expect(batchRows(batch)).toEqual(
          events.map((event) => ({ ...event, features: presentFeatures(event, events) })),
        );
      }),
    );
  });

  it('gives back every outcome it was given, exactly', () => {
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 1, maxLength: 40 }), (events) => {
        const batch = accepted(decodeBatch(encodeOutcomes(events, identity), columnarContentType));
        expect(batchRows(batch)).toEqual(events);
      }),
    );
  });

  it('reads the same in memory that other batches used before, and where that is too small', () => {
    const memories = [0, 300, 65_536].map((bytes) => new ReusedMemory(new ArrayBuffer(bytes)));
    const batches = fc.oneof(
      fc.array(inference, { minLength: 1, maxLength: 40 }).map((events) => encodeInferences(events, identity)),
      fc.array(outcome, { minLength: 1, maxLength: 40 }).map((events) => encodeOutcomes(events, identity)),
    );
    fc.assert(
      fc.property(batches, (bytes) => {
        const expected = batchRows(accepted(decodeBatch(bytes, columnarContentType)));
        for (const memory of memories) {
          memory.reuse();
          const batch = accepted(decodeBatch(bytes, columnarContentType, undefined, memory));
          expect(batchRows(batch)).toEqual(expected);
        }
      }),
    );
  });
});

/** Features that are missing in every event carry no type and are left out; the others are there in every row. */
function presentFeatures(event: InferenceEvent, all: readonly InferenceEvent[]): InferenceEvent['features'] {
  const names = [...new Set(all.flatMap((other) => Object.keys(other.features)))].sort();
  return Object.fromEntries(
    names
      .filter((name) => all.some((other) => other.features[name] != null))
      .map((name) => [name, event.features[name] ?? null]),
  );
}

function accepted(result: EventBatch | Rejection): EventBatch {
  if (result.kind === 'rejection') {
    throw new Error(`${result.code}: ${result.reason}`);
  }
  return result;
}

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const wholeOrFinite = fc.oneof(
  finite,
  fc.integer(),
  fc.integer({ min: -3, max: 300 }),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);
const category = fc.string({ maxLength: 12, unit: 'grapheme' });
const name = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
const time = fc.oneof(
  fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }),
  fc.double({ min: 0, max: 8.64e15, noNaN: true }).map((value) => value + 0),
);
const id = fc.oneof(
  fc.uuid({ version: 7 }),
  fc.tuple(fc.uuid({ version: 7 }), category).map(([uuid, version]) => `${uuid}~${version}`),
  fc.string({ minLength: 1, maxLength: 20 }),
);
const orNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });

const inference: fc.Arbitrary<InferenceEvent> = fc.record(
  {
    kind: fc.constant('inference' as const),
    id,
    time,
    model: fc.constant('credit'),
    version: name,
    role: fc.constantFrom('champion', 'canary', 'shadow'),
    features: fc.record(
      {
        age: orNull(wholeOrFinite),
        income: orNull(wholeOrFinite),
        purpose: orNull(category),
        always: category,
        never: fc.constant(null),
      },
      { requiredKeys: [] },
    ),
    prediction: orNull(category),
    score: orNull(wholeOrFinite),
    groups: fc.record({ sex: category, region: category }, { requiredKeys: [] }),
    latencyMs: orNull(finite),
    traceId: orNull(fc.stringMatching(/^[1-9a-f][0-9a-f]{31}$/)),
    error: orNull(category),
    weight: fc.integer({ min: 2, max: 65_536 }),
    capture: fc.constantFrom(...captureModes),
    source: fc.constant('span' as const),
    sampled: fc.constant(false as const),
  },
  {
    requiredKeys: [
      'kind',
      'id',
      'time',
      'model',
      'version',
      'role',
      'features',
      'prediction',
      'score',
      'groups',
      'latencyMs',
      'traceId',
      'error',
    ],
  },
);

const outcome: fc.Arbitrary<OutcomeEvent> = fc.record({
  kind: fc.constant('outcome' as const),
  id,
  time,
  model: fc.constant('credit'),
  inferenceId: id,
  type: fc.constantFrom('label', 'feedback', 'evaluation'),
  value: wholeOrFinite,
});

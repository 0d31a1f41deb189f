import type { InferenceEvent, OutcomeEvent } from '@plumbline/sdk/event';
import { columnarContentType, inferenceSubject, jsonLinesContentType, outcomeSubject } from '@plumbline/sdk/subjects';
import { encodeInferences, encodeOutcomes } from '@plumbline/sdk/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSubject, type StreamMessage } from '../bus/index.ts';
import { readBatch, refusalCodes } from './read-batch.ts';

const identity = { producer: 'p', batch: 1 };

function inference(changes: Partial<InferenceEvent> = {}): InferenceEvent {
  return {
    kind: 'inference',
    id: 'i1',
    time: 1_000,
    model: 'm',
    version: '1',
    role: 'champion',
    features: { age: 3 },
    prediction: 'yes',
    score: 0.7,
    groups: {},
    latencyMs: 2,
    traceId: null,
    error: null,
    ...changes,
  };
}

const outcome: OutcomeEvent = {
  kind: 'outcome',
  id: 'o1',
  time: 2_000,
  model: 'm',
  inferenceId: 'i1',
  type: 'label',
  value: 'yes',
};

function message(
  subject: string,
  data: Uint8Array,
  contentType: string | undefined = columnarContentType,
  headers: Record<string, string> = {},
): StreamMessage {
  return {
    sequence: 1,
    storedAt: 0,
    messageId: '',
    subject,
    address: readSubject(subject),
    contentType,
    data,
    waiting: 0,
    header: (name) => headers[name],
    headerNames: () => Object.keys(headers),
  };
}

describe('a message', () => {
  test('with a batch of its subject is read as columns', () => {
    const inferences = message(inferenceSubject(0, 'm'), encodeInferences([inference()], identity));
    expect(readBatch(inferences)).toMatchObject({ kind: 'inference', ids: ['i1'], producer: 'p', batch: 1 });
    const outcomes = message(outcomeSubject(0, 'm'), encodeOutcomes([outcome], identity));
    expect(readBatch(outcomes)).toMatchObject({ kind: 'outcome', inferenceIds: ['i1'] });
  });

  test('of JSON lines takes its identity from the headers', () => {
    const data = Buffer.from(JSON.stringify(inference()));
    const read = readBatch(message(inferenceSubject(0, 'm'), data, jsonLinesContentType, { 'Nats-Msg-Id': 'py:7' }));
    expect(read).toMatchObject({ kind: 'inference', producer: 'py', batch: 7 });
  });

  test.each([
    ['on a foreign subject', 'elsewhere', encodeInferences([inference()], identity), 'BAD_SUBJECT'],
    [
      "on another model's subject",
      inferenceSubject(0, 'n'),
      encodeInferences([inference()], identity),
      'SUBJECT_MISMATCH',
    ],
    [
      "on the other kind's subject",
      outcomeSubject(0, 'm'),
      encodeInferences([inference()], identity),
      'SUBJECT_MISMATCH',
    ],
    [
      'with microseconds for milliseconds',
      inferenceSubject(0, 'm'),
      encodeInferences([inference({ time: 5e15 })], identity),
      'BAD_TIME',
    ],
    [
      'with an id that is not Unicode',
      inferenceSubject(0, 'm'),
      encodeInferences([inference({ id: 'a\ud800' })], identity),
      'BAD_TEXT',
    ],
    [
      'with a version that is not Unicode',
      inferenceSubject(0, 'm'),
      encodeInferences([inference({ version: '\udc00' })], identity),
      'BAD_TEXT',
    ],
    [
      'that is cut off',
      inferenceSubject(0, 'm'),
      encodeInferences([inference()], identity).subarray(0, 30),
      'BAD_FRAME',
    ],
    ['that is empty', inferenceSubject(0, 'm'), new Uint8Array(0), 'BAD_FRAME'],
  ])('%s is refused with a code and a sentence', (_what, subject, data, code) => {
    const refusal = readBatch(message(subject, data));
    expect(refusal).toEqual({ kind: 'refusal', code, reason: expect.stringMatching(/\w+ \w+/) });
    expect(refusalCodes).toHaveProperty(code);
  });

  test('of any bytes is read or refused, never an error (property)', () => {
    const good = encodeInferences([inference(), inference({ id: 'i2', version: '2' })], identity);
    const damaged = fc
      .tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(good.length))
      .map(([at, byte, cut]) => {
        const copy = good.slice(0, cut === 0 ? good.length : cut);
        if (at < copy.length) copy[at] = byte;
        return copy;
      });
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged);
    const contentType = fc.constantFrom(columnarContentType, jsonLinesContentType, 'text/plain', undefined);
    fc.assert(
      fc.property(bytes, contentType, (data, type) => {
        const read = readBatch(message(inferenceSubject(0, 'm'), data, type, { 'Nats-Msg-Id': 'p:1' }));
        expect(['inference', 'refusal']).toContain(read.kind);
      }),
      { numRuns: 2_000 },
    );
  });
});

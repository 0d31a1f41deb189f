import { type InferenceEvent, servingRoles } from '@plumbline/sdk/event';
import { decodeFrame, encodeInferences } from '@plumbline/sdk/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinEntryOf } from '../profile/index.ts';
import { JoinColumns } from './join-columns.ts';
import {
  decodeJoinRecord,
  encodeJoinRecord,
  type JoinRecord,
  joinEncoder,
  joinKey,
  joinPrefix,
  joinRecordTime,
  primaryId,
} from './join-record.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const scalar = fc.oneof(text, number);

const record: fc.Arbitrary<JoinRecord> = fc
  .record({
    version: text,
    role: fc.constantFrom(...servingRoles),
    time: number,
    prediction: fc.option(scalar),
    score: fc.option(number),
    groups: fc.dictionary(
      text.filter((name) => name !== '__proto__'),
      text,
      { maxKeys: 3 },
    ),
    label: fc.option(scalar),
    labelTime: number,
    shadows: fc.array(text, { maxLength: 2 }),
    weight: fc.constantFrom(1, 2, 65_536),
  })
  .map(({ weight, ...made }) => ({
    ...made,
    labelTime: made.label === null ? null : made.labelTime,
    ...(weight === 1 ? {} : { weight }),
  }));

describe('a join record', () => {
  test('comes back from its bytes as it was (property)', () => {
    fc.assert(
      fc.property(record, (original) => {
        const bytes = encodeJoinRecord(original);
        expect(decodeJoinRecord(bytes)).toEqual({ ...original, groups: { ...original.groups } });
        expect(joinRecordTime(bytes)).toBe(original.time);
      }),
    );
  });

  test('of an unknown format is refused', () => {
    expect(() => decodeJoinRecord(Uint8Array.of(9, 0, 0))).toThrow(expect.objectContaining({ code: 'BAD_DATA' }));
  });

  test('is the same whether it is made from a row or from an entry of that row (property)', () => {
    const shortText = fc.string({ minLength: 1, maxLength: 8 });
    const prediction = fc.oneof(
      fc.array(fc.option(shortText), { minLength: 1, maxLength: 5 }),
      fc.array(fc.option(number), { minLength: 1, maxLength: 5 }),
    );
    fc.assert(
      fc.property(prediction, (predictions) => {
        const events = predictions.map(
          (value, index): InferenceEvent => ({
            kind: 'inference',
            id: `row ${index}`,
            time: 1_000 + index,
            model: 'm',
            version: `v${index % 2}`,
            role: servingRoles[index % 3]!,
            features: {},
            prediction: value,
            score: index % 2 === 0 ? null : index / 7,
            groups: index % 3 === 0 ? {} : index % 3 === 1 ? { sex: 'f' } : { sex: 'm', area: 'north' },
            latencyMs: null,
            traceId: null,
            error: null,
            ...(index % 4 === 3 ? { weight: 8 } : {}),
          }),
        );
        const batch = decodeFrame(encodeInferences(events, { producer: 'p', batch: 1 }));
        if (batch.kind !== 'inference') throw new Error(batch.kind);
        const encode = joinEncoder(new JoinColumns(batch));
        for (let row = 0; row < batch.count; row++) {
          expect(decodeJoinRecord(encode(row))).toEqual({ ...joinEntryOf(batch, row), labelTime: null, shadows: [] });
        }
      }),
    );
  });
});

test('keys keep models and ids apart', () => {
  expect(joinKey('a/b', 'c')).not.toBe(joinKey('a', 'b/c'));
  expect(joinKey('credit risk', '018f~2').startsWith(joinPrefix('credit risk'))).toBe(true);
});

test.each([
  ['018f', '018f'],
  ['018f~2', '018f'],
  ['018f~2~x', '018f'],
])('the outcome of %s names %s', (id, primary) => {
  expect(primaryId(id)).toBe(primary);
});

import type { InferenceBatch } from '@plumbline/sdk/event';
import { decodeFrame, encodeInferences, encodeOutcomes, ReusedMemory } from '@plumbline/sdk/wire';
import { expect, test } from 'vitest';
import { allRows, buildReference, createProfile, foldInferences, wholeWeights } from '../profile/index.ts';
import { JoinColumns, ownOutcomes } from './join-columns.ts';
import { packBatch, unpackBatch } from './reading/packed-batch.ts';
import { joinedGroups, partByUnit, segmentColumns } from './segments.ts';
import { inference, outcome, testModel } from './testing/traffic.ts';
import { uuidOfText } from './testing/uuid-of-text.ts';

function read(bytes: Uint8Array) {
  const batch = decodeFrame(bytes);
  if (batch.kind !== 'inference') throw new Error(JSON.stringify(batch));
  return batch;
}

const rows = Array.from({ length: 40 }, (_, row) => {
  const shadow = row % 7 === 0;
  return inference(`${uuidOfText(`${row}`, 1_000 + row)}${shadow ? '~2' : ''}`, 1_000 + row, {
    role: shadow ? 'shadow' : 'champion',
    version: row % 5 === 0 ? '2' : '1',
    prediction: row % 3 === 0 ? null : row % 2 === 0 ? 'yes' : 'no',
    score: row % 11 === 0 ? null : row / 40,
    groups: row % 4 === 0 ? {} : { town: row % 2 === 0 ? 'north' : 'south' },
    weight: 1 + (row % 3),
  });
});

test.each([
  ['UUIDs', rows],
  ['texts', rows.map((row, index) => ({ ...row, id: `order-${index}`, prediction: index }))],
])('what outcomes need of rows whose ids are %s outlives the message they came in', (_, events) => {
  const bytes = encodeInferences(events, { producer: 'p', batch: 1 });
  const kept = new JoinColumns(read(bytes));
  const expected = read(bytes.slice());
  bytes.fill(0xff);
  const { uuids } = expected;
  expect(contentOf(kept)).toEqual({ ...contentOf(expected), uuids: uuids?.bytes });
  expect(kept.suffixes ?? undefined).toEqual(uuids?.suffixes);
  expect(kept.bytes.buffer.byteLength).toBeLessThan(60 * kept.count);
});

test('what is kept of a batch lies in no memory that another thread will write to', () => {
  const outcomes = decodeFrame(
    encodeOutcomes([outcome('a', 1_000, 'yes'), outcome('b', 2_000, 'no')], { producer: 'p', batch: 1 }),
  );
  if (outcomes.kind !== 'outcome') throw new Error(JSON.stringify(outcomes));
  for (const batch of [outcomes, read(encodeInferences(rows, { producer: 'p', batch: 1 }))]) {
    const packed = packBatch(batch, new ReusedMemory(new SharedArrayBuffer(65_536)));
    const came = unpackBatch(packed);
    const own = (of: typeof came) => (of.kind === 'outcome' ? ownOutcomes(of) : new JoinColumns(of));
    const kept = own(came);
    const expected = own(batch);
    new Uint8Array(packed.buffer).fill(0x55);
    const content = (of: typeof kept) => (of instanceof JoinColumns ? contentOf(of) : of);
    expect(content(kept)).toEqual(content(expected));
  }
});

test('to count a batch no id becomes a text', () => {
  const bytes = encodeInferences(
    rows.filter(({ id }) => !id.includes('~')),
    { producer: 'p', batch: 1 },
  );
  const settings = testModel({ segments: { town: ['north'] } });
  const { shape } = buildReference([read(bytes)], [], { ...settings, windowMs: settings.window });
  const batch = Object.defineProperty(read(bytes), 'ids', {
    enumerable: true,
    get: () => {
      throw new Error('all ids of a batch became texts: that costs as much as decoding it');
    },
  });
  const profile = createProfile(shape);
  foldInferences(profile, wholeWeights(batch), allRows(batch));
  const segments = segmentColumns(settings, batch);
  expect(partByUnit(settings, batch, segments).length).toBeGreaterThan(1);
  expect(new JoinColumns(batch, joinedGroups(batch, segments)).groups).toHaveProperty('segment:town');
});

function contentOf(rows: InferenceBatch | JoinColumns) {
  const { model, count, ids, uuids, times, versions, roles, predictions, scores, groups, weights } = rows;
  return { model, count, ids, uuids, times, versions, roles, predictions, scores, groups, weights };
}

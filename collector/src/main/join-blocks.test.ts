import type { InferenceEvent } from '@plumbline/sdk/event';
import { partitionOf } from '@plumbline/sdk/subjects';
import { decodeFrame, encodeInferences } from '@plumbline/sdk/wire';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createUuidMaker } from '../../../sdk/src/uuid.ts';
import { joinEntryOf } from '../profile/index.ts';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { JoinBlocks, joinBlocks } from './join-blocks.ts';
import { JoinColumns } from './join-columns.ts';
import { decodePieces, encodePiece, recordOf } from './join-piece.ts';
import { inference } from './testing/traffic.ts';

const start = 1_700_000_000_000;
const hourMs = 3_600_000;

let store: Store;
beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
});
afterEach(() => store.close());

function batchOf(events: readonly InferenceEvent[]) {
  const batch = decodeFrame(encodeInferences(events, { producer: 'p', batch: 1 }));
  if (batch.kind !== 'inference') throw new Error(JSON.stringify(batch));
  return batch;
}

/** Inferences with UUIDv7 ids, all of one partition, one every `stepMs`. */
function events(count: number, partition: number, partitions: number, from = start, stepMs = 10): InferenceEvent[] {
  const made: InferenceEvent[] = [];
  let now = from;
  const nextId = createUuidMaker(() => now);
  while (made.length < count) {
    const id = nextId();
    if (partitionOf(id, partitions) !== partition) continue;
    made.push(inference(id, now));
    now += stepMs;
  }
  return made;
}

function record({ version, role, time, prediction, score, groups }: InferenceEvent) {
  return { version, role, time, prediction, score, groups, label: null, labelTime: null, shadows: [] };
}

describe('a piece of rows', () => {
  test('says of each row what the row said (property)', () => {
    const short = fc.string({ minLength: 1, maxLength: 6 });
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    const predictions = fc.oneof(fc.array(fc.option(short)), fc.array(fc.option(number)));
    const all = fc.tuple(
      predictions.filter((list) => list.length > 0),
      fc.array(fc.option(number), { minLength: 1 }),
      fc.array(short, { minLength: 1 }),
      fc.array(fc.option(short), { minLength: 1 }),
      fc.constantFrom('champion', 'canary', 'shadow' as const),
    );
    fc.assert(
      fc.property(all, fc.boolean(), ([made, scores, versions, towns, role], everyOther) => {
        const nextId = createUuidMaker(() => start);
        const rows = made.map((prediction, row) => {
          const town = towns[row % towns.length] ?? null;
          return inference(nextId(), start + row, {
            prediction,
            role,
            score: scores[row % scores.length] ?? null,
            version: versions[row % versions.length]!,
            groups: town === null ? {} : { town },
            ...(everyOther && row % 3 === 0 ? { weight: 4 } : {}),
          });
        });
        const batch = batchOf(rows);
        const kept = everyOther ? rows.map((_, row) => row).filter((row) => row % 2 === 0) : null;
        const bytes = encodePiece(batch, batch.groups, uuidsOf(rows), kept && Int32Array.from(kept));
        expect(bytes.length % 8).toBe(0);
        const [piece, ...others] = decodePieces(bytes);
        expect(others).toEqual([]);
        const expected = (kept ?? rows.map((_, row) => row)).map((row) => ({
          ...joinEntryOf(batch, row),
          labelTime: null,
          shadows: [],
        }));
        expect(expected.map((_, row) => recordOf(piece!, row))).toEqual(expected);
      }),
    );
  });

  test('of an unknown format, or cut off, is refused', () => {
    const batch = batchOf(events(3, 0, 1));
    const bytes = encodePiece(batch, batch.groups, new Uint8Array(48), null);
    const newer = bytes.slice();
    newer[4] = 9;
    for (const wrong of [newer, bytes.subarray(0, bytes.length - 8), bytes.subarray(0, 4)]) {
      expect(() => decodePieces(wrong)).toThrow(expect.objectContaining({ code: 'BAD_DATA' }));
    }
  });
});

function uuidsOf(rows: readonly InferenceEvent[]): Uint8Array {
  return Buffer.from(rows.map(({ id }) => id.replaceAll('-', '')).join(''), 'hex');
}

describe('inferences with time-ordered ids', () => {
  test('are found by their ids, over commits, restarts and both halves of a partition of rows', async () => {
    const partitions = 4;
    const made = [0, 1, 2, 3].flatMap((partition) =>
      // 600 rows over six seconds: each batch lies in two or three slots.
      [0, 1].map((half) => ({ partition, rows: events(300, partition, partitions, start + half * 3_000) })),
    );
    const writer = new JoinBlocks({ partitions, clock: () => start });
    for (const { partition, rows } of made) {
      const loose = await store.transaction((tx) =>
        writer.put(tx, [{ batch: new JoinColumns(batchOf(rows)), partition }]),
      );
      expect(loose).toEqual([]);
    }
    // A block for each slot of each commit: none by row.
    expect((await store.read((tx) => tx.range(joinBlocks, {}))).length).toBeLessThanOrEqual(24);
    for (const reader of [writer, new JoinBlocks({ partitions, clock: () => start, cachedBytes: 20_000 })]) {
      for (const { rows } of made) {
        const ids = rows.map(({ id }) => id);
        const found = await store.read((tx) => reader.find(tx, 'credit', [...ids, ...ids.slice(0, 3)]));
        expect(found).toEqual([...rows, ...rows.slice(0, 3)].map(record));
      }
    }
  });

  test('that nobody sent, other forms of ids, and ids of another model are not found', async () => {
    const blocks = new JoinBlocks({ partitions: 1, clock: () => start });
    const rows = events(20, 0, 1);
    await store.transaction((tx) => blocks.put(tx, [{ batch: new JoinColumns(batchOf(rows)), partition: 0 }]));
    const { id } = rows[3]!;
    const others = [`${id}~2`, id.slice(0, -1), `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`, 'x', ''];
    expect(await store.read((tx) => blocks.find(tx, 'credit', others))).toEqual(others.map(() => undefined));
    expect(await store.read((tx) => blocks.find(tx, 'other', [id]))).toEqual([undefined]);
    expect(await store.read((tx) => blocks.find(tx, 'credit', [id]))).toEqual([record(rows[3]!)]);
  });

  test('do not come to lie where they would not be looked for: those rows are handed back', async () => {
    const blocks = new JoinBlocks({ partitions: 4, clock: () => start });
    const put = (rows: readonly InferenceEvent[], partition: number) =>
      store.transaction((tx) => blocks.put(tx, [{ batch: new JoinColumns(batchOf(rows)), partition }]));
    const good = events(4, 2, 4);
    // On a partition that their hash does not say.
    expect(await put(good, 1)).toEqual([{ batch: expect.anything(), rows: null }]);
    // Ids without a clock, or of another form.
    expect(await put([inference('3b241101-e2bb-4255-8caf-4136c566a962', start)], 2)).toHaveLength(1);
    expect(await put([inference('order-7', start)], partitionOf('order-7', 4))).toHaveLength(1);
    // A clock that has nothing to do with the event; a shadow's id.
    const mixed = [
      good[0]!,
      { ...good[1]!, time: start - 2 * hourMs },
      good[2]!,
      { ...good[3]!, id: `${good[3]!.id}~2` },
    ];
    const loose = await put(mixed, 2);
    expect(loose.flatMap(({ rows }) => [...(rows ?? [])]).sort()).toEqual([1, 3]);
    const found = await store.read((tx) =>
      blocks.find(
        tx,
        'credit',
        good.map(({ id }) => id),
      ),
    );
    expect(found.map((one) => one !== undefined)).toEqual([true, false, true, false]);
  });

  test('go as whole blocks when they are too old, within an hour and the next few calls', async () => {
    const partitions = 2;
    const blocks = new JoinBlocks({ partitions, clock: () => start });
    const days = Array.from({ length: 12 }, (_, hour) =>
      [0, 1].map((partition) => ({ partition, rows: events(50, partition, partitions, start + hour * hourMs, 20) })),
    );
    for (const hour of days) {
      const batches = hour.map(({ partition, rows }) => ({ partition, batch: new JoinColumns(batchOf(rows)) }));
      await store.transaction((tx) => blocks.put(tx, batches));
    }
    const horizon = start + 6 * hourMs;
    await store.transaction((tx) => blocks.expire(tx, 'credit', horizon));
    const isKept = async (hour: number) => {
      const ids = days[hour]!.map(({ rows }) => rows[0]!.id);
      const found = await store.read((tx) => new JoinBlocks({ partitions, clock: () => 0 }).find(tx, 'credit', ids));
      return found.filter((one) => one !== undefined).length;
    };
    expect(await Promise.all([0, 3, 4].map(isKept))).toEqual([0, 0, 0]);
    expect(await Promise.all([6, 7, 11].map(isKept))).toEqual([2, 2, 2]);
    await store.transaction((tx) => blocks.expire(tx, 'another', horizon * 2));
    expect(await isKept(11)).toBe(2);
  });

  test('of two writers that took the same number are not written over: the second fails as a whole', async () => {
    const rows = events(10, 0, 1);
    const batch = batchOf(rows);
    const write = () =>
      store.transaction((tx) =>
        new JoinBlocks({ partitions: 1, clock: () => start }).put(tx, [
          { batch: new JoinColumns(batch), partition: 0 },
        ]),
      );
    await write();
    await expect(write()).rejects.toMatchObject({ code: 'REVISION_CONFLICT' });
  });
});

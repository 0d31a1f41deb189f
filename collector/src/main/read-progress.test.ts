import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { ReadProgress } from './read-progress.ts';

let store: Store;

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
});
afterEach(() => store.close());

async function opened(partitions = 4): Promise<ReadProgress> {
  const progress = new ReadProgress(partitions);
  await store.read((tx) => progress.load(tx));
  return progress;
}

const message = (sequence: number, storedAt = sequence) => ({ sequence, storedAt, messageId: `p:${sequence}` });
const commit = (progress: ReadProgress) => store.transaction((tx) => progress.write(tx, progress.take()));

describe('the progress of reading', () => {
  test('moves all partitions to the last message that was looked at', async () => {
    const progress = await opened();
    progress.resume('made', 0);
    progress.note(message(5));
    progress.note(message(8));
    await commit(progress);
    const again = await opened();
    expect([0, 1, 2, 3].map((partition) => again.isRead({ ...message(8), partition }))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(again.isRead({ ...message(9), partition: 0 })).toBe(false);
    expect(again.anchorLog()).toMatchObject({ created: 'made', anchors: [message(8)] });
  });

  test('writes what was taken, not what came while it was being written', async () => {
    const progress = await opened();
    progress.resume('made', 0);
    progress.note(message(5));
    progress.isNew(0, 'p', 1, 5);
    const taken = progress.take();
    progress.note(message(6));
    progress.isNew(0, 'p', 2, 6);
    await store.transaction((tx) => progress.write(tx, taken));
    const crashed = await opened();
    expect(crashed.isRead({ ...message(6), partition: 0 })).toBe(false);
    expect([crashed.isNew(0, 'p', 1, 5), crashed.isNew(0, 'p', 2, 6)]).toEqual([false, true]);
    await commit(progress);
    const later = await opened();
    expect([later.isRead({ ...message(6), partition: 0 }), later.isNew(0, 'p', 2, 6)]).toEqual([true, false]);
  });

  test('tells producers apart by partition, so that a partition can move alone', async () => {
    const progress = await opened();
    expect([progress.isNew(0, 'p', 1, 1), progress.isNew(1, 'p', 1, 1), progress.isNew(0, 'p', 1, 1)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('has nothing to write when nothing was looked at', async () => {
    const progress = await opened();
    progress.resume('made', 0);
    progress.note(message(5));
    await commit(progress);
    expect(progress.take()).toMatchObject({ last: null, producers: [] });
  });

  test('goes back when the stream lost its tail, and keeps the anchor it goes back to', async () => {
    const progress = await opened();
    progress.resume('made', 0);
    for (const sequence of [5, 8, 12]) {
      progress.note(message(sequence));
      await commit(progress);
    }
    progress.resume('made', 8);
    expect(progress.isRead({ ...message(9), partition: 0 })).toBe(false);
    expect(progress.isRead({ ...message(8), partition: 0 })).toBe(true);
    progress.note({ ...message(9), messageId: 'other' });
    await commit(progress);
    const again = await opened();
    expect(again.isRead({ ...message(10), partition: 0 })).toBe(false);
    expect(again.anchorLog().anchors.at(-1)).toMatchObject({ sequence: 9, messageId: 'other' });
  });

  test('forgets producers after a day of silence', async () => {
    const progress = await opened();
    const day = 86_400_000;
    progress.resume('made', 0);
    progress.isNew(0, 'old', 1, 1_000);
    progress.isNew(0, 'young', 1, 1_000 + day);
    progress.note(message(1, 1_001 + day));
    await commit(progress);
    await store.transaction((tx) => progress.forgetProducers(tx));
    const again = await opened();
    expect([again.isNew(0, 'old', 1, 0), again.isNew(0, 'young', 1, 0)]).toEqual([true, false]);
  });
});

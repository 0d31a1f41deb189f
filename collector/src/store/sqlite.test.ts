import fs, { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Collection, jsonCollection } from './port.ts';
import { openSqliteStore } from './sqlite.ts';
import { storeContract } from './testing/store-contract.ts';

storeContract('a SQLite file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-store-'));
  const options = { path: join(folder, 'made', 'store.sqlite') };
  return {
    open: () => openSqliteStore(options),
    remove: () => rm(folder, { recursive: true }),
    elsewhere: { module: new URL('./sqlite.ts', import.meta.url).href, opener: 'openSqliteStore', options },
  };
});

storeContract('SQLite in memory', async () => ({
  open: () => openSqliteStore({ path: ':memory:' }),
  remove: async () => {},
  elsewhere: undefined,
}));

describe('a SQLite store file', () => {
  const numbers = jsonCollection<number>('numbers');
  const bytes: Collection<Uint8Array> = { name: 'bytes', encode: (value) => value, decode: (value) => value };
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plumbline-store-'));
    path = join(folder, 'store.sqlite');
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('of a newer schema is refused with what to do', async () => {
    await (await openSqliteStore({ path })).close();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    await expect(openSqliteStore({ path })).rejects.toMatchObject({
      code: 'STORE_NEWER',
      message: expect.stringContaining('upgrade'),
    });
  });

  test('of another program is refused and left alone', async () => {
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE theirs (x)');
    database.close();
    await expect(openSqliteStore({ path })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const again = new DatabaseSync(path);
    expect(again.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'theirs' }]);
    again.close();
  });

  test('that is not a database is refused', async () => {
    await writeFile(path, 'not a database, and longer than a header of one hundred bytes '.repeat(4));
    await expect(openSqliteStore({ path })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  test('in a folder that cannot be made is refused', async () => {
    await writeFile(path, '');
    await expect(openSqliteStore({ path: join(path, 'below', 'store.sqlite') })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
  });

  test('is refused to a second collector while the first holds it, and free after', async () => {
    const first = await openSqliteStore({ path });
    await expect(openSqliteStore({ path })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('another process'),
    });
    await first.close();
    await (await openSqliteStore({ path })).close();
  });

  test('may be read, and only read, beside the collector that holds it', async () => {
    const first = await openSqliteStore({ path });
    await first.transaction((tx) => tx.put(numbers, 'a', 1));
    const reader = await openSqliteStore({ path, readOnly: true });
    expect((await reader.read((tx) => tx.get(numbers, 'a')))?.value).toBe(1);
    await expect(reader.transaction((tx) => tx.put(numbers, 'a', 2))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    await reader.close();
    await first.close();
  });

  test('commits in write-ahead mode, and says so of a change only when the disk has it', async () => {
    const store = await openSqliteStore({ path });
    const database = new DatabaseSync(path, { readOnly: true });
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    database.close();
    await store.transaction((tx) => tx.put(numbers, 'a', 1));
    const disk = Promise.withResolvers<void>();
    const sync = vi.spyOn(fs, 'fsync').mockImplementationOnce((_, done) => void disk.promise.then(() => done(null)));
    let isSaid = false;
    const first = store
      .transaction((tx) => tx.put(numbers, 'a', 2))
      .then(() => {
        isSaid = true;
      });
    await expect.poll(() => sync.mock.calls.length).toBe(1);
    // Nobody else waits for the disk, and who only looks does not ask it.
    expect(await store.transaction((tx) => tx.get(numbers, 'a'))).toMatchObject({ value: 2 });
    const others = [3, 4, 5].map((value) => store.transaction((tx) => tx.put(numbers, 'b', value)));
    await expect.poll(async () => (await store.read((tx) => tx.get(numbers, 'b')))?.value).toBe(5);
    expect(isSaid).toBe(false);
    disk.resolve();
    await Promise.all([first, ...others]);
    // One sync served the three that had come meanwhile.
    expect(sync).toHaveBeenCalledTimes(2);
    sync.mockImplementationOnce((_, done) => done(Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' })));
    await expect(store.transaction((tx) => tx.put(numbers, 'a', 6))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: 'the store failed: EIO: i/o error, fsync',
    });
    await store.transaction((tx) => tx.put(numbers, 'a', 7));
    sync.mockRestore();
    await store.close();
  });

  test('moves what it has logged into the database while others write on, and loses nothing of it', async () => {
    const store = await openSqliteStore({ path });
    const megabyte = (fill: number) => new Uint8Array(1_048_576).fill(fill);
    for (let fill = 0; fill < 12; fill++) await store.transaction((tx) => tx.put(bytes, `a${fill}`, megabyte(fill)));
    await expect.poll(() => statSync(path).size).toBeGreaterThan(7 * 1_048_576);
    for (let fill = 0; fill < 4; fill++) await store.transaction((tx) => tx.put(bytes, `b${fill}`, megabyte(fill)));
    await store.close();
    // The log is gone with the last who had it open.
    expect(existsSync(`${path}-wal`)).toBe(false);
    const again = await openSqliteStore({ path });
    const found = await again.read((tx) => tx.range(bytes, {}));
    expect(found.map(({ key, value }) => [key, value.length, value[0]])).toEqual(
      [...Array.from({ length: 12 }, (_, at) => `a${String(at)}`), 'b0', 'b1', 'b2', 'b3']
        .sort()
        .map((key) => [key, 1_048_576, Number(key.slice(1))]),
    );
    await again.close();
  });
});

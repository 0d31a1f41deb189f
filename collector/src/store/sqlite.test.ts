import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { jsonCollection } from './port.ts';
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

  test('syncs every commit to disk in write-ahead mode', async () => {
    const store = await openSqliteStore({ path });
    const database = new DatabaseSync(path, { readOnly: true });
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    database.close();
    await store.close();
  });
});

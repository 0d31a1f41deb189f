import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type PostgresServer, postgresMissing, startPostgres } from '../../../test/stack/postgres.ts';
import { jsonCollection, type Store } from './port.ts';
import { openPostgresStore } from './postgres.ts';
import { storeContract } from './testing/store-contract.ts';

const missing = postgresMissing();
const numbers = jsonCollection<number>('numbers');
const bytes = { name: 'bytes', encode: (value: Uint8Array) => value, decode: (value: Uint8Array) => value };

let directory: string;
let server: PostgresServer;
let databases = 0;

beforeAll(async () => {
  if (missing !== undefined) {
    console.warn(`skipped: ${missing}`);
    return;
  }
  directory = mkdtempSync(join(tmpdir(), 'plumbline-postgres-'));
  server = await startPostgres({ directory });
});
afterAll(async () => {
  if (missing !== undefined) return;
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

const newDatabase = () => server.createDatabase(`store_${++databases}`);

describe.skipIf(missing !== undefined)(missing ?? 'a PostgreSQL database', () => {
  storeContract('it', async () => {
    const url = await newDatabase();
    return {
      open: () => openPostgresStore({ url }),
      remove: async () => {},
      elsewhere: {
        module: new URL('./postgres.ts', import.meta.url).href,
        opener: 'openPostgresStore',
        options: { url },
      },
    };
  });

  describe('shared by collectors', () => {
    let url: string;
    let store: Store;
    let other: Store;

    beforeEach(async () => {
      url = await newDatabase();
      [store, other] = await Promise.all([openPostgresStore({ url }), openPostgresStore({ url })]);
    });
    afterEach(() => Promise.all([store.close(), other.close()]));

    test('is made once when several start on it at the same time', async () => {
      const fresh = await newDatabase();
      const stores = await Promise.all(Array.from({ length: 5 }, () => openPostgresStore({ url: fresh })));
      await stores[0]!.transaction((tx) => tx.put(numbers, 'a', 1));
      expect((await stores[4]!.read((tx) => tx.get(numbers, 'a')))?.value).toBe(1);
      await Promise.all(stores.map((one) => one.close()));
    });

    test('lets their transactions take turns: no increment is lost, no work runs twice', async () => {
      let runs = 0;
      const increment = (one: Store) =>
        one.transaction(async (tx) => {
          runs++;
          const current = (await tx.get(numbers, 'counter'))?.value ?? 0;
          await new Promise((resume) => setTimeout(resume, 1));
          await tx.put(numbers, 'counter', current + 1);
        });
      await Promise.all(Array.from({ length: 60 }, (_, index) => increment(index % 2 === 0 ? store : other)));
      expect(runs).toBe(60);
      expect((await store.read((tx) => tx.get(numbers, 'counter')))?.value).toBe(60);
    });

    test('lets transactions of different scopes run beside each other, and those of one scope not', async () => {
      const log: string[] = [];
      const started = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      const first = store.transaction(
        async (tx) => {
          await tx.put(numbers, 'a', 1);
          started.resolve();
          await gate.promise;
          log.push('a');
        },
        { scope: 'a' },
      );
      await started.promise;
      await other.transaction((tx) => tx.put(numbers, 'b', 1).then(() => void log.push('b')), { scope: 'b' });
      const again = other.transaction(
        (tx) => tx.get(numbers, 'a').then((found) => void log.push(`a=${found?.value}`)),
        {
          scope: 'a',
        },
      );
      await new Promise((resume) => setTimeout(resume, 50));
      gate.resolve();
      await Promise.all([first, again]);
      expect(log).toEqual(['b', 'a', 'a=1']);
    });

    test('keeps bytes as they are, also many and large ones', async () => {
      const large = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7919) % 256);
      await store.transaction(async (tx) => {
        await tx.put(bytes, 'large', large);
        await tx.putMany(
          bytes,
          Array.from({ length: 5_000 }, (_, index) => ({ key: `k${index}`, value: large.subarray(index, index + 3) })),
        );
      });
      const found = await other.read((tx) => tx.getMany(bytes, ['large', 'k4999', 'none']));
      expect(Buffer.compare(found[0]!.value, large)).toBe(0);
      expect([...found[1]!.value]).toEqual([...large.subarray(4_999, 5_002)]);
      expect(found[2]).toBeUndefined();
    });

    test('undoes what one of them leaves half done when it goes silent, so that others can go on', async () => {
      const silent = await openPostgresStore({ url, silenceMs: 500 });
      const started = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      const paused = silent.transaction(async (tx) => {
        await tx.put(numbers, 'a', 1);
        started.resolve();
        await gate.promise;
        await tx.put(numbers, 'a', 2);
      });
      // On a busy machine it may be silent, and undone, before it has begun.
      await Promise.race([started.promise, paused.catch(() => undefined)]);
      // Were it not undone, this one would wait for it and it for the gate.
      await other.transaction((tx) => tx.put(numbers, 'b', 1));
      gate.resolve();
      await expect(paused).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      expect(await other.read((tx) => tx.get(numbers, 'a'))).toBeUndefined();
      await silent.close();
    });

    test('whose connections are ended fails with a code what was under way, and goes on', async () => {
      const started = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      const running = store.transaction(async (tx) => {
        await tx.put(numbers, 'a', 1);
        started.resolve();
        await gate.promise;
        await tx.put(numbers, 'b', 1);
      });
      await started.promise;
      expect(await server.endConnections()).toBeGreaterThan(0);
      gate.resolve();
      await expect(running).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retriable: true });
      expect(await store.read((tx) => tx.range(numbers, {}))).toEqual([]);
      await store.transaction((tx) => tx.put(numbers, 'a', 5));
      expect((await other.read((tx) => tx.get(numbers, 'a')))?.value).toBe(5);
    });

    test('survives the crash of the server with everything that was acknowledged', async () => {
      for (let value = 1; value <= 20; value++) await store.transaction((tx) => tx.put(numbers, 'a', value));
      await server.kill();
      await expect(store.transaction((tx) => tx.put(numbers, 'a', 21))).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        message: expect.stringMatching(/PostgreSQL/),
      });
      // Whoever starts meanwhile waits for it.
      const opening = openPostgresStore({ url, patienceMs: 60_000 });
      await server.restart();
      await (await opening).close();
      expect((await store.read((tx) => tx.get(numbers, 'a')))?.value).toBe(20);
    });
  });

  test('of a newer schema is refused with what to do', async () => {
    const url = await newDatabase();
    await (await openPostgresStore({ url })).close();
    const { Client } = await import('pg');
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query('UPDATE plumbline_schema SET version = 99');
    await client.end();
    await expect(openPostgresStore({ url })).rejects.toMatchObject({
      code: 'STORE_NEWER',
      message: expect.stringContaining('upgrade'),
    });
  });

  // Only the first is waited for. A server that is there may take long to say what it says of the second.
  test.each([
    ['a server that is not there', () => ({ url: 'postgres://127.0.0.1:1/plumbline', patienceMs: 300 }), 'start it'],
    [
      'a database that is not there',
      () => ({ url: server.url.replace(/plumbline$/, 'nothing'), patienceMs: 100_000 }),
      'make the database',
    ],
    ['an address that is none', () => ({ url: 'postgres://[' }), 'postgres://user'],
  ])('%s is said with what to do', async (_, options, words) => {
    await expect(openPostgresStore(options())).rejects.toMatchObject({
      code: expect.stringMatching(/^(STORE_UNAVAILABLE|BAD_CONFIG)$/),
      message: expect.stringContaining(words),
    });
  });
});

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compareKeys } from '../key-range.ts';
import { compositeKey, jsonCollection, type Store } from '../port.ts';

/** One empty database, which the suite opens, closes and opens again. */
export interface StoreUnderTest {
  open(): Promise<Store>;
  /** Removes the database. */
  remove(): Promise<void>;
  /** How another process opens the same database; `undefined` when nothing outlives this one. */
  readonly elsewhere: StoreElsewhere | undefined;
}

export interface StoreElsewhere {
  /** URL of a module whose export `opener` takes `options`. */
  readonly module: string;
  readonly opener: string;
  readonly options: unknown;
}

const numbers = jsonCollection<number>('numbers');
const others = jsonCollection<number>('others');

/** What every store must do, whatever database is behind it. */
export function storeContract(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`${name} as a store`, () => {
    let database: StoreUnderTest;
    let store: Store;

    beforeEach(async () => {
      database = await create();
      store = await database.open();
    });

    afterEach(async () => {
      await store.close();
      await database.remove();
    });

    const keysOf = (range: Parameters<typeof rangeKeys>[1]) => rangeKeys(store, range);

    test('a value comes back as it was put, with revision 1', async () => {
      await store.transaction((tx) => tx.put(numbers, 'a', 42));
      expect(await store.read((tx) => tx.get(numbers, 'a'))).toEqual({ key: 'a', value: 42, revision: 1 });
    });

    test('an absent key is undefined, alone and among many, in the order asked', async () => {
      await store.transaction(async (tx) => {
        await tx.put(numbers, 'a', 1);
        await tx.put(numbers, 'c', 3);
      });
      const found = await store.read((tx) => tx.getMany(numbers, ['c', 'b', 'a', 'c']));
      expect(found.map((entry) => entry?.value)).toEqual([3, undefined, 1, 3]);
      expect(await store.read((tx) => tx.get(others, 'a'))).toBeUndefined();
    });

    test('a revision grows by one with each change and starts over after a delete', async () => {
      const revisions = await store.transaction(async (tx) => {
        const first = await tx.put(numbers, 'a', 1);
        const second = await tx.put(numbers, 'a', 1);
        await tx.putMany(numbers, [{ key: 'a', value: 3 }]);
        const afterMany = (await tx.get(numbers, 'a'))?.revision;
        const deleted = [await tx.delete(numbers, 'a'), await tx.delete(numbers, 'a')];
        return { first, second, afterMany, deleted, again: await tx.put(numbers, 'a', 4) };
      });
      expect(revisions).toEqual({ first: 1, second: 2, afterMany: 3, deleted: [true, false], again: 1 });
    });

    test('a put that expects a revision succeeds only at that revision', async () => {
      await store.transaction((tx) => tx.put(numbers, 'a', 1, 'absent'));
      expect(await store.transaction((tx) => tx.put(numbers, 'a', 2, 1))).toBe(2);
      const conflict = { code: 'REVISION_CONFLICT' };
      await expect(store.transaction((tx) => tx.put(numbers, 'a', 3, 1))).rejects.toMatchObject(conflict);
      await expect(store.transaction((tx) => tx.put(numbers, 'a', 3, 'absent'))).rejects.toMatchObject(conflict);
      await expect(store.transaction((tx) => tx.put(numbers, 'b', 3, 1))).rejects.toMatchObject({
        ...conflict,
        details: { key: 'b', expected: 1, actual: 'absent' },
      });
      expect((await store.read((tx) => tx.get(numbers, 'a')))?.value).toBe(2);
    });

    test('a conflict that is caught leaves the rest of its transaction alive', async () => {
      await store.transaction(async (tx) => {
        await tx.put(numbers, 'a', 1);
        await tx.put(numbers, 'a', 2, 7).catch(() => undefined);
        await tx.put(numbers, 'b', 3);
      });
      expect(await keysOf({})).toEqual(['a', 'b']);
    });

    test('ranges honour prefix, from, after, before, limit and reverse', async () => {
      const keys = ['a', 'a/1', 'a/2', 'a/3', 'b', 'b/1'];
      await store.transaction((tx) =>
        tx.putMany(
          numbers,
          keys.map((key, value) => ({ key, value })),
        ),
      );
      expect(await keysOf({})).toEqual(keys);
      expect(await keysOf({ prefix: 'a/' })).toEqual(['a/1', 'a/2', 'a/3']);
      expect(await keysOf({ prefix: 'a/', after: 'a/1' })).toEqual(['a/2', 'a/3']);
      expect(await keysOf({ prefix: 'a/', after: 'a/0', before: 'a/3' })).toEqual(['a/1', 'a/2']);
      expect(await keysOf({ from: 'a/3' })).toEqual(['a/3', 'b', 'b/1']);
      expect(await keysOf({ from: 'a/2', after: 'a/2' })).toEqual(['a/3', 'b', 'b/1']);
      expect(await keysOf({ prefix: 'a/', limit: 2 })).toEqual(['a/1', 'a/2']);
      expect(await keysOf({ prefix: 'a/', limit: 2, reverse: true })).toEqual(['a/3', 'a/2']);
      expect(await keysOf({ before: 'b', reverse: true, limit: 1 })).toEqual(['a/3']);
      expect(await keysOf({ prefix: 'c' })).toEqual([]);
      expect(await keysOf({ limit: 0 })).toEqual([]);
    });

    test('keys are ordered by their UTF-8 bytes, and a prefix ends where it should', async () => {
      const keys = [
        '',
        'A',
        'Z',
        'a',
        '\u00e9',
        '\ud7ff',
        '\ue000',
        '\uffff',
        '\u{10000}',
        '\u{10ffff}',
        '\u{10ffff}x',
        '\u{10ffff}\u{10ffff}',
      ];
      await store.transaction((tx) =>
        tx.putMany(
          numbers,
          keys.map((key, value) => ({ key, value })),
        ),
      );
      const byBytes = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await keysOf({})).toEqual(byBytes);
      expect([...keys].sort(compareKeys)).toEqual(byBytes);
      expect(await keysOf({ prefix: '\u{10ffff}' })).toEqual(['\u{10ffff}', '\u{10ffff}x', '\u{10ffff}\u{10ffff}']);
      expect(await keysOf({ prefix: '\ud7ff' })).toEqual(['\ud7ff']);
    });

    test('a composite key sorts by its numbers and keeps its parts apart', async () => {
      const keys = [compositeKey('m', 9), compositeKey('m', 10), compositeKey('m/x', 1), compositeKey('m ', 1)];
      await store.transaction((tx) =>
        tx.putMany(
          numbers,
          keys.map((key, value) => ({ key, value })),
        ),
      );
      expect(await keysOf({ prefix: `${compositeKey('m')}/` })).toEqual([compositeKey('m', 9), compositeKey('m', 10)]);
    });

    test('any range gives exactly the keys that satisfy it, in order (property)', async () => {
      const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '\u00e9', '\uffff', '\u{10000}'), maxLength: 4 });
      const range = fc.record(
        { prefix: text, from: text, after: text, before: text, limit: fc.nat(5), reverse: fc.boolean() },
        { requiredKeys: [] },
      );
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(text, { maxLength: 12 }), range, async (keys, bounds) => {
          const expected = expectedKeys(keys, bounds);
          await store.transaction(async (tx) => {
            await tx.deleteRange(numbers, {});
            await tx.putMany(
              numbers,
              keys.map((key) => ({ key, value: 0 })),
            );
          });
          expect(await keysOf(bounds)).toEqual(expected);
          const deleted = await store.transaction((tx) => tx.deleteRange(numbers, bounds));
          expect(deleted).toBe(expected.length);
          expect(await keysOf({})).toEqual(expectedKeys(keys, {}).filter((key) => !expected.includes(key)));
        }),
        { numRuns: 60 },
      );
    });

    test('many puts at once are the same as one after the other, repeated keys included', async () => {
      const keys = Array.from({ length: 150 }, (_, index) => `k${(index * 7) % 90}`);
      await store.transaction((tx) => tx.put(numbers, 'k3', -1));
      await store.transaction((tx) =>
        tx.putMany(
          numbers,
          keys.map((key, value) => ({ key, value })),
        ),
      );
      for (const key of new Set(keys)) {
        const revision = keys.filter((other) => other === key).length + (key === 'k3' ? 1 : 0);
        const stored = await store.read((tx) => tx.get(numbers, key));
        expect(stored).toEqual({ key, value: keys.lastIndexOf(key), revision });
      }
    });

    test('collections do not see each other', async () => {
      await store.transaction(async (tx) => {
        await tx.put(numbers, 'a', 1);
        await tx.put(others, 'a', 2);
        await tx.deleteRange(numbers, {});
      });
      expect(await store.read((tx) => tx.get(numbers, 'a'))).toBeUndefined();
      expect((await store.read((tx) => tx.get(others, 'a')))?.value).toBe(2);
    });

    test('a transaction reads its own writes, and others see them only after it ends', async () => {
      let inside: number | undefined;
      const gate = Promise.withResolvers<void>();
      const writing = store.transaction(async (tx) => {
        await tx.put(numbers, 'a', 1);
        inside = (await tx.get(numbers, 'a'))?.value;
        await gate.promise;
      });
      const outside = store.read(async (tx) => (await tx.get(numbers, 'a'))?.value);
      setImmediate(gate.resolve);
      // A store with one connection answers after the transaction, the others from the snapshot before it.
      expect([undefined, 1]).toContain(await outside);
      await writing;
      expect(inside).toBe(1);
      expect(await store.read(async (tx) => (await tx.get(numbers, 'a'))?.value)).toBe(1);
    });

    test('a read sees one snapshot from its first to its last look', async () => {
      await store.transaction((tx) => tx.put(numbers, 'a', 1));
      const looked = Promise.withResolvers<void>();
      const reading = store.read(async (tx) => {
        const first = (await tx.get(numbers, 'a'))?.value;
        looked.resolve();
        for (let turn = 0; turn < 5; turn++) await new Promise((resume) => setTimeout(resume, 2));
        return [first, (await tx.get(numbers, 'a'))?.value];
      });
      await looked.promise;
      await store.transaction((tx) => tx.put(numbers, 'a', 2));
      expect(await reading).toEqual([1, 1]);
      expect((await store.read((tx) => tx.get(numbers, 'a')))?.value).toBe(2);
    });

    test('a transaction that throws leaves no trace, a new collection included', async () => {
      const failure = new Error('on purpose');
      const failing = store.transaction(async (tx) => {
        await tx.put(numbers, 'a', 1);
        await tx.putMany(others, [{ key: 'b', value: 2 }]);
        throw failure;
      });
      await expect(failing).rejects.toBe(failure);
      expect(await keysOf({})).toEqual([]);
      await store.transaction((tx) => tx.put(others, 'b', 3, 'absent'));
      expect((await store.read((tx) => tx.get(others, 'b')))?.revision).toBe(1);
    });

    test('concurrent transactions take turns: no increment is lost', async () => {
      const increment = () =>
        store.transaction(async (tx) => {
          const current = (await tx.get(numbers, 'counter'))?.value ?? 0;
          await new Promise((resume) => setImmediate(resume));
          await tx.put(numbers, 'counter', current + 1);
        });
      const failing = store.transaction(async () => Promise.reject(new Error('on purpose'))).catch(() => undefined);
      await Promise.all([...Array.from({ length: 40 }, increment), failing]);
      expect(await store.read((tx) => tx.get(numbers, 'counter'))).toEqual({ key: 'counter', value: 40, revision: 40 });
    });

    test('many readers at once all get an answer', async () => {
      await store.transaction((tx) => tx.put(numbers, 'a', 1));
      const reads = Array.from({ length: 30 }, () =>
        store.read(async (tx) => {
          await new Promise((resume) => setImmediate(resume));
          return (await tx.get(numbers, 'a'))?.value;
        }),
      );
      expect(await Promise.all(reads)).toEqual(Array.from({ length: 30 }, () => 1));
    });

    test('a transaction inside a transaction is refused instead of waiting for itself', async () => {
      const refusal = { code: 'INTERNAL' };
      await expect(store.transaction(() => store.transaction(async () => 1))).rejects.toMatchObject(refusal);
      await expect(store.transaction(() => store.read(async () => 1))).rejects.toMatchObject(refusal);
      await expect(store.transaction(async () => 'next')).resolves.toBe('next');
    });

    test('a transaction used after its end is refused', async () => {
      const leaked = await store.transaction(async (tx) => ({ tx }));
      await expect(leaked.tx.put(numbers, 'a', 1)).rejects.toMatchObject({ code: 'INTERNAL' });
    });

    test('a key that is not Unicode is refused', async () => {
      await expect(store.transaction((tx) => tx.put(numbers, '\ud800', 1))).rejects.toMatchObject({ code: 'BAD_DATA' });
    });

    test('close waits for what runs and refuses what comes after', async () => {
      const running = store.transaction(async (tx) => {
        await new Promise((resume) => setImmediate(resume));
        return tx.put(numbers, 'a', 1);
      });
      await store.close();
      expect(await running).toBe(1);
      await expect(store.read(async () => 1)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await expect(store.transaction(async () => 1)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    });

    test('what was committed is there after closing and opening', async ({ skip }) => {
      if (database.elsewhere === undefined) return skip('nothing outlives this store');
      await store.transaction((tx) => tx.put(numbers, 'a', 7));
      await store.close();
      store = await database.open();
      expect(await store.read((tx) => tx.get(numbers, 'a'))).toEqual({ key: 'a', value: 7, revision: 1 });
    });

    test('a process killed at any instant loses no acknowledged transaction and leaves no half one', async ({
      skip,
    }) => {
      if (database.elsewhere === undefined) return skip('nothing outlives this store');
      await store.close();
      let acknowledged = 0;
      for (let round = 0; round < 4; round++) {
        acknowledged = await writeUntilKilled(database.elsewhere, acknowledged, 60 + round * 37);
        const reopened = await database.open();
        const stored = await reopened.read(async (tx) => ({
          pairs: (await tx.range(numbers, { prefix: 'pair/' })).map((entry) => entry.value),
          last: (await tx.get(numbers, 'last'))?.value ?? 0,
        }));
        await reopened.close();
        // The child writes pair/<n>/a, pair/<n>/b and last = n in one transaction, then says n.
        expect(stored.last).toBeGreaterThanOrEqual(acknowledged);
        expect(stored.pairs.length).toBe(stored.last * 2);
        acknowledged = stored.last;
      }
      expect(acknowledged).toBeGreaterThan(0);
      store = await database.open();
    });
  });
}

function rangeKeys(store: Store, range: Parameters<Parameters<Parameters<Store['read']>[0]>[0]['range']>[1]) {
  return store.read(async (tx) => (await tx.range(numbers, range)).map((entry) => entry.key));
}

function expectedKeys(
  keys: readonly string[],
  range: {
    prefix?: string;
    from?: string;
    after?: string;
    before?: string;
    limit?: number;
    reverse?: boolean;
  },
): string[] {
  const bytes = (text: string) => Buffer.from(text);
  const chosen = keys
    .filter((key) => range.prefix === undefined || key.startsWith(range.prefix))
    .filter((key) => range.from === undefined || Buffer.compare(bytes(key), bytes(range.from)) >= 0)
    .filter((key) => range.after === undefined || Buffer.compare(bytes(key), bytes(range.after)) > 0)
    .filter((key) => range.before === undefined || Buffer.compare(bytes(key), bytes(range.before)) < 0)
    .sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
  if (range.reverse === true) chosen.reverse();
  return chosen.slice(0, range.limit ?? chosen.length);
}

/** The last number a writing child said before it was killed. */
async function writeUntilKilled(elsewhere: StoreElsewhere, start: number, afterMessages: number): Promise<number> {
  const child = fork(fileURLToPath(new URL('./write-until-killed.ts', import.meta.url)), [], {
    env: { ...process.env, STORE_ELSEWHERE: JSON.stringify({ ...elsewhere, start }) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  });
  let said = start;
  let messages = 0;
  child.on('message', (message) => {
    said = Number(message);
    messages++;
    if (messages === afterMessages) child.kill('SIGKILL');
  });
  const [code, signal] = await once(child, 'exit');
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
  return said;
}

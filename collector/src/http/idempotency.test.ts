import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jsonCollection, type Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { forgetOldAnswers, type JoiningStore, joiningStore, once } from './idempotency.ts';

const numbers = jsonCollection<number>('numbers');
const actor = { subject: 'user:ana', name: 'Ana', role: 'approver', scopes: [], human: true } as const;

let store: Store;
let joining: JoiningStore;
beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
  joining = joiningStore(store);
});
afterEach(() => store.close());

const read = async () => (await store.read((transaction) => transaction.get(numbers, 'n')))?.value;
const write = (value: number) => joining.transaction((transaction) => transaction.put(numbers, 'n', value));

describe('transactions that join', () => {
  it('commit together, and read what the others wrote', async () => {
    await joining.transaction(async () => {
      await write(1);
      expect((await joining.read((transaction) => transaction.get(numbers, 'n')))?.value).toBe(1);
      await write(2);
    });
    expect(await read()).toBe(2);
  });

  it('leave no trace together', async () => {
    const failing = joining.transaction(async () => {
      await write(1);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await read()).toBeUndefined();
  });

  it('are on their own when they outlive the one they were started in', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let late: Promise<unknown> = Promise.resolve();
    await joining.transaction(async (transaction) => {
      await transaction.put(numbers, 'n', 1);
      late = released.then(() => write(2));
    });
    expect(await read()).toBe(1);
    release();
    await late;
    expect(await read()).toBe(2);
  });

  it('do not mix with those of others at the same time', async () => {
    const failing = joining.transaction(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw new Error('no');
    });
    const writing = write(5);
    await expect(failing).rejects.toThrow('no');
    await writing;
    expect(await read()).toBe(5);
  });
});

describe('remembered answers', () => {
  const request = (at: number) => ({ actor, key: 'the-key', request: { path: '/x' }, at });

  it('are those of the transaction that did the work', async () => {
    const failing = once(joining, request(0), async () => {
      await write(1);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await once(joining, request(0), async () => 'first')).toEqual({ body: 'first', replayed: false });
    expect(await once(joining, request(1), async () => 'second')).toEqual({ body: 'first', replayed: true });
  });

  it('are forgotten after a day', async () => {
    const day = 24 * 3_600_000;
    await once(joining, request(0), async () => 'first');
    expect(await forgetOldAnswers(store, day - 1)).toBe(0);
    expect(await forgetOldAnswers(store, day)).toBe(1);
    expect(await once(joining, request(1), async () => 'second')).toEqual({ body: 'second', replayed: false });
  });
});

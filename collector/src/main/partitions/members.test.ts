import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../store/port.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import { Membership } from './members.ts';

describe('a collector is taken for dead', () => {
  let store: Store;
  let now: number;
  let mine: Membership;
  let other: Membership;

  const membership = (id: string) => new Membership({ store, id, startedAt: 0, monotonic: () => now });
  const look = () => store.read((transaction) => mine.look(transaction));
  /** Time goes by while this one looks around regularly. */
  async function pass(ms: number, also: () => Promise<unknown> = async () => undefined): Promise<string[]> {
    let living: string[] = [];
    for (const end = now + ms; now < end; now += 250) {
      await also();
      living = await look();
    }
    return living;
  }

  beforeEach(async () => {
    store = await openSqliteStore({ path: ':memory:' });
    now = 1_000_000;
    mine = membership('mine');
    other = membership('other');
    await mine.say();
    await other.say();
  });
  afterEach(() => store.close());

  test('when it has been silent for two seconds, and not before', async () => {
    expect(await pass(2_000)).toEqual(['mine', 'other']);
    expect(await pass(500)).toEqual(['mine']);
  });

  test('not while it says something, and no more when it says something again', async () => {
    expect(await pass(10_000, () => other.say())).toEqual(['mine', 'other']);
    expect(await pass(3_000)).toEqual(['mine']);
    await other.say();
    expect(await look()).toEqual(['mine', 'other']);
  });

  test('at once when it takes its leave', async () => {
    await look();
    await other.leave();
    expect(await look()).toEqual(['mine']);
  });

  test('by its silence only: whoever looks was away himself and cannot tell', async () => {
    await pass(500);
    now += 60_000;
    expect(await look()).toEqual(['mine', 'other']);
    expect(await pass(2_500)).toEqual(['mine']);
  });

  test('and forgotten after a minute', async () => {
    await pass(500);
    await pass(70_000);
    await mine.forgetDead();
    now += 250;
    expect(await look()).toEqual(['mine']);
    await other.say();
    expect(await look()).toEqual(['mine', 'other']);
  });
});

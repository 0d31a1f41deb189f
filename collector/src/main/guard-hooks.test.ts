import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { budgetSettings } from '../config/settings.ts';
import { PlumblineError } from '../errors.ts';
import { readCounts } from '../store/counts.ts';
import { readProfiles } from '../store/history.ts';
import { jsonCollection, type Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { createEngine, type EngineHooks } from './engine.ts';
import { guardHooks } from './guard-hooks.ts';
import { silentLogger } from './logger.ts';
import { hourMs, inferences, Producer, testModel } from './testing/traffic.ts';

const start = 1_700_000_000_000 - (1_700_000_000_000 % hourMs);
const notes = jsonCollection<string>('notes');

let store: Store;
beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
});
afterEach(() => store.close());

/** Feeds hours of rows as the ingest does: when a commit fails, a new engine reads them again. Gives up after 20 failures. */
async function feed(hooks: EngineHooks, hours: number): Promise<number> {
  const batches = Array.from({ length: hours }, (_, hour) =>
    new Producer(`p${hour}`).inferences(inferences(`h${hour}`, 10, start + hour * hourMs, hourMs)),
  );
  let failures = 0;
  while (failures < 20) {
    const engine = await createEngine({
      store,
      hooks,
      models: [testModel({ lateness: '0s' })],
      budget: budgetSettings.parse({}),
      clock: () => start,
      logger: silentLogger,
    });
    const done = engine.anchorLog().anchors.at(-1)?.sequence ?? 0;
    engine.resume('stream', done, { regressed: false, missed: 0 });
    try {
      for (const [index, batch] of batches.entries()) {
        if (index < done) continue;
        engine.apply(batch, { partition: 0, sequence: index + 1, storedAt: start, messageId: `m${index}` });
        await engine.commit();
      }
      return failures;
    } catch {
      failures++;
    }
  }
  return failures;
}

describe('a hook that fails at a window', () => {
  test('always: is left out there after the third time; all rows count, the windows after it are reacted to', async () => {
    const { hooks, problems } = guardHooks(
      {
        async windowClosed(tx, { from }) {
          await tx.put(notes, String((from - start) / hourMs), 'half done');
          if (from === start + hourMs) throw new Error('no such template');
          await tx.put(notes, String((from - start) / hourMs), 'done');
        },
      },
      silentLogger,
    );
    let said: readonly string[] = [];
    const watched: EngineHooks = {
      ...hooks,
      async windowClosed(tx, closed) {
        if (closed.from === start + 2 * hourMs) said = problems();
        await hooks.windowClosed?.(tx, closed);
      },
    };
    expect(await feed(watched, 5)).toBe(3);
    // Nothing of it is stored where it failed, not even its first half.
    const stored = await store.read((tx) => tx.range(notes, {}));
    expect(stored.map(({ key, value }) => [key, value])).toEqual([
      ['0', 'done'],
      ['2', 'done'],
      ['3', 'done'],
    ]);
    expect(await store.read(readCounts)).toMatchObject({ inferences: 50 });
    const key = { model: 'credit', environment: 'production', version: '1' };
    expect((await store.read((tx) => readProfiles(tx, key))).map(({ closed }) => closed)).toEqual([
      ...[true, true, true, true],
      false,
    ]);
    expect(said).toEqual([
      'what follows from the window of credit 1 from 2023-11-14T23:00:00.000Z was left out after 3 failures: no such template',
    ]);
    expect(problems()).toEqual([]);
  });

  test('twice: is called until it succeeds', async () => {
    let failing = 2;
    let succeeded = 0;
    const { hooks, problems } = guardHooks(
      {
        async windowClosed() {
          if (failing-- > 0) throw new Error('not yet');
          succeeded++;
        },
      },
      silentLogger,
    );
    expect(await feed(hooks, 3)).toBe(2);
    expect(succeeded).toBe(2);
    expect(problems()).toEqual([]);
  });

  test('because the store does: is never left out', async () => {
    let calls = 0;
    const { hooks, problems } = guardHooks(
      {
        async windowClosed() {
          if (calls++ < 6) throw new PlumblineError('STORE_UNAVAILABLE', 'the disk is full');
        },
      },
      silentLogger,
    );
    expect(await feed(hooks, 3)).toBe(6);
    expect(problems()).toEqual([]);
  });
});

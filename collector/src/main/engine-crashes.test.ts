import { describe, expect, test } from 'vitest';
import type { ModelSettings } from '../config/settings.ts';
import { encodeProfile, profileTotals } from '../profile/index.ts';
import { readCounts } from '../store/counts.ts';
import { readFindings, readProfiles } from '../store/history.ts';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { joins } from './join-record.ts';
import { engineOn, one, openStoreForEachTest, ordinaryReference, start, windowsOf } from './testing/engine.ts';
import { again, hourMs, inferences, outcome, Producer } from './testing/traffic.ts';

openStoreForEachTest();

describe('crashes', () => {
  test('at any write of any commit lose nothing and count nothing twice', { timeout: 120_000 }, async () => {
    const reference = await ordinaryReference();
    const producer = new Producer('p');
    const batches = [
      producer.inferences(inferences('a', 30, start, hourMs)),
      producer.outcomes(inferences('b', 5, start + hourMs, hourMs).map(({ id, time }) => outcome(id, time, 'yes'))),
      producer.inferences([
        ...inferences('b', 30, start + hourMs, hourMs),
        ...inferences('s', 4, start + hourMs, hourMs).map((event) => ({
          ...event,
          id: `b-${event.id.slice(2)}~2`,
          version: '2',
          role: 'shadow' as const,
        })),
      ]),
      producer.outcomes(inferences('a', 12, start, hourMs).map(({ id, time }) => outcome(id, time + 1, 'no'))),
      producer.inferences(inferences('c', 30, start + 2 * hourMs, hourMs)),
      producer.inferences(inferences('late', 3, start, hourMs)),
      producer.inferences(inferences('d', 30, start + 3 * hourMs, hourMs)),
    ];
    const options = {
      startingReference: (_: ModelSettings, version: string) => (version === '1' ? reference : undefined),
    };

    /** Feeds the batches as a stream: after a crash from the committed position on. Crashes at the given write. */
    const run = async (crashAt: number): Promise<{ state: unknown; writes: number }> => {
      const fresh = await openSqliteStore({ path: ':memory:' });
      const failing = failingStore(fresh, crashAt);
      let engine = await engineOn({ store: failing.store, ...options });
      engine.resume('stream', 0, { regressed: false, missed: 0 });
      for (let index = 0; index < batches.length; ) {
        engine.apply(batches[index]!, {
          partition: 0,
          sequence: index + 1,
          storedAt: index,
          messageId: `p:${index + 1}`,
        });
        index++;
        if (index % 2 === 1 && index < batches.length) continue;
        try {
          await engine.commit();
        } catch (error) {
          if (!(error instanceof Error) || error.message !== 'crash') throw error;
          engine = await engineOn({ store: failing.store, ...options });
          index = engine.anchorLog().anchors.at(-1)?.sequence ?? 0;
          engine.resume('stream', index, { regressed: false, missed: 0 });
        }
      }
      const state = await fresh.read(async (tx) => ({
        one: (await readProfiles(tx, one)).map(({ from, profile }) => [
          from,
          Buffer.from(encodeProfile(profile)).toString('hex'),
        ]),
        two: (await readProfiles(tx, { ...one, version: '2' })).map(({ profile }) => profileTotals(profile)),
        findings: await readFindings(tx, one),
        counts: await readCounts(tx),
        joins: (await tx.range(joins, {})).map(({ key, value }) => [key, Buffer.from(value).toString('hex')]),
      }));
      await fresh.close();
      return { state, writes: failing.writes() };
    };

    const undisturbed = await run(0);
    expect(undisturbed.writes).toBeGreaterThan(60);
    for (let crashAt = 1; crashAt <= undisturbed.writes; crashAt++) {
      const { state } = await run(crashAt);
      expect(state, `crash at write ${crashAt}`).toEqual(undisturbed.state);
    }
  });

  test('leave the position with the counts: what is committed is not read again', async () => {
    const producer = new Producer('p');
    const engine = await engineOn({ partitions: 4 });
    engine.resume('stream', 0, { regressed: false, missed: 0 });
    const position = (sequence: number, partition: number) => ({
      sequence,
      partition,
      storedAt: 5,
      messageId: `p:${sequence}`,
    });
    engine.apply(producer.inferences(inferences('a', 5, start, hourMs)), position(7, 1));
    await engine.commit();
    engine.apply(producer.inferences(inferences('b', 5, start, hourMs)), position(9, 2));
    const restarted = await engineOn({ partitions: 4 });
    expect(restarted.anchorLog()).toEqual({
      created: 'stream',
      anchors: [{ sequence: 7, storedAt: 5, messageId: 'p:7', commit: 1 }],
    });
    const unseen = new Producer('q');
    expect(restarted.apply(unseen.inferences(inferences('c', 5, start, hourMs)), position(6, 3))).toBe('repeated');
    expect(restarted.apply(unseen.inferences(inferences('d', 5, start, hourMs)), position(8, 3))).toBe('applied');
  });

  test('an engine that another one has overtaken cannot write', async () => {
    const producer = new Producer('p');
    const position = (sequence: number) => ({ sequence, partition: 0, storedAt: 0, messageId: `p:${sequence}` });
    const first = await engineOn();
    first.resume('stream', 0, { regressed: false, missed: 0 });
    const second = await engineOn();
    second.resume('stream', 0, { regressed: false, missed: 0 });
    second.apply(producer.inferences(inferences('a', 5, start, hourMs)), position(1));
    await second.commit();
    first.apply(producer.inferences(inferences('a', 5, start, hourMs)), position(1));
    await expect(first.commit()).rejects.toMatchObject({
      code: 'REVISION_CONFLICT',
      details: { collection: 'stream_positions' },
    });
    expect((await windowsOf())[0]).toMatchObject({ rows: 5 });
  });

  test('a stream that lost its tail is read again from where it is the same: repeats are dropped, new batches count', async () => {
    const producer = new Producer('p');
    const position = (sequence: number, life = 'a') => ({
      sequence,
      partition: 0,
      storedAt: sequence,
      messageId: `${life}:${sequence}`,
    });
    const engine = await engineOn();
    engine.resume('stream', 0, { regressed: false, missed: 0 });
    const batches = [1, 2, 3].map((number) => producer.inferences(inferences(`a${number}`, 5, start, hourMs)));
    for (const [index, batch] of batches.entries()) {
      engine.apply(batch, position(index + 1));
      await engine.commit();
    }
    engine.resume('stream', 1, { regressed: true, missed: 0 });
    expect(engine.apply(again(batches[2]!), position(2, 'b'))).toBe('duplicate');
    expect(engine.apply(producer.inferences(inferences('new', 5, start, hourMs)), position(3, 'b'))).toBe('applied');
    await engine.commit();
    expect(engine.counts()).toMatchObject({ inferences: 20, duplicateBatches: 1, streamRegressions: 1 });
    expect(engine.anchorLog().anchors.at(-1)).toMatchObject({ sequence: 3, messageId: 'b:3' });
  });
});

/** A store that fails at one write: what a crash does, without losing the process. 0: never. */
function failingStore(store: Store, failAt: number): { store: Store; writes(): number } {
  let writes = 0;
  const step = () => {
    writes++;
    if (writes === failAt) throw new Error('crash');
  };
  return {
    writes: () => writes,
    store: {
      read: (work) => store.read(work),
      close: () => store.close(),
      transaction: (work) =>
        store.transaction((tx) =>
          work({
            get: (...args) => tx.get(...args),
            getMany: (...args) => tx.getMany(...args),
            range: (...args) => tx.range(...args),
            put: async (...args) => {
              step();
              return tx.put(...args);
            },
            putMany: async (...args) => {
              step();
              return tx.putMany(...args);
            },
            delete: async (...args) => {
              step();
              return tx.delete(...args);
            },
            deleteRange: async (...args) => {
              step();
              return tx.deleteRange(...args);
            },
          }),
        ),
    },
  };
}

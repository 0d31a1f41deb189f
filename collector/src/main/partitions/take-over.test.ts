import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Bus, StreamReader } from '../../bus/index.ts';
import { budgetSettings } from '../../config/settings.ts';
import { PlumblineError } from '../../errors.ts';
import type { Store } from '../../store/port.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import { silentLogger } from '../logger.ts';
import { testModel } from '../testing/traffic.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { beatMs, lookMs, silenceMs } from './members.ts';
import { partitionPositions, readOwners } from './ownership.ts';
import { sliceOf } from './slices.ts';

// The promises of timers are not among what fake timers replace.
vi.mock('node:timers/promises', async (original) => ({
  ...(await original<typeof import('node:timers/promises')>()),
  setTimeout: (ms: number, _: unknown, { signal }: { readonly signal?: AbortSignal } = {}) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
}));

/**
 * How long a take-over lasts by design: on a clock that only moves when everybody waits, so that neither the store, nor
 * the broker, nor the machine takes any time. What they add is measured by `npm run bench:recovery`.
 */
describe('when one of three collectors dies', () => {
  let store: Store;
  beforeEach(async () => {
    vi.useFakeTimers();
    store = await openSqliteStore({ path: ':memory:' });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await store.close();
  });

  test('whenever that is, the others have read on all its partitions within four seconds, and one of them leads', async () => {
    const tookMs: number[] = [];
    for (let phase = 0; phase < beatMs; phase += 80) {
      const members = await enterThree(`phase ${phase}`);
      await vi.advanceTimersByTimeAsync(phase);
      const victim = members.find(({ cluster }) => cluster.isLeader())!;
      const others = members.filter((member) => member !== victim);
      victim.die();
      const diedAt = Date.now();
      while (!(await haveTakenOver(others, diedAt)) && Date.now() < diedAt + 30_000) {
        await vi.advanceTimersByTimeAsync(stepMs);
      }
      tookMs.push(Date.now() - diedAt);
      await Promise.all(others.map(({ cluster }) => cluster.stop()));
    }
    expect(Math.min(...tookMs)).toBeGreaterThanOrEqual(silenceMs - beatMs);
    // Silence and the looks before and after it, one look more for what the others pass among themselves, a commit.
    expect(Math.max(...tookMs)).toBeLessThanOrEqual(silenceMs + 3 * lookMs + commitEveryMs + stepMs);
    expect(silenceMs + 3 * lookMs + commitEveryMs + stepMs).toBeLessThan(4_000);
  });

  test('that only stands still for a second and a half, nothing is taken from it', async () => {
    const members = await enterThree('pause');
    const before = await store.read(readOwners);
    for (let phase = 0; phase < beatMs; phase += 80) {
      await vi.advanceTimersByTimeAsync(phase);
      const wake = members[0]!.pause();
      await vi.advanceTimersByTimeAsync(1_500);
      wake();
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await store.read(readOwners)).toEqual(before);
    }
    await Promise.all(members.map(({ cluster }) => cluster.stop()));
  });

  test.each(['fails', 'happens unheard'] as const)(
    'or goes and comes while every other change of hands %s, no partition is left without a reader',
    async (lost) => {
      const members = await enterThree(lost);
      for (const member of members) member.lose(lost);
      members[0]!.die();
      await vi.advanceTimersByTimeAsync(5_000);
      const late = enter(`${lost} d`, store);
      members[0] = late;
      await late.cluster.start();
      await vi.advanceTimersByTimeAsync(5_000);
      for (const member of members) member.lose('nothing');
      const healedAt = Date.now();
      await vi.advanceTimersByTimeAsync(4_000);
      expect(await haveTakenOver(members, healedAt)).toBe(true);
      await Promise.all(members.map(({ cluster }) => cluster.stop()));
    },
  );

  async function enterThree(name: string): Promise<Member[]> {
    const members = ['a', 'b', 'c'].map((id) => enter(`${name} ${id}`, store));
    await Promise.all(members.map(({ cluster }) => cluster.start()));
    const owned = () => members.flatMap(({ cluster }) => cluster.partitions()).length;
    while (owned() < partitions || !members.some(({ cluster }) => cluster.isLeader())) {
      await vi.advanceTimersByTimeAsync(lookMs);
    }
    await vi.advanceTimersByTimeAsync(2_000);
    return members;
  }

  async function haveTakenOver(members: readonly Member[], diedAt: number): Promise<boolean> {
    const owned = members.flatMap(({ cluster }) => cluster.partitions()).length;
    const positions = await store.read((transaction) => transaction.range(partitionPositions, {}));
    const isReadOn = positions.every(({ value }) => value.readThrough >= sliceOf(diedAt));
    return owned === partitions && isReadOn && members.some(({ cluster }) => cluster.isLeader());
  }
});

const partitions = 16;
const commitEveryMs = 500;
const stepMs = 50;

interface Member {
  readonly cluster: Cluster;
  die(): void;
  /** The process stands still, as when it is stopped or collects garbage; returns how to let it go on. */
  pause(): () => void;
  /** What becomes of every other transaction of its partitions: none, or nobody hears of its end. */
  lose(what: 'fails' | 'happens unheard' | 'nothing'): void;
}

function enter(id: string, store: Store): Member {
  let goesOn = Promise.resolve();
  let lost: Parameters<Member['lose']>[0] = 'nothing';
  let transactions = 0;
  const cutOff = new PlumblineError('STORE_UNAVAILABLE', 'the connection was lost');
  // Everything a collector does goes through the store: one whose store does not answer does nothing.
  const mine: Store = {
    read: (work) => goesOn.then(() => store.read(work)),
    async transaction(work, options) {
      await goesOn;
      const isLost =
        lost !== 'nothing' && options?.scope?.startsWith('collector ') === true && ++transactions % 2 === 1;
      if (isLost && lost === 'fails') throw cutOff;
      const result = await store.transaction(work, options);
      if (isLost) throw cutOff;
      return result;
    },
    close: async () => undefined,
  };
  const engine = { store: mine, models: [testModel()], budget: budgetSettings.parse({}), clock: Date.now };
  const cluster = createCluster({ bus: quietBus(), engine, id, commitEveryMs, logger: silentLogger });
  return {
    cluster,
    die() {
      goesOn = new Promise(() => undefined);
    },
    pause() {
      const waiting = Promise.withResolvers<void>();
      goesOn = waiting.promise;
      return waiting.resolve;
    },
    lose(what) {
      lost = what;
    },
  };
}

/** A stream without messages. */
function quietBus(): Bus {
  const created = 'then';
  const bus: Pick<Bus, 'partitions' | 'problem' | 'stream' | 'messageAt' | 'read'> = {
    partitions,
    problem: () => null,
    stream: async () => ({ created, firstSequence: 1, lastSequence: 0, at: Date.now() }),
    messageAt: async () => undefined,
    async read(): Promise<StreamReader> {
      const closed = Promise.withResolvers<void>();
      const close = async () => closed.resolve();
      return {
        // biome-ignore lint/correctness/useYield: there is nothing to hand out.
        async *messages() {
          await closed.promise;
        },
        interruption: null,
        sentAll: async () => 0,
        close,
        [Symbol.asyncDispose]: close,
      };
    },
  };
  // Nothing else of it is asked for.
  return bus as Bus;
}

import { expect, it } from 'vitest';
import { startWakeableLoop } from './wakeable-loop.ts';

const never = 3_600_000;
const fail = (error: unknown) => {
  throw error;
};

it('does a round at once, and the next one when it is woken', async () => {
  let rounds = 0;
  const second = Promise.withResolvers<void>();
  const loop = startWakeableLoop({
    round: async () => {
      rounds += 1;
      if (rounds === 2) second.resolve();
      return 'pause';
    },
    pauseMs: never,
    onError: fail,
  });
  await new Promise(setImmediate);
  loop.wake();
  await second.promise;
  await loop.stop();
  expect(rounds).toBe(2);
});

it('does another round when it was woken during one, which may have come too late for it', async () => {
  let rounds = 0;
  const second = Promise.withResolvers<void>();
  const loop = startWakeableLoop({
    round: async () => {
      rounds += 1;
      if (rounds === 1) loop.wake();
      if (rounds === 2) second.resolve();
      return 'pause';
    },
    pauseMs: never,
    onError: fail,
  });
  await second.promise;
  await loop.stop();
  expect(rounds).toBe(2);
});

it('goes on without a pause as long as rounds ask for it', async () => {
  let rounds = 0;
  const done = Promise.withResolvers<void>();
  const loop = startWakeableLoop({
    round: async () => {
      rounds += 1;
      if (rounds === 5) done.resolve();
      return rounds < 5 ? 'again' : 'pause';
    },
    pauseMs: never,
    onError: fail,
  });
  await done.promise;
  await loop.stop();
  expect(rounds).toBe(5);
});

it('tells an error and goes on', async () => {
  const told = Promise.withResolvers<unknown>();
  const loop = startWakeableLoop({
    round: () => Promise.reject(new Error('the store is away')),
    pauseMs: never,
    onError: told.resolve,
  });
  expect(await told.promise).toEqual(new Error('the store is away'));
  await loop.stop();
});

it('stops during a pause without waiting for its end', async () => {
  const loop = startWakeableLoop({ round: async () => 'pause', pauseMs: never, onError: fail });
  await loop.stop();
});

import type { NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepAlive } from './release-process.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A connection of which only pings matter; a network that swallows them cannot be had on one machine. */
function connectionThat(flush: () => Promise<void>): NatsConnection {
  // `keepAlive` calls nothing else.
  return { flush } as unknown as NatsConnection;
}

it('a connection whose pings are not answered within an interval is dead', async () => {
  const dead = vi.fn();
  const stop = keepAlive(
    connectionThat(() => new Promise(() => {})),
    1_000,
    dead,
  );
  await vi.advanceTimersByTimeAsync(1_999);
  expect(dead).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(dead).toHaveBeenCalled();
  stop();
});

it('one whose pings are answered is not, nor one that has ended otherwise', async () => {
  const dead = vi.fn();
  const stops = [
    keepAlive(
      connectionThat(() => Promise.resolve()),
      1_000,
      dead,
    ),
    keepAlive(
      connectionThat(() => Promise.reject(new Error('closed'))),
      1_000,
      () => {},
    ),
  ];
  await vi.advanceTimersByTimeAsync(10_000);
  expect(dead).not.toHaveBeenCalled();
  for (const stop of stops) {
    stop();
  }
  await vi.advanceTimersByTimeAsync(10_000);
  expect(vi.getTimerCount()).toBe(0);
});

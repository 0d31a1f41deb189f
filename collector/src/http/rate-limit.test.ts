import { describe, expect, it } from 'vitest';
import { createRateLimit } from './rate-limit.ts';

describe('a rate limit', () => {
  it('lets a burst through, then so many a minute, each key for itself', () => {
    let now = 0;
    const limit = createRateLimit({ burst: 3, perMinute: 60, clock: () => now });
    const taken = () => [1, 2, 3, 4, 5].map(() => limit.take('ana'));
    expect(taken()).toEqual([true, true, true, false, false]);
    expect(limit.take('ben')).toBe(true);
    now += 2_000;
    expect(taken()).toEqual([true, true, false, false, false]);
    now += 3_600_000;
    expect(taken()).toEqual([true, true, true, false, false]);
  });

  it('never saves up more than a burst', () => {
    let now = 0;
    const limit = createRateLimit({ burst: 3, perMinute: 60, clock: () => now });
    limit.take('ana');
    // Two are left, and two come back: a place for one.
    now += 2_000;
    expect([1, 2, 3, 4].map(() => limit.take('ana'))).toEqual([true, true, true, false]);
  });

  it('gives nothing back when the clock goes backwards', () => {
    let now = 60_000;
    const limit = createRateLimit({ burst: 1, perMinute: 1, clock: () => now });
    expect(limit.take('ana')).toBe(true);
    now = 0;
    expect(limit.take('ana')).toBe(false);
  });

  it('remembers nobody whose places have all come back', () => {
    let now = 0;
    const limit = createRateLimit({ burst: 1, perMinute: 1, clock: () => now });
    limit.take('ana');
    now = 60_000;
    limit.take('ben');
    // Having all of one's places and not being known are told apart only by a clock that is set back.
    now = 0;
    expect(limit.take('ana')).toBe(true);
    expect(limit.take('ben')).toBe(false);
  });
});

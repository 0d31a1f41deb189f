import { describe, expect, it } from 'vitest';
import { afterAttempt, allowedAtOnce, type EndpointState, failuresToOpen, freshEndpoint } from './breaker.ts';

const dayMs = 86_400_000;
const failed = (state: EndpointState, at: number) =>
  afterAttempt(state, { at, ok: false, error: 'HTTP 500', gone: false });

describe('a receiver that fails', () => {
  it('is left alone after five failures in a row, and then tried once', () => {
    let state = freshEndpoint;
    for (let failure = 1; failure < failuresToOpen; failure++) state = failed(state, failure);
    expect(allowedAtOnce(state, 10, 4)).toBe(4);
    state = failed(state, 5);
    const until = 5 + 30_000;
    expect(state.openUntil).toBe(until);
    expect(allowedAtOnce(state, until - 1, 4)).toBe(0);
    expect(allowedAtOnce(state, until, 4)).toBe(1);
  });

  it('is disabled when nothing else came of it for five days, not before', () => {
    const first = failed(freshEndpoint, 0);
    expect(failed(first, 5 * dayMs - 1).disabled).toBeNull();
    expect(failed(first, 5 * dayMs).disabled).toEqual({ at: 5 * dayMs, reason: 'nothing but failures for 5 days' });
  });
});

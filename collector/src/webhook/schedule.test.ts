import { describe, expect, it } from 'vitest';
import { nextStep, parseRetryAfter, retryDelaysMs } from './schedule.ts';

const answered = (status: number, retryAfterMs: number | null = null) =>
  ({ kind: 'answered', status, retryAfterMs }) as const;

describe('the retry schedule', () => {
  it('counts only 2xx as delivered: a redirect is a failure', () => {
    expect(nextStep(answered(204), 1, 0.5)).toEqual({ state: 'delivered' });
    expect(nextStep(answered(302), 1, 0.5).state).toBe('pending');
  });

  it('waits the recommended delays with at most a fifth of jitter', () => {
    expect(nextStep({ kind: 'unreachable' }, 1, 0.5)).toEqual({ state: 'pending', delayMs: 5_000 });
    expect(nextStep({ kind: 'unreachable' }, 1, 0)).toEqual({ state: 'pending', delayMs: 4_000 });
    expect(nextStep(answered(500), 2, 0.5)).toEqual({ state: 'pending', delayMs: 300_000 });
  });

  it('gives up when the schedule is used up, at 410, and at a forbidden address', () => {
    expect(nextStep({ kind: 'unreachable' }, retryDelaysMs.length, 0).state).toBe('dead');
    expect(nextStep(answered(410), 1, 0).state).toBe('dead');
    expect(nextStep({ kind: 'forbidden' }, 1, 0).state).toBe('dead');
  });

  it('honours Retry-After between the delay and about twice the delay', () => {
    expect(nextStep(answered(429, 7_000), 1, 0)).toEqual({ state: 'pending', delayMs: 7_000 });
    expect(nextStep(answered(429, 0), 1, 0)).toEqual({ state: 'pending', delayMs: 5_000 });
    expect(nextStep(answered(429, 86_400_000), 1, 0)).toEqual({ state: 'pending', delayMs: 70_000 });
  });

  it('reads Retry-After as seconds or as a date and ignores anything else', () => {
    expect(parseRetryAfter('120', 0)).toBe(120_000);
    expect(parseRetryAfter('Thu, 01 Jan 1970 00:00:10 GMT', 4_000)).toBe(6_000);
    expect(parseRetryAfter('soon', 0)).toBeNull();
    expect(parseRetryAfter(undefined, 0)).toBeNull();
  });
});

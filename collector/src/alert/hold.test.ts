import { describe, expect, it } from 'vitest';
import { assessTraffic, holdAlert } from './hold.ts';
import { testAlert } from './testing/test-alert.ts';

const minuteMs = 60_000;
const noDataAfterMs = 60 * minuteMs;

describe('traffic that cannot be read', () => {
  const now = 1_000 * minuteMs;
  const state = (heardMinutes: number, problemMinutes: number) =>
    assessTraffic(
      {
        heardAt: now - heardMinutes * minuteMs,
        problem: { since: now - problemMinutes * minuteMs, text: 'no broker' },
        now,
      },
      noDataAfterMs,
    ).state;

  it('is an error after five minutes', () => {
    expect(state(5, 5)).toBe('error');
    expect(state(6, 4)).toBe('ok');
  });

  it('is none while rows come all the same: another collector reads them', () => {
    expect(state(4, 30)).toBe('ok');
  });
});

describe('an alert of a model that falls silent', () => {
  const silent = { state: 'no_data', sentence: 'No rows for 3 hours' } as const;

  it('waits if it is open; what is resolved stays resolved', () => {
    const held = holdAlert(testAlert(), silent, 9);
    expect(held).toMatchObject({
      transition: 'no_data',
      alert: { state: 'no_data', heldState: 'firing', changedAt: 9 },
    });
    const resolved = testAlert({ state: 'resolved', resolvedAt: 1 });
    expect(holdAlert(resolved, silent, 9)).toEqual({ alert: resolved, transition: null });
  });
});

import { describe, expect, it } from 'vitest';
import { assessTraffic } from './hold.ts';

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

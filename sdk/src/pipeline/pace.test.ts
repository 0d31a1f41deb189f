import { describe, expect, it } from 'vitest';
import { Pace } from './pace.ts';

const answers = (pace: Pace, count: number, latencyMs: number) => {
  for (let index = 0; index < count; index++) {
    pace.answered(latencyMs);
  }
  return pace.window;
};

describe('the window of unanswered batches', () => {
  it('stays open while answers are quick', () => {
    expect(answers(new Pace(64), 1_000, 20)).toBe(64);
  });

  it('shrinks while answers come late, to no less than four, and opens again', () => {
    const pace = new Pace(64);
    answers(pace, 10, 20);
    expect(answers(pace, 10, 500)).toBeLessThan(25);
    expect(answers(pace, 30, 2_000)).toBe(4);
    expect(answers(pace, 3_000, 30)).toBe(64);
  });

  it('knows a broker that is slow from the first as no slower than ever', () => {
    expect(answers(new Pace(64), 1_000, 300)).toBe(64);
  });
});

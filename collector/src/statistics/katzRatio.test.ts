import { describe, expect, it } from 'vitest';
import { katzRatio } from './katzRatio.ts';

describe('katzRatio', () => {
  it('gives the disparate impact of UCI Adult by sex', () => {
    const { value, low, high } = katzRatio({ events: 1_179, n: 10_771 }, { events: 6_662, n: 21_790 });
    expect(value).toBeCloseTo(0.358023, 6);
    expect(low).toBeCloseTo(0.33803, 6);
    expect(high).toBeCloseTo(0.379198, 6);
  });

  it('gives that of German credit by age', () => {
    const { value, low, high } = katzRatio({ events: 110, n: 190 }, { events: 590, n: 810 });
    expect(value).toBeCloseTo(0.794826, 6);
    expect(low).toBeCloseTo(0.699089, 6);
    expect(high).toBeCloseTo(0.903674, 6);
  });

  it('is neither 0 nor infinite when a group has no events', () => {
    expect(katzRatio({ events: 0, n: 20 }, { events: 10, n: 20 }).value).toBeCloseTo(0.5 / 21 / 0.5, 12);
    expect(katzRatio({ events: 10, n: 20 }, { events: 0, n: 20 }).value).toBeCloseTo(0.5 / (0.5 / 21), 12);
    expect(katzRatio({ events: 20, n: 20 }, { events: 10, n: 20 }).value).toBe(2);
  });

  it('is undefined when nobody has events or a group is empty', () => {
    expect(katzRatio({ events: 0, n: 5 }, { events: 0, n: 5 })).toEqual({ value: null, low: null, high: null, n: 5 });
    expect(katzRatio({ events: 0, n: 0 }, { events: 1, n: 5 }).value).toBeNull();
  });
});

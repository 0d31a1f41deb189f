import { describe, expect, it } from 'vitest';
import { newcombeDifference } from './newcombeDifference.ts';

describe('newcombeDifference', () => {
  it('gives the statistical parity difference of UCI Adult by sex', () => {
    const { value, low, high } = newcombeDifference({ events: 1_179, n: 10_771 }, { events: 6_662, n: 21_790 });
    expect(value).toBeCloseTo(-0.196276, 6);
    expect(low).toBeCloseTo(-0.204701, 6);
    expect(high).toBeCloseTo(-0.187707, 6);
  });

  it('gives that of German credit by age', () => {
    const { value, low, high } = newcombeDifference({ events: 110, n: 190 }, { events: 590, n: 810 });
    expect(value).toBeCloseTo(-0.149448, 6);
    expect(low).toBeCloseTo(-0.226412, 6);
    expect(high).toBeCloseTo(-0.074479, 6);
  });

  it('stays in [-1, 1]', () => {
    const { low, high } = newcombeDifference({ events: 3, n: 3 }, { events: 0, n: 4 });
    expect(high).toBe(1);
    expect(low).toBeGreaterThan(-1);
  });

  it('says nothing about an empty group', () => {
    expect(newcombeDifference({ events: 0, n: 0 }, { events: 1, n: 2 }).value).toBeNull();
  });
});

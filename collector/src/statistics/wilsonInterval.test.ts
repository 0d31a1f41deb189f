import { describe, expect, it } from 'vitest';
import { wilsonInterval } from './wilsonInterval.ts';

describe('wilsonInterval', () => {
  it('of 8 in 100 is 0.041093 to 0.149981', () => {
    const { low, high } = wilsonInterval(8, 100);
    expect(low).toBeCloseTo(0.041093, 6);
    expect(high).toBeCloseTo(0.149981, 6);
  });

  it('stays in [0, 1] and reaches the ends', () => {
    expect(wilsonInterval(0, 10)).toMatchObject({ value: 0, low: 0 });
    expect(wilsonInterval(10, 10)).toMatchObject({ value: 1, high: 1 });
    expect(wilsonInterval(0, 1).high).toBeLessThan(1);
  });

  it('says nothing about nothing', () => {
    expect(wilsonInterval(0, 0)).toEqual({ value: null, low: null, high: null, n: 0 });
  });
});

import { describe, expect, it } from 'vitest';
import { eBenjaminiHochberg } from './eBenjaminiHochberg.ts';

const eValues = [120, 3, 45, 0.2, 1.1, 60, 0.01, 9, 250, 2].map(Math.log);

describe('eBenjaminiHochberg', () => {
  it.each([
    [0.05, [0, 8]],
    [0.1, [0, 2, 5, 8]],
    [0.02, []],
  ])('at %d rejects the worked example', (alpha, rejected) => {
    expect(eBenjaminiHochberg(eValues, alpha)).toEqual(rejected);
  });

  it('rejects nothing of nothing, and no e-value of 0', () => {
    expect(eBenjaminiHochberg([], 0.05)).toEqual([]);
    expect(eBenjaminiHochberg([Number.NEGATIVE_INFINITY, Number.NaN], 0.05)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { jensenShannonDistance } from './jensenShannonDistance.ts';

describe('jensenShannonDistance', () => {
  it('equals scipy.spatial.distance.jensenshannon to base 2', () => {
    const current = [90, 95, 100, 105, 110, 100, 95, 105, 120, 80];
    expect(jensenShannonDistance(current, Array<number>(10).fill(1_000))).toBeCloseTo(0.04474405305, 10);
  });

  it('is 0 for equal shares and 1 for nothing in common', () => {
    expect(jensenShannonDistance([3, 7], [30, 70])).toBe(0);
    expect(jensenShannonDistance([5, 0], [0, 9])).toBe(1);
  });

  it('says nothing without rows', () => {
    expect(jensenShannonDistance([0], [1])).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { areaUnderCurve } from './areaUnderCurve.ts';

describe('areaUnderCurve', () => {
  it('counts pairs, ties as half', () => {
    // Positives 2, 3, 3; negatives 1, 2: of 6 pairs 5 are right and 1 is tied.
    expect(areaUnderCurve([0, 1, 2], [1, 1, 0])).toMatchObject({ value: 5.5 / 6, n: 2, binError: 1 / 12 });
  });

  it('is 1, 0 and a half at the ends and the middle', () => {
    expect(areaUnderCurve([0, 4], [4, 0]).value).toBe(1);
    expect(areaUnderCurve([4, 0], [0, 4]).value).toBe(0);
    expect(areaUnderCurve([4], [9]).value).toBe(0.5);
  });

  it('keeps its interval in [0, 1]', () => {
    const { low, high } = areaUnderCurve([1, 5], [5, 1]);
    expect(low).toBeGreaterThanOrEqual(0);
    expect(high).toBeLessThanOrEqual(1);
    expect(areaUnderCurve([0, 1], [3, 0])).toMatchObject({ value: 1, low: 0, high: 1, standardError: null });
  });

  it('says nothing without one of the classes', () => {
    expect(areaUnderCurve([1, 2], [0, 0]).value).toBeNull();
  });
});

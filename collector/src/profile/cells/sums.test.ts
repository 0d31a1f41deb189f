import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addToSum, boundedDeviation, readSum } from './sums.ts';

describe('sums', () => {
  const values = fc.array(fc.double({ min: -(2 ** 30), max: 2 ** 30, noNaN: true }), { maxLength: 60 });

  it('are the same in any order, and gone when taken back', () => {
    fc.assert(
      fc.property(values, (added) => {
        const forwards = new Float64Array(2);
        const backwards = new Float64Array(2);
        for (const value of added) addToSum(forwards, 0, value * value);
        for (const value of added.toReversed()) addToSum(backwards, 0, value * value);
        expect(backwards).toEqual(forwards);
        for (const value of added) addToSum(forwards, 0, value * value, -1);
        expect([...forwards].map(Math.abs)).toEqual([0, 0]);
      }),
    );
  });

  it('lose less than half a unit a value', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { maxLength: 60 }), (added) => {
        const sums = new Float64Array(2);
        for (const value of added) addToSum(sums, 0, value);
        const exact = added.reduce((sum, value) => sum + value, 0);
        expect(Math.abs(readSum(sums, 0) - exact)).toBeLessThanOrEqual(added.length * 2 ** -27 + 1e-9);
      }),
    );
  });

  it('keep the small beside the wild', () => {
    const sums = new Float64Array(2);
    addToSum(sums, 0, 1.5);
    addToSum(sums, 0, 2 ** 60);
    addToSum(sums, 0, 0.25);
    addToSum(sums, 0, 2 ** 60, -1);
    expect(readSum(sums, 0)).toBe(1.75);
  });

  it('bound what they are given', () => {
    expect(boundedDeviation(Number.POSITIVE_INFINITY)).toBe(2 ** 30);
    expect(boundedDeviation(-1e300)).toBe(-(2 ** 30));
    expect(boundedDeviation(3)).toBe(3);
  });

  it('keep whole units however large and whichever sign a value has', () => {
    fc.assert(
      fc.property(fc.double({ min: -(2 ** 30), max: 2 ** 30, noNaN: true }), (value) => {
        const sums = new Float64Array(2);
        addToSum(sums, 0, value);
        addToSum(sums, 0, -43521826.17640453);
        for (const part of sums) expect(Number.isInteger(part)).toBe(true);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binValue } from './bin-value.ts';

const cellOf = (edges: readonly number[], value: number) => edges.filter((edge) => edge <= value).length;

describe('the value of a bin', () => {
  it('is its middle, or a point beyond the outermost edge', () => {
    const edges = [0, 10, 30];
    expect([-1, 0, 9.99, 10, 29, 30, 1e9].map((value) => binValue(edges, value))).toEqual([-5, 5, 5, 20, 20, 40, 40]);
    expect(binValue([5], 4)).toBe(4);
    expect(binValue([5], 5)).toBe(6);
    expect(binValue([0, 10], Number.NaN)).toBeNaN();
    expect(binValue([0, 10], Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  });

  it('lies in the same bin as the value, and is the same for all of the bin (property)', () => {
    const edges = fc
      .uniqueArray(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 30 })
      .map((list) => [...list].map((edge) => edge + 0).sort((a, b) => a - b))
      .map((list) => list.filter((edge, index) => index === 0 || edge > list[index - 1]!));
    fc.assert(
      fc.property(edges, fc.double({ noNaN: true, min: -2e6, max: 2e6 }), (ascending, value) => {
        const shown = binValue(ascending, value);
        expect(cellOf(ascending, shown)).toBe(cellOf(ascending, value));
        expect(binValue(ascending, shown)).toBe(shown);
      }),
    );
  });

  it('is the value itself where a frequent value has a bin of its own', () => {
    const next = 1 + Number.EPSILON;
    expect(binValue([0, 1, next, 5], 1)).toBe(1);
  });

  it('lies in a bin between neighbouring numbers, whose middle is rounded to the edge above', () => {
    const edges = [1 + Number.EPSILON, 1 + 2 * Number.EPSILON];
    expect(binValue(edges, edges[0]!)).toBe(edges[0]);
  });
});

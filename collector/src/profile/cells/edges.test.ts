import { describe, expect, it } from 'vitest';
import { normal, seededRandom } from '../../statistics/simulate.ts';
import { nextUp, referenceEdges } from './edges.ts';

const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();
const countsIn = (edges: readonly number[], values: Float64Array): number[] =>
  edges.slice(1).map((edge, i) => values.filter((value) => value >= edges[i]! && value < edge).length);

describe('referenceEdges', () => {
  it('part the reference into 40 even bins with deciles among their edges, and finer tails', () => {
    const random = seededRandom(1);
    const values = sorted(Array.from({ length: 10_000 }, () => normal(random)));
    const { edges, deciles } = referenceEdges(values);
    expect(edges).toHaveLength(45);
    expect(countsIn(edges, values)).toEqual([10, 40, 200, ...Array<number>(38).fill(250), 200, 40, 10]);
    for (let decile = 1; decile < 10; decile++) expect(edges).toContain(values[decile * 1_000]);
    const byDecile = Array<number>(10).fill(0);
    for (const [i, count] of countsIn(edges, values).entries()) byDecile[deciles[i + 1]!]! += count;
    expect(byDecile).toEqual(Array<number>(10).fill(1_000));
  });

  it('hold every reference value, the largest included', () => {
    const values = sorted([1, 2, 3, 4, 1e300, -1e300, 5e-324]);
    const { edges } = referenceEdges(values);
    expect(countsIn(edges, values).reduce((sum, count) => sum + count, 0)).toBe(7);
  });

  it('give a value that carries much of the reference a bin of its own', () => {
    const values = sorted([...Array<number>(500).fill(0), ...Array.from({ length: 500 }, (_, i) => i + 1)]);
    const { edges } = referenceEdges(values);
    const own = edges.indexOf(0);
    expect(edges[own + 1]).toBe(5e-324);
    expect(countsIn(edges, values)[own]).toBe(500);
  });

  it('part a yes-no number into its two values and what lies between', () => {
    expect(referenceEdges(sorted([0, 0, 1, 1]))).toEqual({
      edges: [0, 5e-324, 1, nextUp(1)],
      deciles: [0, 2, 5, 7, 9],
    });
  });

  it('of a constant are one bin', () => {
    expect(referenceEdges(sorted([7, 7, 7])).edges).toEqual([7, nextUp(7)]);
  });

  it('of nothing are none', () => {
    expect(referenceEdges(new Float64Array(0))).toEqual({ edges: [], deciles: [] });
  });

  it('ascend strictly, with one decile for each cell', () => {
    const random = seededRandom(2);
    for (let run = 0; run < 50; run++) {
      const values = sorted(
        Array.from({ length: 1 + Math.floor(random() * 300) }, () => Math.floor(20 * random() ** 3)),
      );
      const { edges, deciles } = referenceEdges(values);
      expect(edges.every((edge, i) => i === 0 || edge > edges[i - 1]!)).toBe(true);
      expect(deciles).toHaveLength(edges.length + 1);
      expect(deciles.every((decile, i) => i === 0 || decile >= deciles[i - 1]!)).toBe(true);
    }
  });
});

describe('nextUp', () => {
  it('is the next double', () => {
    expect(nextUp(1)).toBe(1 + Number.EPSILON);
    expect(nextUp(0)).toBe(5e-324);
    expect(nextUp(-0)).toBe(5e-324);
    expect(nextUp(-5e-324)).toBe(-0);
    expect(nextUp(-1)).toBe(-1 + Number.EPSILON / 2);
    expect(nextUp(Number.MAX_VALUE)).toBe(Number.MAX_VALUE);
  });
});

import { describe, expect, it } from 'vitest';
import { normal, seededRandom } from './simulate.ts';
import { type BinnedNumbers, wassersteinBand, wassersteinNormalised } from './wassersteinNormalised.ts';

/** Values in bins with the edges of `reference` quantiles. */
function bin(values: readonly number[], edges: readonly number[]): BinnedNumbers {
  const counts = new Float64Array(edges.length + 1);
  let below = 0;
  let above = 0;
  for (const value of values) {
    const cell = edges.filter((edge) => edge <= value).length;
    counts[cell] = counts[cell]! + 1;
    if (cell === 0) below += value;
    if (cell === edges.length) above += value;
  }
  return {
    edges,
    counts,
    belowMean: counts[0] === 0 ? null : below / counts[0]!,
    aboveMean: counts[edges.length] === 0 ? null : above / counts[edges.length]!,
  };
}

/** Quantiles, closer in the tails, as profiles have them. */
function quantileEdges(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const shares = [...Array.from({ length: 40 }, (_, i) => i / 40), 0.001, 0.005, 0.995, 0.999].sort((a, b) => a - b);
  return [...shares.map((share) => sorted[Math.floor(share * sorted.length)]!), sorted.at(-1)! + 1e-9];
}

describe('wassersteinNormalised', () => {
  it('is exact when each value is an edge', () => {
    // scipy.stats.wasserstein_distance of these two samples is 0.96.
    const x = [-1.2, -0.7, -0.3, 0.1, 0.4, 0.8, 1.1, 1.9, 2.3, 3];
    const y = [-0.9, -0.2, 0.2, 0.5, 0.9, 1.4, 1.8, 2.6, 2.9, 3.3, 3.8, 4.1];
    // Each value has a bin of width 1e-12 for itself; the gaps between are bins of their own.
    const edges = [...x, ...y].flatMap((value) => [value, value + 1e-12]).sort((a, b) => a - b);
    expect(wassersteinNormalised(bin(y, edges), bin(x, edges), 1)).toBeCloseTo(0.96, 9);
  });

  it('is 0.075 in units of a bin for the ten-bin example', () => {
    const edges = Array.from({ length: 11 }, (_, i) => i);
    const counts = (bins: number[]): BinnedNumbers => ({
      edges,
      counts: [0, ...bins, 0],
      belowMean: null,
      aboveMean: null,
    });
    const current = counts([90, 95, 100, 105, 110, 100, 95, 105, 120, 80]);
    const value = wassersteinNormalised(current, counts(Array<number>(10).fill(1_000)), 1)!;
    expect(value).toBeCloseTo(0.075, 12);
  });

  it('gives the shift of the mean, in standard deviations', () => {
    const random = seededRandom(3);
    const reference = Array.from({ length: 20_000 }, () => 5 + 2 * normal(random));
    const edges = quantileEdges(reference);
    for (const shift of [0.1, 0.5, 2]) {
      const current = reference.map((value) => value + 2 * shift);
      expect(wassersteinNormalised(bin(current, edges), bin(reference, edges), 2)! / shift - 1).toBeCloseTo(0, 1);
    }
  });

  it('gives (s - 1) sqrt(2 / pi) for a widening by s', () => {
    const random = seededRandom(4);
    const reference = Array.from({ length: 20_000 }, () => normal(random));
    const edges = quantileEdges(reference);
    const current = reference.map((value) => value * 3);
    const value = wassersteinNormalised(bin(current, edges), bin(reference, edges), 1)!;
    expect(value / (2 * Math.sqrt(2 / Math.PI))).toBeCloseTo(1, 1);
  });

  it('weighs a wild value by what it weighs', () => {
    const edges = [0, 0.5, 1];
    const reference: BinnedNumbers = { edges, counts: [0, 500, 500, 0], belowMean: null, aboveMean: null };
    const current: BinnedNumbers = { edges, counts: [0, 499, 500, 1], belowMean: null, aboveMean: 1_000_001 };
    expect(wassersteinNormalised(current, reference, 1)).toBeCloseTo(1_000, 0);
  });

  it('says nothing without rows, edges or scale', () => {
    const empty: BinnedNumbers = { edges: [0, 1], counts: [0, 0, 0], belowMean: null, aboveMean: null };
    const one: BinnedNumbers = { ...empty, counts: [0, 1, 0] };
    expect(wassersteinNormalised(empty, one, 1)).toBeNull();
    expect(wassersteinNormalised(one, one, 0)).toBeNull();
    expect(wassersteinNormalised({ ...one, edges: [] }, { ...one, edges: [] }, 1)).toBeNull();
  });

  it('stays in its band in 95 % of windows in which nothing changed', () => {
    const random = seededRandom(6);
    const edges = Array.from({ length: 41 }, (_, i) => -3.5 + i * 0.175);
    const draw = (n: number): BinnedNumbers =>
      bin(
        Array.from({ length: n }, () => normal(random)),
        edges,
      );
    let outside = 0;
    const windows = 600;
    for (let window = 0; window < windows; window++) {
      const reference = draw(2_000);
      if (wassersteinNormalised(draw(300), reference, 1)! > wassersteinBand(300, reference, 1)!) outside++;
    }
    expect(outside / windows).toBeGreaterThan(0.02);
    expect(outside / windows).toBeLessThan(0.08);
  });
});

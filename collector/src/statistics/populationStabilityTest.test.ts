import { describe, expect, it } from 'vitest';
import { populationStabilityIndex } from './populationStabilityIndex.ts';
import { populationStabilityEffect } from './populationStabilityTest.ts';
import { multinomial, seededRandom } from './simulate.ts';
import { chiSquareQuantile } from './special/chiSquareQuantile.ts';
import { chiSquareTail } from './special/chiSquareTail.ts';
import { noncentralChiSquareTail } from './special/noncentralChiSquareTail.ts';
import { normalCdf } from './special/normalCdf.ts';

describe('noncentralChiSquareTail', () => {
  it('is the central tail without non-centrality', () => {
    expect(noncentralChiSquareTail(16.918977604620448, 9, 0)).toBeCloseTo(0.05, 12);
    expect(noncentralChiSquareTail(0, 9, 3)).toBe(1);
  });

  it('is that of a squared normal variable with one degree of freedom', () => {
    for (const [x, shift] of [
      [4, 1],
      [30, 5],
      [100, 9],
      [2_600, 50],
    ] as const) {
      const root = Math.sqrt(x);
      const expected = normalCdf(shift - root) + normalCdf(-shift - root);
      expect(noncentralChiSquareTail(x, 1, shift * shift)).toBeCloseTo(expected, 11);
    }
  });

  it('is a Poisson mixture of central tails', () => {
    let sum = 0;
    let weight = Math.exp(-2.5);
    for (let k = 0; k < 80; k++) {
      sum += weight * chiSquareTail(20, 9 + 2 * k);
      weight *= 2.5 / (k + 1);
    }
    expect(noncentralChiSquareTail(20, 9, 5)).toBeCloseTo(sum, 12);
  });

  it('stays in [0, 1] at any size', () => {
    for (const noncentrality of [1e-300, 1e-6, 1, 1e4, 1e7]) {
      for (const x of [1e-300, 1, 1e4, 1e7, 1e12]) {
        const tail = noncentralChiSquareTail(x, 9, noncentrality);
        expect(tail).toBeGreaterThanOrEqual(0);
        expect(tail).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe('populationStabilityEffect', () => {
  const size = { n: 1_000, m: 10_000, cells: 10 };

  it('takes away what chance adds', () => {
    expect(populationStabilityEffect(0.0297, size).value).toBeCloseTo(0.0297 - 9 * 0.0011, 12);
    expect(populationStabilityEffect(0.005, size)).toMatchObject({ value: 0, low: 0 });
  });

  it('has a lower end above 0 just where the two-sided test rejects', () => {
    const critical = chiSquareQuantile(0.025, 9) * 0.0011;
    expect(populationStabilityEffect(critical * 0.999, size).low).toBe(0);
    expect(populationStabilityEffect(critical * 1.01, size).low).toBeGreaterThan(0);
  });

  // Reference values: from which observed PSI on the true one is above a limit with 95 %, against 10,000 rows in 10 cells.
  it.each([
    [500, 0.02, 0.0676],
    [1_000, 0.02, 0.0487],
    [5_000, 0.02, 0.0315],
    [50_000, 0.02, 0.0264],
    [500, 0.1, 0.172],
    [1_000, 0.1, 0.147],
    [5_000, 0.1, 0.1213],
    [50_000, 0.1, 0.1127],
    [1_000, 0, 0.018611],
  ])('of %i rows rests on the distribution by which more than %f is said from %f on', (n, material, threshold) => {
    const scale = 1 / n + 1 / 10_000;
    const exceeds = (observed: number) => noncentralChiSquareTail(observed / scale, 9, material / scale);
    // They are rounded to four digits after the point.
    expect(exceeds(threshold - 5e-5)).toBeGreaterThan(0.05);
    expect(exceeds(threshold + 5e-5)).toBeLessThan(0.05);
  });

  it('covers the true index in 95 % of windows', () => {
    const random = seededRandom(77);
    const before = Array<number>(10).fill(0.1);
    const after = before.map((share, cell) => share * (cell < 5 ? 1.25 : 0.75));
    const truth = after.reduce((sum, q, cell) => sum + (q - before[cell]!) * Math.log(q / before[cell]!), 0);
    let covered = 0;
    for (let window = 0; window < 1_000; window++) {
      const now = multinomial(random, 1_000, after);
      const past = multinomial(random, 10_000, before);
      const { low, high } = populationStabilityEffect(populationStabilityIndex(now, past), size);
      if (low! <= truth && truth <= high!) covered++;
    }
    expect(covered).toBeGreaterThan(925);
    expect(covered).toBeLessThan(975);
  });

  it('is finite for any observed value', () => {
    for (const observed of [0, 1e-12, 1, 30, 1e6]) {
      const { value, low, high } = populationStabilityEffect(observed, { n: 2, m: 1e7, cells: 10 });
      for (const number of [value, low, high]) expect(Number.isFinite(number)).toBe(true);
    }
    expect(populationStabilityEffect(null, size)).toEqual({ value: null, low: null, high: null, n: 1_000 });
  });
});

import { describe, expect, it } from 'vitest';
import { hypergeometricDraw } from './hypergeometricDraw.ts';
import { seededRandom } from './simulate.ts';

describe('hypergeometricDraw', () => {
  it('gives each number as often as counting the ways does', () => {
    const random = seededRandom(5);
    const counts = [0, 0, 0, 0];
    const runs = 60_000;
    for (let run = 0; run < runs; run++) counts[hypergeometricDraw(random, 10, 3, 4)]!++;
    // C(3,k) C(7,4-k) / C(10,4)
    for (const [k, ways] of [35, 105, 63, 7].entries()) {
      const share = ways / 210;
      expect(Math.abs(counts[k]! / runs - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / runs));
    }
  });

  it('has the mean and variance of the distribution for large numbers', () => {
    const random = seededRandom(6);
    const [size, marked, draws, runs] = [50_000, 20_000, 6_000, 4_000];
    const values = Array.from({ length: runs }, () => hypergeometricDraw(random, size, marked, draws));
    const mean = values.reduce((sum, value) => sum + value, 0) / runs;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / runs;
    const expected = (draws * marked * (size - marked) * (size - draws)) / (size * size * (size - 1));
    expect(Math.abs(mean - 2_400)).toBeLessThan(4 * Math.sqrt(expected / runs));
    expect(variance / expected).toBeCloseTo(1, 0.9);
  });

  it('has no choice at the ends', () => {
    const random = () => 0.999;
    expect(hypergeometricDraw(random, 5, 5, 3)).toBe(3);
    expect(hypergeometricDraw(random, 5, 0, 3)).toBe(0);
    expect(hypergeometricDraw(random, 5, 4, 5)).toBe(4);
    expect(hypergeometricDraw(random, 0, 0, 0)).toBe(0);
  });
});

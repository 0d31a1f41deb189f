import { describe, expect, it } from 'vitest';
import { multinomial, seededRandom } from './simulate.ts';
import { normalCdf } from './special/normalCdf.ts';
import { totalVariation, totalVariationBand } from './totalVariation.ts';

describe('totalVariation', () => {
  it('is the share of rows that would have to move', () => {
    const current = [90, 95, 100, 105, 110, 100, 95, 105, 120, 80];
    expect(totalVariation(current, Array<number>(10).fill(1_000))).toBeCloseTo(0.04, 12);
  });

  it('of two unit normals m apart is 2 Phi(m / 2) - 1', () => {
    const density = (mean: number): number[] =>
      Array.from({ length: 4_000 }, (_, i) => Math.exp(-((-8 + i * 0.004 - mean) ** 2) / 2));
    expect(totalVariation(density(0.8), density(0))).toBeCloseTo(2 * normalCdf(0.4) - 1, 5);
  });

  it('stays in its band in 95 % of windows in which nothing changed', () => {
    const random = seededRandom(5);
    const shares = [0.4, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05];
    let outside = 0;
    const windows = 2_000;
    for (let window = 0; window < windows; window++) {
      const reference = multinomial(random, 5_000, shares);
      const current = multinomial(random, 500, shares);
      if (totalVariation(current, reference)! > totalVariationBand(500, reference)!) outside++;
    }
    expect(outside / windows).toBeGreaterThan(0.02);
    expect(outside / windows).toBeLessThan(0.075);
  });
});

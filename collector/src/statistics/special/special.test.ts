import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaQuantile } from './betaQuantile.ts';
import { chiSquareQuantile } from './chiSquareQuantile.ts';
import { chiSquareTail } from './chiSquareTail.ts';
import { gammaLn } from './gammaLn.ts';
import { incompleteBeta } from './incompleteBeta.ts';
import { incompleteGamma } from './incompleteGamma.ts';
import { kolmogorovTail } from './kolmogorovTail.ts';
import { normalCdf } from './normalCdf.ts';
import { normalQuantile } from './normalQuantile.ts';

/** Oracle values by mpmath with 50 digits. */
describe('special functions', () => {
  const relative = (actual: number, expected: number): number => Math.abs(actual / expected - 1);

  it('gammaLn', () => {
    expect(relative(gammaLn(0.5), 0.5723649429247001)).toBeLessThan(2e-15);
    expect(relative(gammaLn(5), Math.log(24))).toBeLessThan(2e-15);
    expect(relative(gammaLn(100), 359.1342053695754)).toBeLessThan(2e-15);
    expect(gammaLn(0)).toBe(Number.POSITIVE_INFINITY);
    expect(gammaLn(-1)).toBeNaN();
  });

  it('chiSquareTail', () => {
    expect(relative(chiSquareTail(16.918977604620448, 9), 0.05)).toBeLessThan(3e-14);
    expect(relative(chiSquareTail(100, 19), 5.355560750435241e-13)).toBeLessThan(3e-14);
    expect(relative(chiSquareTail(1_200, 1_000), 1.22559423306229e-5)).toBeLessThan(3e-14);
    expect(chiSquareTail(0, 3)).toBe(1);
  });

  it('chiSquareQuantile', () => {
    expect(relative(chiSquareQuantile(0.05, 9), 16.918977604620448)).toBeLessThan(1e-13);
    expect(relative(chiSquareQuantile(5.355560750435241e-13, 19), 100)).toBeLessThan(1e-13);
    expect(relative(chiSquareTail(chiSquareQuantile(0.999, 1), 1), 0.999)).toBeLessThan(1e-13);
    expect(chiSquareQuantile(1, 4)).toBe(0);
  });

  it('normalCdf', () => {
    expect(relative(normalCdf(-3.719), 1.000065259341636e-4)).toBeLessThan(5e-14);
    expect(normalCdf(0)).toBe(0.5);
    expect(relative(normalCdf(-30), 4.906713927148187e-198)).toBeLessThan(1e-13);
    expect(normalCdf(Number.POSITIVE_INFINITY)).toBe(1);
  });

  it('normalQuantile', () => {
    expect(relative(normalQuantile(0.975), 1.959963984540054)).toBeLessThan(1e-14);
    expect(relative(normalQuantile(0.9999), 3.719016485455709)).toBeLessThan(1e-13);
    expect(normalQuantile(0.5)).toBeCloseTo(0, 15);
    expect(relative(normalQuantile(1e-300), -37.0471)).toBeLessThan(1e-5);
    expect(normalQuantile(1.5)).toBeNaN();
  });

  it('incompleteGamma', () => {
    expect(relative(incompleteGamma(0.5, 0.5).lower, 0.6826894921370859)).toBeLessThan(1e-14);
    expect(relative(incompleteGamma(3, 10).upper, 0.002769395715511576)).toBeLessThan(1e-13);
  });

  it('incompleteBeta', () => {
    expect(relative(incompleteBeta(500, 1.5, 0.999), 0.8010099054491451)).toBeLessThan(5e-12);
    expect(relative(incompleteBeta(2, 3, 0.4), 0.5248)).toBeLessThan(1e-14);
    expect(incompleteBeta(2, 3, 1)).toBe(1);
  });

  it('betaQuantile', () => {
    expect(betaQuantile(0.025, 8, 93)).toBeCloseTo(0.035172, 6);
    expect(betaQuantile(0.975, 9, 92)).toBeCloseTo(0.151558, 6);
    expect(relative(incompleteBeta(0.3, 4_000, betaQuantile(1e-6, 0.3, 4_000)), 1e-6)).toBeLessThan(1e-10);
    expect(relative(betaQuantile(1 - 1e-7, 1, 5_000), 1 - 1e-7 ** (1 / 5_000))).toBeLessThan(1e-8);
  });

  it('betaQuantile is where incompleteBeta is p, for tails and shapes of any size (property)', () => {
    const shapes = fc.double({ min: -4, max: 14, noNaN: true }).map(Math.exp);
    const tails = fc.double({ min: -25, max: -0.05, noNaN: true }).map(Math.exp);
    fc.assert(
      fc.property(shapes, shapes, tails, fc.boolean(), (a, b, tail, isUpper) => {
        const p = isUpper ? 1 - tail : tail;
        const x = betaQuantile(p, a, b);
        // Nearer to an end than numbers are: there is nothing to find.
        fc.pre(x > 1e-300 && x < 1 - 1e-12);
        // What a rounding of x, or of its logit, changes.
        const rounding = (2 * Number.EPSILON * (a + b) * (1 + Math.abs(Math.log(x / (1 - x))))) / (1 - x);
        expect(Math.abs(incompleteBeta(a, b, x) - p)).toBeLessThan((1e-11 + rounding) * Math.min(p, 1 - p));
      }),
      { numRuns: 2_000 },
    );
  });

  it('kolmogorovTail', () => {
    expect(relative(kolmogorovTail(0.5), 0.9639452436648751)).toBeLessThan(1e-14);
    expect(relative(kolmogorovTail(1.36), 0.049485876755)).toBeLessThan(1e-10);
    expect(relative(kolmogorovTail(0.999999), kolmogorovTail(1.000001))).toBeLessThan(1e-5);
  });

  it.each([
    [0.1, 1.2239],
    [0.05, 1.3581],
    [0.01, 1.6276],
    [0.001, 1.9495],
  ])('kolmogorovTail is %d at its tabulated point %d', (tail, point) => {
    const firstTerm = Math.sqrt(-Math.log(tail / 2) / 2);
    expect(firstTerm).toBeCloseTo(point, 4);
    expect(relative(kolmogorovTail(firstTerm), tail)).toBeLessThan(2e-4);
  });
});

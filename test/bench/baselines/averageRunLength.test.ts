import { describe, expect, it } from 'vitest';
import { normal, seededRandom } from '../../../collector/src/statistics/simulate.ts';
import { normalCdf } from '../../../collector/src/statistics/special/normalCdf.ts';
import {
  cumulativeSumRunLength,
  twoSidedCumulativeSumRunLength,
  weightedAverageRunLength,
} from './averageRunLength.ts';

/** Tables of Montgomery and of Lucas and Saccucci 1990; half a unit of their last digit is allowed. */
describe('average run lengths of control charts', () => {
  it.each([
    [4, 0, 167.68],
    [4, 0.25, 74.22],
    [4, 0.5, 26.63],
    [4, 1, 8.38],
    [4, 2, 3.34],
    [4, 3, 2.19],
    [5, 0, 465.43],
    [5, 0.25, 139.49],
    [5, 0.5, 38],
    [5, 1, 10.38],
    [5, 2, 4.01],
    [5, 3, 2.57],
  ])("Page's cumulative sum, .5 allowed, level %d, shift %d: %d", (level, shift, published) => {
    expect(Math.abs(twoSidedCumulativeSumRunLength(0.5, level, shift) - published)).toBeLessThan(0.005);
  });

  it.each([
    [4, 335.4],
    [5, 930.9],
  ])('in one direction only, level %d: %d', (level, published) => {
    expect(Math.abs(cumulativeSumRunLength(0.5, level, 0) - published)).toBeLessThan(0.05);
  });

  it.each([
    [0.05, 2.615, 0.5, 28.76],
    [0.05, 2.615, 1, 11.38],
    [0.1, 2.814, 0.5, 31.3],
    [0.1, 2.814, 1, 10.33],
    [0.25, 2.998, 0.5, 48.29],
    [0.25, 2.998, 1, 11.14],
  ])('weighted average of weight %d within %d, shift %d: %d', (weight, limit, shift, published) => {
    expect(Math.abs(weightedAverageRunLength(weight, limit, shift) - published)).toBeLessThan(0.005);
  });

  it('Shewhart, three standard deviations: 370.4, which is the weighted average of weight 1', () => {
    expect(1 / (2 * normalCdf(-3))).toBeCloseTo(370.398, 3);
    expect(weightedAverageRunLength(1, 3, 0, 3)).toBeCloseTo(1 / (2 * normalCdf(-3)), 6);
  });

  it('is what charts do when they are run', () => {
    const random = seededRandom(8);
    const runs = 4_000;
    let total = 0;
    for (let run = 0; run < runs; run++) {
      for (let sum = 0; sum < 4; total++) sum = Math.max(0, sum + normal(random) + 0.5 - 0.5);
    }
    expect(total / runs / cumulativeSumRunLength(0.5, 4, 0.5)).toBeCloseTo(1, 1);
  });
});

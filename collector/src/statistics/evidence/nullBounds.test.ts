import { describe, expect, it } from 'vitest';
import { multinomial, seededRandom } from '../simulate.ts';
import { normalQuantile } from '../special/normalQuantile.ts';
import { indicatorScore } from './indicatorScore.ts';
import { boundTail, defaultTolerance, nullBounds } from './nullBounds.ts';
import { numericScores, rankScore } from './numericScores.ts';

const exact = { standardDeviations: 0, relativeShare: 0, absoluteShare: 0 };

describe('nullBounds', () => {
  it('of a share are Clopper-Pearson limits: 8 in 100 gives 0.035172 to 0.151558', () => {
    const bounds = nullBounds(indicatorScore('x'), [92, 8], { tail: 0.025, designEffect: 1, tolerance: exact });
    expect(bounds.lower).toBeCloseTo(0.035172, 6);
    expect(bounds.upper).toBeCloseTo(0.151558, 6);
  });

  it('of a share that never happened are those of the rule of three', () => {
    const { lower, upper } = nullBounds(indicatorScore('x'), [1_000, 0], {
      tail: 0.05,
      designEffect: 1,
      tolerance: exact,
    });
    expect(lower).toBe(0);
    expect(upper).toBeCloseTo(1 - 0.05 ** (1 / 1_000), 12);
  });

  it('of a mean are normal limits', () => {
    const counts = [0, ...Array<number>(10).fill(1_000), 0, 0, 0];
    const location = numericScores(counts, [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9])[0]!;
    const { upper } = nullBounds(location, counts, { tail: 0.025, designEffect: 4, tolerance: exact });
    expect(upper).toBeCloseTo(1.959963984540054 * Math.sqrt((4 * 0.33) / 10_000), 10);
  });

  it('widen by the tolerance', () => {
    const tight = nullBounds(indicatorScore('x'), [900, 100], { tail: 0.01, designEffect: 1, tolerance: exact });
    const wide = nullBounds(indicatorScore('x'), [900, 100], {
      tail: 0.01,
      designEffect: 1,
      tolerance: defaultTolerance,
    });
    expect(wide.upper - tight.upper).toBeCloseTo(0.01, 12);
    expect(tight.lower - wide.lower).toBeCloseTo(0.01, 12);
  });

  it('without reference events exclude nothing', () => {
    const bounds = nullBounds(indicatorScore('x'), [0, 0], { tail: 0.01, designEffect: 1, tolerance: exact });
    expect(bounds).toMatchObject({ lower: 0, upper: 1, n: 0 });
  });

  it('hold the true mean as often as they say, also with few rows', () => {
    const random = seededRandom(31);
    const deciles = [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9];
    const shares = [0, 0.55, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0, 0, 0];
    const location = numericScores(
      shares.map((share) => share * 1e6),
      deciles,
    )[0]!;
    for (const [n, runs] of [
      [60, 1_000],
      [1_000, 4_000],
    ] as const) {
      let missed = 0;
      for (let run = 0; run < runs; run++) {
        const counts = multinomial(random, n, shares);
        const { lower, upper } = nullBounds(location, counts, { tail: 0.01, designEffect: 1, tolerance: exact });
        if (lower > 0 || upper < 0) missed++;
      }
      expect(missed / runs).toBeLessThan(0.02 + 3 * Math.sqrt(0.02 / runs));
    }
  });

  it('of few events are nearer to normal limits than the empirical Bernstein bound is, and go over into them', () => {
    const score = rankScore(Array<number>(20).fill(1));
    const widthsOf = (n: number, tail: number) => {
      const { upper, standardDeviation } = nullBounds(score, Array<number>(20).fill(n / 20), {
        tail,
        designEffect: 1,
        tolerance: exact,
      });
      const log = Math.log(2 / tail);
      const bernstein = standardDeviation * Math.sqrt((2 * log) / (n - 1)) + (7 * 2 * log) / (3 * (n - 1));
      const normal = -normalQuantile(tail) * (standardDeviation / Math.sqrt(n));
      return { upper, bernstein, normal };
    };
    for (const tail of [1e-3, 1e-5]) {
      const few = widthsOf(100, tail);
      expect(few.upper).toBeLessThan(few.bernstein / 2);
      const more = widthsOf(499, tail);
      expect(more.upper).toBeGreaterThan(more.normal);
      expect(more.upper).toBeLessThan(1.5 * more.normal);
    }
  });

  it('share their confidence over all scores, directions and streams', () => {
    expect(boundTail(14, 200)).toBeCloseTo(0.01 / (2 * 14 * 200), 15);
  });
});

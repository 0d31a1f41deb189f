import { describe, expect, it } from 'vitest';
import { multinomial, seededRandom } from '../simulate.ts';
import { indicatorScore } from './indicatorScore.ts';
import { boundTail, defaultTolerance, nullBounds } from './nullBounds.ts';
import { numericScores } from './numericScores.ts';

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
    for (const n of [60, 1_000]) {
      let missed = 0;
      for (let run = 0; run < 4_000; run++) {
        const counts = multinomial(random, n, shares);
        const { lower, upper } = nullBounds(location, counts, { tail: 0.01, designEffect: 1, tolerance: exact });
        if (lower > 0 || upper < 0) missed++;
      }
      expect(missed / 4_000).toBeLessThan(0.02 + 3 * Math.sqrt(0.02 / 4_000));
    }
  });

  it('share their confidence over all scores, directions and streams', () => {
    expect(boundTail(14, 200)).toBeCloseTo(0.01 / (2 * 14 * 200), 15);
  });
});

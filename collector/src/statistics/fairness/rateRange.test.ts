import { describe, expect, it } from 'vitest';
import { binomial, seededRandom } from '../simulate.ts';
import { confusionRates } from './confusionRates.ts';
import { fairlearnGroups } from './publishedCounts.ts';
import { rateRange } from './rateRange.ts';

describe('rateRange', () => {
  it("gives fairlearn's demographic parity difference and ratio", () => {
    const selection = fairlearnGroups.map(({ truePositive, falsePositive, falseNegative, trueNegative }) => ({
      events: truePositive + falsePositive,
      n: truePositive + falsePositive + falseNegative + trueNegative,
    }));
    const range = rateRange(selection);
    expect(range?.difference.value).toBeCloseTo(0.25, 12);
    expect(range?.ratio.value).toBeCloseTo(2 / 3, 12);
    expect(range).toMatchObject({ largest: 0, smallest: 1 });
  });

  it("gives fairlearn's equalised odds as the larger of both ranges", () => {
    const rates = fairlearnGroups.map(confusionRates);
    const found = rateRange(rates.map(({ truePositiveRate }) => truePositiveRate));
    const raised = rateRange(rates.map(({ falsePositiveRate }) => falsePositiveRate));
    expect(Math.max(found?.difference.value ?? 0, raised?.difference.value ?? 0)).toBe(1);
    expect(Math.min(found?.ratio.value ?? 1, raised?.ratio.value ?? 1)).toBe(0);
  });

  it('is above 0 by chance, its lower limit hardly ever: 8 equal groups', () => {
    let surelyUnequal = 0;
    for (let seed = 0; seed < 1_000; seed++) {
      const random = seededRandom(seed);
      const range = rateRange(Array.from({ length: 8 }, () => ({ events: binomial(random, 200, 0.3), n: 200 })));
      expect(range?.difference.value).toBeGreaterThan(0);
      if ((range?.difference.low ?? 1) > 0) surelyUnequal++;
    }
    expect(surelyUnequal / 1_000).toBeLessThanOrEqual(0.05);
  });

  it('needs two groups with rows, and a largest rate above 0 for a ratio', () => {
    expect(
      rateRange([
        { events: 1, n: 2 },
        { events: 0, n: 0 },
      ]),
    ).toBeNull();
    const none = rateRange([
      { events: 0, n: 9 },
      { events: 0, n: 9 },
    ]);
    expect(none?.difference.value).toBe(0);
    expect(none?.ratio.value).toBeNull();
  });
});

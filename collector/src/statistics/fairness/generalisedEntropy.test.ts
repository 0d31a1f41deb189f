import { describe, expect, it } from 'vitest';
import { binomial, seededRandom } from '../simulate.ts';
import { type BenefitCounts, betweenGroupEntropy, generalisedEntropy } from './generalisedEntropy.ts';
import { compasAll } from './publishedCounts.ts';

const labels = [1, 0, 0, 1, 0, 0, 1, 0, 1, 1];
const first = [1, 0, 0, 0, 1, 1, 1, 0, 1, 0];
const second = [0, 1, 1, 0, 0, 0, 0, 1, 1, 1];

function benefits(decisions: readonly number[], rows: readonly number[] = [...decisions.keys()]): BenefitCounts {
  const count = (benefit: number): number =>
    rows.filter((row) => (decisions[row] ?? 0) - (labels[row] ?? 0) + 1 === benefit).length;
  return { less: count(0), asDue: count(1), more: count(2) };
}

describe('generalisedEntropy', () => {
  it("gives the values of AIF360's tests", () => {
    expect(generalisedEntropy(benefits(first), 2).value).toBeCloseTo(0.2, 12);
    expect(generalisedEntropy(benefits(first), 1).value).toBeCloseTo(0.4 * Math.LN2, 12);
    expect(generalisedEntropy(benefits(second), 2).value).toBeCloseTo(0.3, 12);
  });

  it('gives the values of COMPAS, with a low score as the favourable decision', () => {
    const { falsePositive, falseNegative, truePositive, trueNegative } = compasAll;
    const counts = { less: falsePositive, asDue: truePositive + trueNegative, more: falseNegative };
    expect(generalisedEntropy(counts, 1).value).toBeCloseTo(0.2450239, 7);
    expect(generalisedEntropy(counts, 2).value).toBeCloseTo(0.1763049, 7);
  });

  it('covers the true value in about 95 % of samples', () => {
    for (const alpha of [1, 2, 0.5]) {
      const truth = generalisedEntropy({ less: 150, asDue: 700, more: 150 }, alpha).value ?? Number.NaN;
      let covered = 0;
      for (let seed = 0; seed < 2_000; seed++) {
        const random = seededRandom(seed);
        const less = binomial(random, 500, 0.15);
        const more = binomial(random, 500 - less, 0.15 / 0.85);
        const { low, high } = generalisedEntropy({ less, asDue: 500 - less - more, more }, alpha);
        if (low !== null && high !== null && low <= truth && truth <= high) covered++;
      }
      expect(covered / 2_000).toBeGreaterThan(0.93);
      expect(covered / 2_000).toBeLessThan(0.97);
    }
  });

  it('is 0 when everybody gets what is due, and undefined when nobody has any benefit', () => {
    expect(generalisedEntropy({ less: 0, asDue: 9, more: 0 }, 1)).toEqual({ value: 0, low: 0, high: 0, n: 9 });
    expect(generalisedEntropy({ less: 4, asDue: 0, more: 0 }, 2)).toEqual({ value: null, low: null, high: null, n: 4 });
    expect(generalisedEntropy({ less: 0, asDue: 0, more: 0 }, 2).value).toBeNull();
  });
});

describe('betweenGroupEntropy', () => {
  const groups = [
    [0, 1],
    [2, 3, 4, 5],
    [6, 7, 8, 9],
  ].map((rows) => benefits(first, rows));

  it("gives the value of AIF360's test", () => {
    const means = [1, 1, 1.25, 1.25, 1.25, 1.25, 0.75, 0.75, 0.75, 0.75];
    const expected = means.reduce((sum, mean) => sum + (mean * mean - 1) / 20, 0);
    expect(betweenGroupEntropy(groups, 2).value).toBeCloseTo(expected, 12);
  });

  it('is no more than all of the inequality, and 0 between groups that fare alike', () => {
    for (const alpha of [1, 2]) {
      const between = betweenGroupEntropy(groups, alpha).value ?? Number.NaN;
      expect(between).toBeLessThanOrEqual(generalisedEntropy(benefits(first), alpha).value ?? Number.NaN);
      expect(betweenGroupEntropy([groups[0]!, groups[0]!], alpha).value).toBe(0);
    }
  });

  it('takes a group that gets nothing at all', () => {
    const { value, low, high } = betweenGroupEntropy(
      [
        { less: 5, asDue: 0, more: 0 },
        { less: 0, asDue: 5, more: 0 },
      ],
      1,
    );
    expect(value).toBeCloseTo(Math.LN2, 12);
    expect(low).toBeLessThanOrEqual(value ?? 0);
    expect(high).toBeGreaterThanOrEqual(value ?? 0);
    expect(betweenGroupEntropy([], 2).value).toBeNull();
  });
});

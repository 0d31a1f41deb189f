import { describe, expect, it } from 'vitest';
import { meanShift } from './meanShift.ts';
import { medianShift, type Quantiles } from './medianShift.ts';
import { normal, seededRandom } from './simulate.ts';

/** Of a sample, linear between order statistics. */
function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    n: sorted.length,
    at: (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!,
    below: (value) => sorted.filter((candidate) => candidate < value).length / sorted.length,
  };
}

const uniform = (low: number, high: number): Quantiles => ({
  n: 1_000_000,
  at: (share) => low + share * (high - low),
  below: (value) => Math.max(0, Math.min(1, (value - low) / (high - low))),
});

describe('meanShift', () => {
  it('is in standard deviations of the reference', () => {
    const shift = meanShift({ n: 100, mean: 12, standardDeviation: 4 }, { n: 400, mean: 10, standardDeviation: 4 });
    expect(shift.value).toBe(0.5);
    expect(shift.high! - shift.value!).toBeCloseTo(1.959964 * Math.sqrt(1 / 100 + 1 / 400), 6);
  });

  it('covers the true shift in 95 % of windows', () => {
    const random = seededRandom(5);
    const momentsOf = (rows: number, mean: number) => {
      const values = Array.from({ length: rows }, () => mean + normal(random));
      const average = values.reduce((sum, value) => sum + value, 0) / rows;
      const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / rows;
      return { n: rows, mean: average, standardDeviation: Math.sqrt(variance) };
    };
    const covered = Array.from({ length: 1_000 }, () => {
      const { low, high } = meanShift(momentsOf(60, 0.3), momentsOf(300, 0));
      return low! <= 0.3 && 0.3 <= high!;
    }).filter(Boolean).length;
    expect(covered).toBeGreaterThan(920);
    expect(covered).toBeLessThan(975);
  });

  it('has no value against a constant or nothing', () => {
    const some = { n: 5, mean: 1, standardDeviation: 1 };
    expect(meanShift(some, { n: 5, mean: 1, standardDeviation: 0 }).value).toBeNull();
    expect(meanShift(some, { n: 0, mean: null, standardDeviation: null }).value).toBeNull();
    expect(meanShift({ n: 0, mean: null, standardDeviation: null }, some).value).toBeNull();
  });
});

describe('medianShift', () => {
  it('is in median absolute deviations of the reference', () => {
    // Of a uniform variable on [0, 4) the median is 2 and half lies within 1 of it.
    expect(medianShift(uniform(3, 7), uniform(0, 4)).value).toBeCloseTo(3, 9);
  });

  it('does not see a few wild values', () => {
    const random = seededRandom(9);
    const values = Array.from({ length: 2_000 }, () => normal(random));
    const wild = values.map((value, i) => (i % 50 === 0 ? 1e9 : value));
    expect(Math.abs(medianShift(quantilesOf(wild), quantilesOf(values)).value!)).toBeLessThan(0.1);
  });

  it('covers 0 in most clean windows', () => {
    const random = seededRandom(10);
    const draw = (rows: number) => quantilesOf(Array.from({ length: rows }, () => normal(random)));
    const covered = Array.from({ length: 300 }, () => {
      const { low, high } = medianShift(draw(100), draw(400));
      return low! <= 0 && 0 <= high!;
    }).filter(Boolean).length;
    expect(covered).toBeGreaterThan(275);
  });

  it('has no value where half of the reference is one value', () => {
    const constant: Quantiles = { n: 10, at: () => 1, below: (value) => (value <= 1 ? 0 : 1) };
    expect(medianShift(uniform(0, 1), constant).value).toBeNull();
    expect(medianShift({ ...constant, n: 0 }, uniform(0, 1)).value).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { kolmogorovSmirnov, kolmogorovSmirnovBand } from './kolmogorovSmirnov.ts';

describe('kolmogorovSmirnov', () => {
  it('is the largest difference at the cells', () => {
    const current = [90, 95, 100, 105, 110, 100, 95, 105, 120, 80];
    expect(kolmogorovSmirnov(current, Array<number>(10).fill(1_000))!.value).toBeCloseTo(0.02, 12);
  });

  it('is exact, with its asymptotic p-value, when every value has its own cell', () => {
    // scipy.stats.ks_2samp: D 0.3166667, asymptotic p 0.5981405.
    const x = [-1.2, -0.7, -0.3, 0.1, 0.4, 0.8, 1.1, 1.9, 2.3, 3];
    const y = [-0.9, -0.2, 0.2, 0.5, 0.9, 1.4, 1.8, 2.6, 2.9, 3.3, 3.8, 4.1];
    const values = [...x, ...y].sort((a, b) => a - b);
    const count = (sample: number[]): number[] => values.map((value) => (sample.includes(value) ? 1 : 0));
    const result = kolmogorovSmirnov(count(x), count(y))!;
    expect(result.value).toBeCloseTo(0.3166667, 7);
    expect(result.highest).toBeCloseTo(result.value, 12);
    expect(result.tail).toBeCloseTo(0.5981405, 7);
  });

  it('bounds what the bins hide', () => {
    expect(kolmogorovSmirnov([10, 10], [10, 10])).toMatchObject({ value: 0, highest: 0.5 });
  });

  it('has the asymptotic 95 % band', () => {
    expect(kolmogorovSmirnovBand(1_000, 1_000)).toBeCloseTo(1.3581 * Math.sqrt(0.002), 5);
    expect(kolmogorovSmirnovBand(1, 1)).toBe(1);
  });
});

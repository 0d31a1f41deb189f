import { describe, expect, it } from 'vitest';
import { populationStabilityContributions, populationStabilityIndex } from './populationStabilityIndex.ts';

/** Reference values: scipy 1.17 and numpy 2.4. */
const reference = Array<number>(10).fill(1_000);
const current = [90, 95, 100, 105, 110, 100, 95, 105, 120, 80];

describe('populationStabilityIndex', () => {
  it('is the textbook value without smoothing', () => {
    expect(populationStabilityIndex(current, reference, 0)).toBeCloseTo(0.0111168437, 10);
  });

  it('in units of 1 / n + 1 / m is close to chi-square, which is 10.0026 here', () => {
    expect(populationStabilityIndex(current, reference, 0)! / (1 / 1_000 + 1 / 10_000)).toBeCloseTo(10.106222, 6);
  });

  it('is the sum of its contributions', () => {
    const expected = [0.001054, 0.000256, 0, 0.000244, 0.000953, 0, 0.000256, 0.000244, 0.003646, 0.004463];
    const parts = populationStabilityContributions(current, reference, 0)!;
    for (const [i, part] of expected.entries()) expect(parts[i]).toBeCloseTo(part, 6);
  });

  it('by default smooths each count by a half', () => {
    const by = (counts: number[]): number[] => counts.map((count) => count + 0.5);
    expect(populationStabilityIndex(current, reference)).toBeCloseTo(
      populationStabilityIndex(by(current), by(reference), 0)!,
      12,
    );
  });

  it('is finite when a cell empties or fills', () => {
    expect(populationStabilityIndex([0, 100], [1_000, 1_000])).toBeGreaterThan(0.5);
    expect(populationStabilityIndex([0, 100], [1_000, 1_000])).toBeLessThan(10);
    expect(populationStabilityIndex([50, 50, 7], [500, 500, 0])).toBeGreaterThan(0.1);
  });

  it('does not see cells that are empty on both sides', () => {
    expect(populationStabilityIndex([5, 5, 0], [50, 50, 0])).toBe(0);
  });

  it('equals the squared shift of a unit normal distribution', () => {
    // Symmetrised KL of N(0, 1) and N(m, 1) is m^2; 400 narrow cells lose little of it.
    const density = (mean: number): number[] =>
      Array.from({ length: 400 }, (_, i) => Math.exp(-((-8 + i * 0.04 - mean) ** 2) / 2));
    expect(populationStabilityIndex(density(0.3), density(0), 0)).toBeCloseTo(0.09, 5);
  });

  it('says nothing without rows', () => {
    expect(populationStabilityIndex([0, 0], [10, 10])).toBeNull();
    expect(populationStabilityIndex([1, 1], [0, 0])).toBeNull();
  });
});

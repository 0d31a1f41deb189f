import { describe, expect, it } from 'vitest';
import { divergenceBand } from './divergenceBand.ts';
import { hellingerDistance } from './hellingerDistance.ts';
import { jensenShannonDistance } from './jensenShannonDistance.ts';
import { populationStabilityIndex } from './populationStabilityIndex.ts';
import { multinomial, seededRandom } from './simulate.ts';

describe('divergenceBand', () => {
  it('knows both sample sizes', () => {
    const band = divergenceBand({ n: 1_000, m: 10_000, cells: 10 });
    expect(band.populationStabilityIndex).toBeCloseTo(0.018611, 6);
    expect(band.populationStabilityIndexMean).toBeCloseTo(0.0099, 10);
  });

  it('widens for many looks and for rows in clusters', () => {
    const size = { n: 1_000, m: 10_000, cells: 10 };
    expect(divergenceBand({ ...size, share: 1 - 0.05 / 200 }).populationStabilityIndex).toBeCloseTo(0.03457, 6);
    const clustered = divergenceBand({ ...size, designEffect: 4 }).populationStabilityIndex;
    expect(clustered).toBeCloseTo(4 * divergenceBand(size).populationStabilityIndex, 12);
  });

  it('holds 95 % of windows in which nothing changed', () => {
    const random = seededRandom(11);
    const shares = Array<number>(10).fill(0.1);
    const band = divergenceBand({ n: 1_000, m: 10_000, cells: 10 });
    const outside = { index: 0, jensenShannon: 0, hellinger: 0 };
    const windows = 2_000;
    for (let window = 0; window < windows; window++) {
      const reference = multinomial(random, 10_000, shares);
      const current = multinomial(random, 1_000, shares);
      if (populationStabilityIndex(current, reference)! > band.populationStabilityIndex) outside.index++;
      if (jensenShannonDistance(current, reference)! > band.jensenShannonDistance) outside.jensenShannon++;
      if (hellingerDistance(current, reference)! > band.hellingerDistance) outside.hellinger++;
    }
    // Three standard errors of a share of 0.05 in 2000 are 0.0146; small-sample bias takes the rest.
    for (const count of Object.values(outside)) {
      expect(count / windows).toBeGreaterThan(0.03);
      expect(count / windows).toBeLessThan(0.07);
    }
  });

  it('is 0 for a single cell', () => {
    expect(divergenceBand({ n: 10, m: 10, cells: 1 }).populationStabilityIndex).toBe(0);
  });
});

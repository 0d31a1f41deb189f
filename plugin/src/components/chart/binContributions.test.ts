import { describe, expect, it } from 'vitest';
import { binContributions } from './binContributions';

const bin = (label: string, referenceShare: number, currentShare: number) => ({
  label,
  low: null,
  high: null,
  referenceShare,
  currentShare,
});

describe('contributions of bins', () => {
  it('are the terms of the population stability index, the largest first', () => {
    const found = binContributions({
      bins: [bin('a', 0.5, 0.4), bin('b', 0.3, 0.3), bin('c', 0.2, 0.3)],
      referenceRows: 1_000,
      currentRows: 1_000,
    });
    // 0.1 ln 1.5 and 0.1 ln 1.25, by hand.
    expect(found.map(({ label }) => label)).toEqual(['c', 'a', 'b']);
    expect(found[0]?.contribution).toBeCloseTo(0.0405465, 6);
    expect(found[1]?.contribution).toBeCloseTo(0.0223144, 6);
    expect(found[2]?.contribution).toBe(0);
    expect(found.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(1, 12);
  });

  it('stay finite for a bin that was empty, and are nothing for one that is empty in both', () => {
    const [first, second] = binContributions({
      bins: [bin('new', 0, 0.1), bin('never', 0, 0)],
      referenceRows: 100,
      currentRows: 100,
    });
    expect(first?.contribution).toBeCloseTo((0.1 - 0.005) * Math.log(20), 12);
    expect(second?.contribution).toBe(0);
  });

  it('do not divide by nothing when nothing differs', () => {
    expect(binContributions({ bins: [bin('a', 1, 1)], referenceRows: 0, currentRows: 0 })[0]?.part).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { domainClassifierArea } from './domainClassifierArea.ts';
import { normal, seededRandom } from './simulate.ts';

function rows(random: () => number, count: number, shift: readonly number[]): number[][] {
  return Array.from({ length: count }, () => {
    const shared = normal(random);
    // Axes that depend on each other, and one that is constant.
    return [...shift.map((at) => at + 0.8 * shared + 0.6 * normal(random)), 7];
  });
}

describe('a domain classifier', () => {
  it('holds 0.5 in about 95 % of clean windows', () => {
    const random = seededRandom(2);
    let beyond = 0;
    for (let window = 0; window < 200; window++) {
      const { low, high } = domainClassifierArea(rows(random, 120, [0, 0, 0, 0]), rows(random, 200, [0, 0, 0, 0]));
      beyond += Number(low) > 0.5 || Number(high) < 0.5 ? 1 : 0;
    }
    // 5 % and three standard deviations of 200 windows.
    expect(beyond / 200).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 200));
  });

  it('comes near the best area that there is: that of normals whose centres lie d apart is Phi(d / sqrt(2))', () => {
    const random = seededRandom(4);
    const { value, low, high, n } = domainClassifierArea(rows(random, 4_000, [0.6, -0.6]), rows(random, 4_000, [0, 0]));
    // The shared noise is not in their difference: d = 1.2 / (.6 sqrt(2)) = sqrt(2), and the area Phi(1).
    expect(low).toBeLessThan(0.841345);
    expect(high).toBeGreaterThan(0.841345);
    expect(Number(value)).toBeGreaterThan(0.82);
    expect(n).toBe(2_000);
  });

  it('tells apart what lies apart altogether, and nothing of what is constant or too little', () => {
    const random = seededRandom(6);
    expect(domainClassifierArea(rows(random, 60, [50]), rows(random, 60, [0]))).toEqual({
      value: 1,
      low: 1,
      high: 1,
      n: 30,
    });
    const constant = Array.from({ length: 60 }, () => [3, 3]);
    expect(domainClassifierArea(constant, constant).value).toBe(0.5);
    expect(domainClassifierArea(rows(random, 39, [50]), rows(random, 60, [0]))).toMatchObject({ value: null, n: 19 });
    expect(domainClassifierArea([], []).value).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { hellingerDistance } from './hellingerDistance.ts';

describe('hellingerDistance', () => {
  it('equals its definition', () => {
    const current = [90, 95, 100, 105, 110, 100, 95, 105, 120, 80];
    expect(hellingerDistance(current, Array<number>(10).fill(1_000))).toBeCloseTo(0.03726462883, 10);
  });

  it('of two unit normals m apart is sqrt(1 - exp(-m^2 / 8))', () => {
    const density = (mean: number): number[] =>
      Array.from({ length: 400 }, (_, i) => Math.exp(-((-8 + i * 0.04 - mean) ** 2) / 2));
    expect(hellingerDistance(density(1), density(0))).toBeCloseTo(Math.sqrt(1 - Math.exp(-1 / 8)), 6);
  });

  it('is 0 for equal shares and 1 for nothing in common', () => {
    expect(hellingerDistance([3, 7], [30, 70])).toBeCloseTo(0, 12);
    expect(hellingerDistance([5, 0], [0, 9])).toBe(1);
  });
});

import { describe, expect, it } from 'vitest';
import { centroidCosineDistance } from './centroidCosineDistance.ts';
import { normal, seededRandom } from './simulate.ts';

const axes = (means: readonly number[], n = 100, standardDeviation = 1) =>
  means.map((mean) => ({ n, mean, standardDeviation }));

describe('the cosine distance of centroids', () => {
  it('is 0 for one direction, 1 - sqrt(1/2) at 45 degrees, 1 at right angles, 2 for opposite ones', () => {
    expect(centroidCosineDistance(axes([2, 4]), axes([1, 2])).value).toBeCloseTo(0, 12);
    expect(centroidCosineDistance(axes([1, 1]), axes([1, 0])).value).toBeCloseTo(1 - Math.SQRT1_2, 12);
    expect(centroidCosineDistance(axes([0, 3]), axes([1, 0])).value).toBeCloseTo(1, 12);
    expect(centroidCosineDistance(axes([-1, 0]), axes([1, 0])).value).toBeCloseTo(2, 12);
  });

  it('has a band that one axis reaches: 1 - cos(asin(1.96 * noise / size))', () => {
    // Noise along one of two axes: sqrt(1 / 100 + 1 / 300) * .5.
    const [past] = [[...axes([4], 300, 0.5), ...axes([0], 300, 0)]];
    const sine = (1.959963984540054 * 0.5 * Math.sqrt(1 / 100 + 1 / 300)) / 4;
    const { high, n } = centroidCosineDistance(axes([4, 0]), past);
    expect(high).toBeCloseTo(1 - Math.sqrt(1 - sine ** 2), 12);
    expect(n).toBe(100);
    expect(centroidCosineDistance(axes([4, 0]), past, [4, 1]).high).toBeCloseTo(1 - Math.sqrt(1 - 4 * sine ** 2), 12);
  });

  it('says that anything may be chance where the mean is no larger than its noise', () => {
    expect(centroidCosineDistance(axes([0.1, 0]), axes([0.1, 0], 10)).high).toBe(2);
  });

  it('keeps to its band in 95 % of clean windows, however axes depend on each other', () => {
    const random = seededRandom(5);
    const centre = Array.from({ length: 16 }, (_, axis) => (axis % 3) - 1);
    for (const common of [0, 0.5, 1]) {
      const mean = (n: number) => {
        const shared = normal(random);
        return centre.map(
          (at) => at + (Math.sqrt(common) * shared + Math.sqrt(1 - common) * normal(random)) / Math.sqrt(n),
        );
      };
      let beyond = 0;
      for (let window = 0; window < 400; window++) {
        const { value, high } = centroidCosineDistance(axes(mean(50), 50), axes(mean(200), 200));
        beyond += Number(value) > Number(high) ? 1 : 0;
      }
      // 5 % and three standard deviations of 400 windows.
      expect(beyond / 400).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 400));
    }
  });

  it('is nothing without rows, without axes, and for means that point nowhere', () => {
    expect(centroidCosineDistance([], []).value).toBeNull();
    expect(centroidCosineDistance(axes([1, 0], 0), axes([1, 0]))).toEqual({ value: null, low: null, high: null, n: 0 });
    expect(centroidCosineDistance(axes([0, 0]), axes([1, 0])).value).toBeNull();
  });
});

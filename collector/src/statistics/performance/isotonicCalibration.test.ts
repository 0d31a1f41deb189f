import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isotonicCalibration } from './isotonicCalibration.ts';

it('pools neighbours that violate the order', () => {
  expect(isotonicCalibration([0, 2, 1, 4], [4, 2, 3, 0])).toEqual(Float64Array.of(0, 0.375, 0.375, 1));
  // Weighted, worked by hand: 3/4 and 1/2 pool to 5/8 = 0.625, that and 0.5 (of 8) to 9/16.
  expect(isotonicCalibration([1, 3, 2, 4, 9], [9, 1, 2, 4, 1])).toEqual(
    Float64Array.of(0.1, 0.5625, 0.5625, 0.5625, 0.9),
  );
  expect(isotonicCalibration([5, 0], [0, 5])).toEqual(Float64Array.of(0.5, 0.5));
});

it('gives bins without labels the probability of a neighbour', () => {
  expect(isotonicCalibration([0, 1, 0, 3, 0], [0, 3, 0, 1, 0])).toEqual(Float64Array.of(0.25, 0.25, 0.25, 0.75, 0.75));
  expect(isotonicCalibration([0, 0], [0, 0])).toBeNull();
});

it('ascends, and keeps how many there are, for any counts', () => {
  const bin = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }));
  fc.assert(
    fc.property(fc.array(bin, { minLength: 1, maxLength: 12 }), (bins) => {
      const positives = bins.map(([count]) => count);
      const negatives = bins.map(([, count]) => count);
      const fitted = isotonicCalibration(positives, negatives);
      const n = bins.reduce((sum, [p, q]) => sum + p + q, 0);
      expect(fitted === null).toBe(n === 0);
      if (fitted === null) return;
      expect([...fitted]).toEqual([...fitted].sort((a, b) => a - b));
      const expected = bins.reduce((sum, [p, q], i) => sum + (p + q) * fitted[i]!, 0);
      expect(expected).toBeCloseTo(
        positives.reduce((a, b) => a + b, 0),
        9,
      );
    }),
  );
});

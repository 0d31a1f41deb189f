import { describe, expect, it } from 'vitest';
import {
  discrepancyBand,
  kernelFrequencies,
  type MeanEmbedding,
  maximumMeanDiscrepancy,
  meanEmbedding,
} from './maximumMeanDiscrepancy.ts';
import { normal, seededRandom } from './simulate.ts';

const dimensions = 16;
const kernelWidth = 4;
const shift = 0.3;

/** Of N(0, 1) vectors and the same moved along one axis: 2 (1 - e^(-s^2 / (2 w^2 + 4))) (w^2 / (w^2 + 2))^(d / 2). */
const exact =
  2 *
  (1 - Math.exp((-shift * shift) / (2 * kernelWidth ** 2 + 4))) *
  (kernelWidth ** 2 / (kernelWidth ** 2 + 2)) ** (dimensions / 2);

const drawn = (random: () => number, n: number, moved: number): Float64Array[] =>
  Array.from({ length: n }, () =>
    Float64Array.from({ length: dimensions }, (_, axis) => normal(random) + (axis === 0 ? moved : 0)),
  );

describe('maximumMeanDiscrepancy', () => {
  it('is 1.946e-3 for unit normal vectors of 16 numbers, .3 apart along one, with a kernel of width 4', () => {
    expect(exact).toBeCloseTo(1.946e-3, 6);
    const frequencies = kernelFrequencies({ count: 20_000, dimensions, kernelWidth }, seededRandom(1));
    // Means of cosines and sines over infinitely many normal vectors.
    const many = 1e9;
    const normalVectors = (moved: number): MeanEmbedding => ({
      n: many,
      sums: Float64Array.from(
        [Math.cos, Math.sin].flatMap((wave) =>
          frequencies.map(
            (w) => many * wave(w[0]! * moved) * Math.exp(-w.reduce((sum, own) => sum + own * own, 0) / 2),
          ),
        ),
      ),
    });
    expect(maximumMeanDiscrepancy(normalVectors(shift), normalVectors(0))! / exact).toBeCloseTo(1, 1);
  });

  it('of 500 vectors and 2000 is 0 on average where nothing moved, with a standard deviation of 3.4e-4', () => {
    const random = seededRandom(2);
    const frequencies = kernelFrequencies({ count: 256, dimensions, kernelWidth }, random);
    const runs = 16;
    const band = discrepancyBand(500, 2_000, drawn(random, 200, 0), kernelWidth)!;
    const values = Array.from({ length: runs }, () => {
      const [now, past] = [drawn(random, 500, 0), drawn(random, 2_000, 0)].map((side) =>
        meanEmbedding(frequencies, side),
      );
      return maximumMeanDiscrepancy(now!, past!)!;
    });
    const mean = values.reduce((sum, value) => sum + value, 0) / runs;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (runs - 1));
    expect(Math.abs(mean)).toBeLessThan((3 * 3.4e-4) / Math.sqrt(runs));
    // Three standard errors each.
    expect(Math.abs(deviation / 3.4e-4 - 1)).toBeLessThan(3 / Math.sqrt(2 * runs));
    // A little above 1.64 standard deviations, since large values are likelier than small ones; one in 20 lies beyond.
    expect(band / 3.4e-4).toBeGreaterThan(1.6);
    expect(band / 3.4e-4).toBeLessThan(2);
    expect(values.filter((value) => value > band).length).toBeLessThanOrEqual(4);
  });

  it('is the mean over pairs, none of a vector with itself', () => {
    const random = seededRandom(3);
    const frequencies = kernelFrequencies({ count: 40, dimensions, kernelWidth }, random);
    const kernel = (a: Float64Array, b: Float64Array): number =>
      frequencies.reduce((sum, w) => sum + Math.cos(w.reduce((angle, own, i) => angle + own * (a[i]! - b[i]!), 0)), 0) /
      40;
    const [a, b] = [drawn(random, 5, shift), drawn(random, 7, 0)];
    const among = (set: readonly Float64Array[]): number =>
      set.reduce((sum, one) => sum + set.reduce((own, other) => own + (one === other ? 0 : kernel(one, other)), 0), 0) /
      (set.length * (set.length - 1));
    const across = a.reduce((sum, one) => sum + b.reduce((own, other) => own + kernel(one, other), 0), 0) / 35;
    const value = maximumMeanDiscrepancy(meanEmbedding(frequencies, a), meanEmbedding(frequencies, b));
    expect(value).toBeCloseTo(among(a) + among(b) - 2 * across, 12);
  });

  it('says nothing of a single vector, and has no band where vectors are few or the same', () => {
    const frequencies = kernelFrequencies({ count: 4, dimensions, kernelWidth }, seededRandom(4));
    const [one, two] = [1, 2].map((n) => meanEmbedding(frequencies, drawn(seededRandom(5), n, 0)));
    expect(maximumMeanDiscrepancy(one!, two!)).toBeNull();
    expect(discrepancyBand(5, 5, drawn(seededRandom(5), 3, 0), kernelWidth)).toBeNull();
    expect(discrepancyBand(5, 5, Array(9).fill([1, 2]), kernelWidth)).toBeNull();
  });
});

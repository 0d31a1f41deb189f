import { normal } from '../../../collector/src/statistics/simulate.ts';

/**
 * How far apart are two sets of vectors? The squared distance of their means in the space of a Gaussian kernel of width
 * `kernelWidth`, MMD^2, in which any difference of the distributions shows. Vectors are not kept: cosines and sines of each at
 * random frequencies are summed, so sums of parts add up; the error of the kernel shrinks as the root of the frequencies.
 *
 * Baseline only: each vector costs its length times the number of frequencies, milliseconds for embeddings as models make
 * them. Monitors watch projections, norm and distance to a centre as numbers.
 *
 * Source: Gretton, Borgwardt, Rasch, Schoelkopf and Smola 2012; Rahimi and Recht 2007 (random Fourier features).
 */
export interface MeanEmbedding {
  readonly n: number;
  /** Sums of cos(w x), then of sin(w x), over the vectors x, for each frequency w. */
  readonly sums: Float64Array;
}

/** `count` frequencies of a kernel for vectors of `dimensions` numbers. */
export function kernelFrequencies(
  options: { readonly count: number; readonly dimensions: number; readonly kernelWidth: number },
  random: () => number,
): readonly Float64Array[] {
  const { count, dimensions, kernelWidth } = options;
  return Array.from({ length: count }, () =>
    Float64Array.from({ length: dimensions }, () => normal(random) / kernelWidth),
  );
}

export function meanEmbedding(
  frequencies: readonly Float64Array[],
  vectors: readonly ArrayLike<number>[],
): MeanEmbedding {
  const sums = new Float64Array(2 * frequencies.length);
  frequencies.forEach((frequency, i) => {
    for (const vector of vectors) {
      let angle = 0;
      for (let axis = 0; axis < frequency.length; axis++) angle += frequency[axis]! * vector[axis]!;
      sums[i]! += Math.cos(angle);
      sums[frequencies.length + i]! += Math.sin(angle);
    }
  });
  return { n: vectors.length, sums };
}

/** MMD^2 of what two sets were drawn from: 0 on average where nothing differs, so also negative. `null` below two vectors. */
export function maximumMeanDiscrepancy(a: MeanEmbedding, b: MeanEmbedding): number | null {
  if (a.n < 2 || b.n < 2) return null;
  const frequencies = a.sums.length / 2;
  // A vector is alike to itself: 1 of n^2 pairs for each, taken out of the mean over pairs.
  const within = ({ n, sums }: MeanEmbedding): number => (product(sums, sums) / frequencies / n - 1) / (n - 1);
  return within(a) + within(b) - (2 * product(a.sums, b.sums)) / frequencies / (a.n * b.n);
}

function product(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, own, i) => sum + own * b[i]!, 0);
}

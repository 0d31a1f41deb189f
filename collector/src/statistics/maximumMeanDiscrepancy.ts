import { normal } from './simulate.ts';
import { chiSquareQuantile } from './special/chiSquareQuantile.ts';

/**
 * How far apart are two sets of vectors? The squared distance of their means in the space of a Gaussian kernel of width
 * `kernelWidth`, MMD^2, in which any difference of the distributions shows. Vectors are not kept: cosines and sines of each at
 * random frequencies are summed, so sums of parts add up; the error of the kernel shrinks as the root of the frequencies.
 *
 * Each vector costs its length times the number of frequencies: microseconds for a few projections, milliseconds for an
 * embedding as models make it.
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

/**
 * Below which value does MMD^2 stay in 95 % of samples of `n` and `m` where nothing differs? `vectors`: some of either; `null`
 * with fewer than four, and where all are the same.
 *
 * MMD^2 is then a weighted sum of chi-square variables less its mean, to which a gamma distribution with its mean and variance
 * is fitted; both follow from the kernel of pairs of the vectors, less what each has in common with all.
 *
 * Source: Gretton, Fukumizu, Harchaoui and Sriperumbudur 2009 (gamma); Szekely and Rizzo 2014 (unbiased centring).
 */
export function discrepancyBand(
  n: number,
  m: number,
  vectors: readonly ArrayLike<number>[],
  kernelWidth: number,
): number | null {
  const count = vectors.length;
  if (count < 4 || n === 0 || m === 0) return null;
  const kernel = vectors.map((a, i) => vectors.map((b, j) => (i === j ? 0 : gaussian(a, b, kernelWidth))));
  const rows = kernel.map((row) => row.reduce((sum, own) => sum + own, 0));
  const all = rows.reduce((sum, own) => sum + own, 0);
  const common = all / ((count - 1) * (count - 2));
  let squares = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) squares += 2 * (kernel[i]![j]! - (rows[i]! + rows[j]!) / (count - 2) + common) ** 2;
  }
  // Trace of the covariance in the space of the kernel, and of its square.
  const trace = 1 - all / (count * (count - 1));
  const squared = squares / (count * (count - 3));
  if (!(trace > 0) || !(squared > 0)) return null;
  return (1 / n + 1 / m) * ((squared / trace) * chiSquareQuantile(0.05, trace ** 2 / squared) - trace);
}

function gaussian(a: ArrayLike<number>, b: ArrayLike<number>, width: number): number {
  let square = 0;
  for (let axis = 0; axis < a.length; axis++) square += (a[axis]! - b[axis]!) ** 2;
  return Math.exp(-square / (2 * width * width));
}

function product(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, own, i) => sum + own * b[i]!, 0);
}

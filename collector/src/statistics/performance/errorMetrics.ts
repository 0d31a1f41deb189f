import { type Estimated, nothing, standardNormal95 } from '../estimated.ts';
import { meanWithInterval, type ResidualSums } from '../residualMetrics.ts';

/** Sums over labelled rows of e = prediction - label and y = label. */
export interface ErrorMetricSums extends ResidualSums {
  /** sum |y|, sum |e| |y|, sum y^2 */
  readonly labelSum: number;
  readonly errorLabelSum: number;
  readonly labelSquareSum: number;
  /** sum e^4 */
  readonly fourthSum: number;
  /** Of |e / y| over labels that are not nearly zero. */
  readonly relative: { readonly n: number; readonly sum: number; readonly squareSum: number };
}

/**
 * How large are errors, and how large relative to what was to be predicted? As `residualMetrics` and `relativeErrors`,
 * from sums alone. Shares: 0.1 is 10 %. Intervals, 95 %: of the root mean squared error from the variance of squared
 * errors, of the weighted percentage error by the delta method for a ratio of sums, of the mean percentage error normal.
 *
 * `relativeErrorExcludedShare`: labels too near to zero to divide by, which the mean percentage error leaves out.
 *
 * Source: Kolassa and Schutz 2007 (weighted); Cochran 1977 (ratio of sums).
 */
export function errorMetrics(sums: ErrorMetricSums): Readonly<Record<string, Estimated>> {
  const { n, relative } = sums;
  const excluded = n === 0 ? nothing(0) : { value: (n - relative.n) / n, low: null, high: null, n };
  return {
    rootMeanSquaredError: rootMeanSquare(sums),
    weightedAbsolutePercentageError: weightedPercentage(sums),
    meanAbsolutePercentageError: meanWithInterval(relative.sum, relative.squareSum, relative.n),
    relativeErrorExcludedShare: excluded,
  };
}

/**
 * Mean pinball loss of predictions of the quantile `tau` in (0, 1): max(tau d, (tau - 1) d) with d = label - prediction is
 * (|d| + (2 tau - 1) d) / 2, so sums of |d| and d are enough.
 *
 * Source: Koenker and Bassett 1978.
 */
export function pinballLossOfSums({ n, sum, absoluteSum }: ResidualSums, tau: number): Estimated {
  if (n === 0) return nothing(0);
  return { value: Math.max(0, (absoluteSum - (2 * tau - 1) * sum) / (2 * n)), low: null, high: null, n };
}

function rootMeanSquare({ n, squareSum, fourthSum }: ErrorMetricSums): Estimated {
  if (n === 0) return nothing(0);
  const { value, low, high } = meanWithInterval(squareSum, fourthSum, n);
  const root = (square: number | null): number | null => (square === null ? null : Math.sqrt(Math.max(0, square)));
  return { value: root(value), low: root(low), high: root(high), n };
}

function weightedPercentage(sums: ErrorMetricSums): Estimated {
  const { n, absoluteSum, squareSum, labelSum, errorLabelSum, labelSquareSum } = sums;
  if (n === 0 || labelSum <= 0) return nothing(n);
  const value = absoluteSum / labelSum;
  if (n === 1) return { value, low: null, high: null, n };
  const squares = Math.max(0, squareSum - 2 * value * errorLabelSum + value * value * labelSquareSum);
  const half = (standardNormal95 * Math.sqrt((squares * n) / (n - 1))) / labelSum;
  return { value, low: Math.max(0, value - half), high: value + half, n };
}

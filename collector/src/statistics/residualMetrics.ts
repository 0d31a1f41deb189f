import { type Estimated, nothing, standardNormal95 } from './estimated.ts';

/** Sums over labelled rows of e = prediction - label. */
export interface ResidualSums {
  readonly n: number;
  readonly sum: number;
  readonly absoluteSum: number;
  readonly squareSum: number;
  /** Sum of squares of the labels around their mean. */
  readonly totalSumOfSquares: number;
}

export interface ResidualMetrics {
  readonly meanAbsoluteError: Estimated;
  readonly rootMeanSquaredError: Estimated;
  /** Mean of e: positive when predictions are too high. */
  readonly meanError: Estimated;
  /** 1 - SSE / SST; `null` when all labels are equal. */
  readonly rSquared: Estimated;
}

/**
 * How good are predicted numbers? In the unit of the label. Intervals of means are normal, 95 %; the root mean squared
 * error and R squared have none here (they need fourth moments: see `errorMetrics`).
 *
 * @example residualMetrics({ n: 2, sum: 0, absoluteSum: 2, squareSum: 2, totalSumOfSquares: 8 }).rSquared.value // 0.75
 */
export function residualMetrics(sums: ResidualSums): ResidualMetrics {
  const { n, sum, absoluteSum, squareSum, totalSumOfSquares } = sums;
  const bare = (value: number): Estimated => ({ value, low: null, high: null, n });
  return {
    meanAbsoluteError: meanWithInterval(absoluteSum, squareSum, n),
    rootMeanSquaredError: n === 0 ? nothing(0) : bare(Math.sqrt(Math.max(0, squareSum) / n)),
    meanError: meanWithInterval(sum, squareSum, n),
    rSquared: totalSumOfSquares > 0 ? bare(1 - squareSum / totalSumOfSquares) : nothing(n),
  };
}

/** A mean with its normal 95 % interval, from the sum of numbers and that of their squares. */
export function meanWithInterval(sum: number, squareSum: number, n: number): Estimated {
  if (n === 0) return nothing(0);
  const value = sum / n;
  if (n === 1) return { value, low: null, high: null, n };
  const variance = Math.max(0, squareSum - n * value * value) / (n - 1);
  const half = standardNormal95 * Math.sqrt(variance / n);
  return { value, low: value - half, high: value + half, n };
}

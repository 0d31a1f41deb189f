import { type Estimated, nothing, standardNormal95 } from '../estimated.ts';

/** Of some numbers: how many, their sum, and the sum of their squares. */
export interface MeanSums {
  readonly n: number;
  readonly sum: number;
  readonly squareSum: number;
}

/**
 * How much larger is the mean of group a than that of group b? In the unit of the numbers, with a normal 95 % interval that
 * lets the groups differ in spread. For errors of numbers and for the quality of rankings, where nobody is simply right or
 * wrong. `null` when a group is empty; no interval where one is worth no more than a single row. `n` is the smaller group.
 *
 * Source: Welch 1947.
 *
 * @example meanDifference({ n: 4, sum: 8, squareSum: 20 }, { n: 4, sum: 4, squareSum: 6 }).value // 1
 */
export function meanDifference(a: MeanSums, b: MeanSums): Estimated {
  const n = Math.min(a.n, b.n);
  if (n === 0) return nothing(0);
  const value = a.sum / a.n - b.sum / b.n;
  if (n <= 1) return { value, low: null, high: null, n };
  const half = standardNormal95 * Math.sqrt(squaredError(a) + squaredError(b));
  return { value, low: value - half, high: value + half, n };
}

/**
 * How many times the mean of b is the mean of a, for numbers that are not negative? The 95 % interval is normal on the
 * logarithm (delta method), like Katz's of shares. `null` where a mean is not positive.
 */
export function meanRatio(a: MeanSums, b: MeanSums): Estimated {
  const n = Math.min(a.n, b.n);
  if (n === 0 || !(a.sum > 0) || !(b.sum > 0)) return nothing(n);
  const [first, second] = [a.sum / a.n, b.sum / b.n];
  const value = first / second;
  if (n <= 1) return { value, low: null, high: null, n };
  const error = Math.sqrt(squaredError(a) / first ** 2 + squaredError(b) / second ** 2);
  return {
    value,
    low: value * Math.exp(-standardNormal95 * error),
    high: value * Math.exp(standardNormal95 * error),
    n,
  };
}

/** Of a mean. */
function squaredError({ n, sum, squareSum }: MeanSums): number {
  return Math.max(0, squareSum - sum ** 2 / n) / (n - 1) / n;
}

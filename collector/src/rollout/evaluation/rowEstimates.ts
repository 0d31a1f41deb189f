import type { Estimate } from '../../monitor/finding.ts';
import { type Estimated, nothing, standardNormal95 } from '../../statistics/estimated.ts';
import { seededRandom } from './bootstrap.ts';

/** What judged rows of a held-out set have in common, whatever the task. Intervals are of 95 %. */

/** Of the probability that was given to what came true: a probability of 0 costs as much as one of a millionth. */
export function logLoss(probability: number): number {
  return -Math.log(Math.max(1e-6, probability));
}

export function meanEstimate(rows: Int32Array, values: Float64Array): Estimated {
  const n = rows.length;
  if (n === 0) return nothing(0);
  const mean = rows.reduce((sum, row) => sum + values[row]!, 0) / n;
  if (n === 1) return { value: mean, low: null, high: null, n };
  const squares = rows.reduce((sum, row) => sum + (values[row]! - mean) ** 2, 0);
  const reach = standardNormal95 * Math.sqrt(squares / (n - 1) / n);
  return { value: mean, low: mean - reach, high: mean + reach, n };
}

/** `weights`: of each of `rows`. `null` without any. */
export function weightedMean(rows: Int32Array, values: Float64Array, weights: Float64Array): number | null {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    sum += weights[i]! * values[rows[i]!]!;
    total += weights[i]!;
  }
  return ratio(sum, total);
}

export function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** A statistic without a formula for its interval: percentile bootstrap (Efron 1979), the same for the same rows. */
export function resampled(
  rows: Int32Array,
  statistic: (rows: Int32Array, weights: Float64Array) => number | null,
): Estimated {
  const n = rows.length;
  const value = statistic(rows, new Float64Array(n).fill(1));
  if (value === null || n < 2) return { value, low: null, high: null, n };
  const random = seededRandom(n);
  const found: number[] = [];
  const weights = new Float64Array(n);
  for (let draw = 0; draw < 200; draw++) {
    weights.fill(0);
    for (let i = 0; i < n; i++) {
      const row = Math.floor(random() * n);
      weights[row] = weights[row]! + 1;
    }
    found.push(statistic(rows, weights) ?? value);
  }
  found.sort((a, b) => a - b);
  // A sum of absolute values only grows by resampling: its own value always belongs to the interval.
  return { value, low: Math.min(value, found[4]!), high: Math.max(value, found[194]!), n };
}

/** An estimate says why it has no value. */
export function told({ value, low, high, n }: Estimated): Estimate {
  const known = { value, low, high, n };
  return value === null ? { ...known, suppressed: 'undefined on these rows' } : known;
}

import { type Estimated, nothing, standardNormal95 } from '../estimated.ts';

/**
 * How strongly are predictions and labels associated? Matthews' correlation for two classes, Gorodkin's R_K for more; in
 * [-1, 1], 0 is guessing, 1 is perfect. Unlike accuracy it does not reward predicting the frequent class always.
 *
 * `counts[prediction * size + label]`: labelled rows. Interval: delta method on the multinomial counts, 95 %. `null` when
 * all predictions or all labels are one class.
 *
 * Source: Matthews 1975; Gorodkin 2004.
 *
 * @example matthewsCorrelation([2681, 1216, 1282, 2035], 2).value // 0.301970
 */
export function matthewsCorrelation(counts: ArrayLike<number>, size: number): Estimated {
  let n = 0;
  for (let cell = 0; cell < size * size; cell++) n += counts[cell]!;
  if (n === 0) return nothing(0);
  const predictions = new Float64Array(size);
  const labels = new Float64Array(size);
  let agreement = 0;
  for (let predicted = 0; predicted < size; predicted++) {
    for (let label = 0; label < size; label++) {
      const share = counts[predicted * size + label]! / n;
      predictions[predicted] = predictions[predicted]! + share;
      labels[label] = labels[label]! + share;
      if (predicted === label) agreement += share;
    }
  }
  const covariance = agreement - predictions.reduce((sum, share, index) => sum + share * labels[index]!, 0);
  const predictionVariance = 1 - predictions.reduce((sum, share) => sum + share * share, 0);
  const labelVariance = 1 - labels.reduce((sum, share) => sum + share * share, 0);
  if (!(predictionVariance > rounding && labelVariance > rounding)) return nothing(n);
  const scale = Math.sqrt(predictionVariance * labelVariance);
  const value = covariance / scale;

  let sum = 0;
  let squares = 0;
  for (let predicted = 0; predicted < size; predicted++) {
    for (let label = 0; label < size; label++) {
      const share = counts[predicted * size + label]! / n;
      const numerator = (predicted === label ? 1 : 0) - labels[predicted]! - predictions[label]!;
      const derivative =
        numerator / scale + value * (predictions[predicted]! / predictionVariance + labels[label]! / labelVariance);
      sum += share * derivative;
      squares += share * derivative * derivative;
    }
  }
  const half = standardNormal95 * Math.sqrt(Math.max(0, squares - sum * sum) / n);
  return { value, low: Math.max(-1, value - half), high: Math.min(1, value + half), n };
}

/** A variance below this is that of one class, as far as doubles can tell. */
const rounding = 1e-15;

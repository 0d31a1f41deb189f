import { total } from '../total.ts';

/**
 * What share of predictions is wrong, if a model became as much worse as it became less sure? The error rate of the
 * reference, plus the mean confidence there, less the mean confidence now; clipped to [0, 1].
 *
 * All by cell: `confidences` in what was decided, in [0, 1] and as the model gave them: with calibrated ones this is the mean of
 * those; `reference`: labelled rows, of which `wrong` were wrong; `rows`: those to be judged. `null` without rows on either side.
 *
 * Source: difference of confidences, Guillory, Shankar, Ebrahimi, Darrell and Schmidt 2021.
 *
 * @example differenceOfConfidences([0.6, 0.8], [5, 5], 2, [10, 0]) // 0.2 + 0.7 - 0.6 = 0.3
 */
export function differenceOfConfidences(
  confidences: ArrayLike<number>,
  reference: ArrayLike<number>,
  wrong: number,
  rows: ArrayLike<number>,
): number | null {
  const [then, now] = [mean(confidences, reference), mean(confidences, rows)];
  if (then === null || now === null) return null;
  return Math.min(1, Math.max(0, wrong / total(reference) + then - now));
}

function mean(values: ArrayLike<number>, rows: ArrayLike<number>): number | null {
  let [n, sum] = [0, 0];
  for (let cell = 0; cell < values.length; cell++) {
    n += rows[cell]!;
    sum += rows[cell]! * values[cell]!;
  }
  return n === 0 ? null : sum / n;
}

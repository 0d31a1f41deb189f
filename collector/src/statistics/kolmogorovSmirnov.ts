import { sampleSizes } from './sampleSizes.ts';
import { kolmogorovExactTail } from './special/kolmogorovExact.ts';
import { kolmogorovTail } from './special/kolmogorovTail.ts';

/**
 * What is the largest difference between two cumulative distributions? max |F - G| over the cells' ends, in [0, 1].
 *
 * `current`, `reference`: counts over the same ordered cells (below, bins, above; no missing). The exact statistic of
 * the rows lies in [`value`, `highest`]. `tail` is the p-value at `value`, that of n m / (n + m) values against a known
 * distribution: conservative on bins, and never to be alarmed on (any shift is significant at enough rows). `null` when
 * a side is empty.
 *
 * Source: Smirnov 1948.
 *
 * @example kolmogorovSmirnov([1, 1], [2, 0])?.value // 0.5
 */
export function kolmogorovSmirnov(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
): { readonly value: number; readonly highest: number; readonly tail: number } | null {
  const sizes = sampleSizes(current, reference);
  if (sizes === null) return null;
  const { n, m } = sizes;
  let currentBelow = 0;
  let referenceBelow = 0;
  let value = 0;
  let hidden = 0;
  for (let cell = 0; cell < reference.length; cell++) {
    const q = (current[cell] ?? 0) / n;
    const p = reference[cell]! / m;
    currentBelow += q;
    referenceBelow += p;
    value = Math.max(value, Math.abs(currentBelow - referenceBelow));
    hidden = Math.max(hidden, Math.min(p, q));
  }
  const effective = (n * m) / (n + m);
  const tail =
    effective < smallEffective && effective >= 0.5
      ? kolmogorovExactTail(Math.round(effective), value)
      : kolmogorovTail(Math.sqrt(effective) * value);
  return { value, highest: Math.min(1, value + hidden), tail };
}

/**
 * What would the statistic show at most, in 95 % of windows, if nothing had changed? 1.3581 sqrt(1 / n + 1 / m).
 */
export function kolmogorovSmirnovBand(n: number, m: number, designEffect = 1): number {
  return Math.min(1, quantile95 * Math.sqrt((1 / n + 1 / m) * designEffect));
}

/** From here on the limit distribution is within 0.01. */
const smallEffective = 40;

/** Of Kolmogorov's distribution. */
const quantile95 = 1.3580986393225505;

import { sampleSizes } from './sampleSizes.ts';

/**
 * How different are two distributions on a circle, such as the hour of the day? Kuiper's V = max(F - G) + max(G - F), in
 * [0, 1]: the same wherever the circle is cut. `tail` is the asymptotic p-value.
 *
 * `current`, `reference`: counts over the same cells in order around the circle. `null` when a side is empty.
 *
 * Source: Kuiper 1960; finite-size correction by Stephens 1965.
 *
 * @example kuiper([1, 0, 1], [0, 2, 0])?.value // 1
 */
export function kuiper(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
): { readonly value: number; readonly tail: number } | null {
  const sizes = sampleSizes(current, reference);
  if (sizes === null) return null;
  const { n, m } = sizes;
  let difference = 0;
  let above = 0;
  let below = 0;
  for (let cell = 0; cell < reference.length; cell++) {
    difference += (current[cell] ?? 0) / n - reference[cell]! / m;
    above = Math.max(above, difference);
    below = Math.max(below, -difference);
  }
  const value = Math.min(1, above + below);
  return { value, tail: kuiperTail(value, (n * m) / (n + m)) };
}

/** `effective`: n m / (n + m). */
function kuiperTail(value: number, effective: number): number {
  const root = Math.sqrt(effective);
  const lambda = (root + 0.155 + 0.24 / root) * value;
  // Below this the chance differs from 1 by less than 1e-6, and the series converges slowly.
  if (lambda < 0.4) return 1;
  let sum = 0;
  for (let j = 1; j <= 100; j++) {
    const square = (j * lambda) ** 2;
    const term = (4 * square - 1) * Math.exp(-2 * square);
    sum += term;
    if (Math.abs(term) < 1e-17) break;
  }
  return Math.max(0, Math.min(1, 2 * sum));
}

import { chiSquareTwoSample } from './chiSquareTwoSample.ts';

/**
 * How strongly does the distribution depend on the period? sqrt(chi-square / (n + m)) in [0, 1]: 0 when both are equal.
 * With samples of very different size it stays small whatever happens; total variation does not.
 *
 * `current`, `reference`: counts over the same cells, not pooled. `null` when a side is empty.
 *
 * Source: Cramer 1946, for a table of two rows.
 *
 * @example cramersV([10, 20], [20, 10]) // 0.3333333
 */
export function cramersV(current: ArrayLike<number>, reference: ArrayLike<number>): number | null {
  const test = chiSquareTwoSample(current, reference, 0);
  if (test === null) return null;
  let rows = 0;
  for (let cell = 0; cell < reference.length; cell++) rows += (current[cell] ?? 0) + reference[cell]!;
  return Math.min(1, Math.sqrt(test.value / rows));
}

import { chiSquareTail } from './chiSquareTail.ts';
import { invertMonotone } from './invertMonotone.ts';
import { normalQuantile } from './normalQuantile.ts';

/**
 * Which value does a chi-square variable with `degrees` > 0 degrees of freedom exceed with probability `tail`?
 *
 * Source: start after Wilson and Hilferty 1931, then safeguarded secant steps to full precision.
 *
 * @example chiSquareQuantile(0.05, 9) // 16.918977604620448
 */
export function chiSquareQuantile(tail: number, degrees: number): number {
  if (!(tail >= 0 && tail <= 1) || !(degrees > 0)) return Number.NaN;
  if (tail === 1) return 0;
  if (tail === 0) return Number.POSITIVE_INFINITY;
  const spread = 2 / (9 * degrees);
  const start = degrees * Math.max(0.01, 1 - spread + normalQuantile(1 - tail) * Math.sqrt(spread)) ** 3;
  let high = Math.max(1, start);
  while (chiSquareTail(high, degrees) > tail) high *= 2;
  // In logarithms the tail is nearly a straight line.
  return invertMonotone((x) => Math.log(tail) - Math.log(chiSquareTail(x, degrees)), 0, high);
}

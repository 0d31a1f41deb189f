import { incompleteGamma } from './incompleteGamma.ts';

/**
 * How likely is a chi-square variable with `degrees` > 0 degrees of freedom to exceed x? In [0, 1], with full relative
 * precision in the tail.
 *
 * @example chiSquareTail(16.918977604620448, 9) // 0.05
 */
export function chiSquareTail(x: number, degrees: number): number {
  return x <= 0 ? 1 : incompleteGamma(degrees / 2, x / 2).upper;
}

import { incompleteGamma } from './incompleteGamma.ts';

/**
 * How likely is a standard normal variable to be at most x? In [0, 1], relative error about 2e-14 in both tails.
 *
 * @example normalCdf(-3.719) // 1.000065259341636e-4
 */
export function normalCdf(x: number): number {
  const tail = incompleteGamma(0.5, (x * x) / 2).upper / 2;
  return x < 0 ? tail : 1 - tail;
}

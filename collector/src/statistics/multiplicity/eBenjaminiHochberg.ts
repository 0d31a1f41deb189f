import { largestTogether } from './whatChanged.ts';

/**
 * Which of many hypotheses are rejected by their e-values, with an expected share of false discoveries of at most `alpha`
 * however they depend on each other: the k* largest, k* the largest k with k e_(k) / K >= 1 / alpha. Returns their indices,
 * ascending.
 *
 * Source: Wang and Ramdas 2022 (e-BH).
 *
 * @example eBenjaminiHochberg([120, 3, 45, 0.2, 1.1, 60, 0.01, 9, 250, 2].map(Math.log), 0.05) // [0, 8]
 */
export function eBenjaminiHochberg(eLogs: readonly number[], alpha: number): number[] {
  return largestTogether(
    eLogs.map((log) => log - Math.log(eLogs.length)),
    -Math.log(alpha),
  );
}

import { largestTogether } from './eBenjaminiHochberg.ts';

/**
 * Which streams have changed, as a list to read rather than a page: of K detectors, the k* with the largest evidence, k* the
 * largest k with M_(k) >= A K / k. At any time anybody looks, the expected share of wrong ones among them is at most the
 * time elapsed over A. At least every stream that alarms on its own is in it.
 *
 * `excessLogs`: ln M - ln(A / v) of each stream, v its share of the budget; 0 is the alarm level.
 *
 * Source: Dandapanthula and Ramdas 2025 (e-d-BH), with weights as in Wang and Ramdas 2022.
 */
export function whatChanged(excessLogs: readonly number[]): number[] {
  return largestTogether(excessLogs, 0);
}

import type { Arm } from './twoRates.ts';

const grid: readonly number[] = Array.from({ length: 64 }, (_, index) => (index + 0.5) / 64);

/**
 * Evidence, as a natural logarithm, that a rate is above (below) a limit, from all rows so far: the mean likelihood of
 * the rates above (below) the limit, over the likelihood of the limit. May be looked at after every row: it ever reaches
 * ln(1 / alpha) with chance alpha at most when the rate is at or below (above) the limit (Robbins 1970). It needs no memory
 * of earlier looks, and rows whose events change later simply count anew.
 */
export function rateEvidenceLog({ n, k }: Arm, limit: number, direction: 'above' | 'below'): number {
  const rates = grid.filter((rate) => (direction === 'above' ? rate > limit : rate < limit));
  if (rates.length === 0 || limit <= 0 || limit >= 1) return direction === 'above' && limit <= 0 && k > 0 ? 700 : 0;
  const logs = rates.map((rate) => k * Math.log(rate / limit) + (n - k) * Math.log((1 - rate) / (1 - limit)));
  const highest = Math.max(...logs);
  return highest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - highest), 0) / logs.length);
}

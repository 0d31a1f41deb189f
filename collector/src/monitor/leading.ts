import type { Detector, DetectorEvidence } from '../statistics/evidence/index.ts';

/**
 * Which score to name as the reason. Usually the one that holds most of the evidence; but when "moved up" or "spread
 * out" would pass the level on its own, that is said rather than which tenth of the range changed most: after a large
 * shift every score passes, and the simplest one explains the others.
 *
 * `logWealth`: of each bet of the detector. `levelLog`: what the evidence has passed.
 */
export function namedReason(
  detector: Detector,
  logWealth: Float64Array,
  leading: DetectorEvidence['leading'],
  levelLog: number,
): DetectorEvidence['leading'] {
  if (leading === null || simple.includes(leading.score)) return leading;
  for (const name of simple) {
    for (const { score, direction, start, bets } of detector.tables) {
      if (score !== name) continue;
      const own = logMean(logWealth.subarray(start, start + bets.length)) - Math.log(detector.components / bets.length);
      if (own >= levelLog) return { score, direction };
    }
  }
  return leading;
}

const simple: readonly string[] = ['location', 'spread'];

/** ln of the mean of e^values. */
function logMean(values: Float64Array): number {
  const largest = Math.max(...values);
  if (!Number.isFinite(largest)) return largest;
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0) / values.length);
}

import type { Detector, DetectorEvidence, DetectorState } from '../../statistics/evidence/index.ts';

/**
 * Which score to name as the reason. Usually the one that holds most of the evidence; but when "moved up" or "spread
 * out" would pass the level on its own, that is said rather than which tenth of the range changed most: after a large
 * shift every score passes, and the simplest one explains the others. So do values that the reference never had.
 *
 * `levelLog`: what the evidence has passed.
 */
export function namedReason(
  detector: Detector,
  { wealth, scale }: DetectorState,
  leading: DetectorEvidence['leading'],
  levelLog: number,
): DetectorEvidence['leading'] {
  if (leading === null || simple.includes(leading.score)) return leading;
  for (const name of simple) {
    for (const { score, direction, start, bets } of detector.tables) {
      if (score !== name) continue;
      // The mean over all bets, with nothing in the others.
      let own = 0;
      for (let bet = start; bet < start + bets.length; bet++) own += wealth[bet]!;
      if (scale + Math.log(own / detector.components) >= levelLog) return { score, direction };
    }
  }
  return leading;
}

const simple: readonly string[] = ['location', 'spread', 'unseen'];

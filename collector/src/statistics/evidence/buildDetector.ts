import { orient } from './bets.ts';
import { createDetector, type Detector } from './detector.ts';
import { boundTail, nullBounds, type Tolerance } from './nullBounds.ts';
import type { Score } from './score.ts';

/**
 * The detector of one signal against one reference.
 *
 * `referenceCounts`: the reference's events by cell. `designEffects`: by score name, 1 where it has none. `streams`: over
 * how many signals the confidence of the null bounds is shared.
 */
export function buildDetector(options: {
  readonly scores: readonly Score[];
  readonly referenceCounts: ArrayLike<number>;
  readonly designEffects: Readonly<Record<string, number>>;
  readonly tolerance: Tolerance;
  readonly streams: number;
}): Detector {
  const { scores, referenceCounts, designEffects, tolerance, streams } = options;
  const tail = boundTail(scores.length, streams);
  const oriented = scores.flatMap((score) => {
    const designEffect = designEffects[score.name] ?? 1;
    return orient(score, nullBounds(score, referenceCounts, { tail, designEffect, tolerance }), designEffect);
  });
  return createDetector(referenceCounts.length, oriented);
}

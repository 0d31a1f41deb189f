import { createDetector, type OrientedScore, type Score } from '../../statistics/evidence/index.ts';
import type { StreamDetector } from './streamDetector.ts';
import type { Stream } from './streams.ts';

/** A detector of a stream that is compared with the same at every hour. */
export function steadyDetector(
  stream: Stream,
  oriented: readonly OrientedScore[],
  reference: { readonly scores: readonly Score[]; readonly counts: ArrayLike<number> },
  countsOf: StreamDetector['countsOf'],
): StreamDetector {
  const { scores, counts: referenceCounts } = reference;
  const detector = createDetector(referenceCounts.length, oriented);
  return {
    stream,
    detector,
    detectorAt: () => detector,
    referenceCountsAt: () => referenceCounts,
    scores,
    referenceCounts,
    countsOf,
  };
}

import type { ModelSettings } from '../config/settings.ts';
import { boundTail, createDetector, nullBounds, orient, rankScore } from '../statistics/evidence/index.ts';
import { type RatingCounts, type RatingType, ratingCells } from './ratings.ts';
import type { StreamDetector } from './streamDetector.ts';
import { ratingSignal } from './streams.ts';

/** Ratings that make what later ones are compared with: answers of the reference are seldom rated yet when it is made. */
export const ratingsToLearn = 500;

/**
 * Do ratings of one type get worse than the first ones of this version were? By ranks, so whatever their scale. `null` while
 * there are too few to compare with: nothing is betted until then.
 */
export function ratingDetector(
  settings: ModelSettings,
  type: RatingType,
  first: RatingCounts,
  streams: number,
): StreamDetector | null {
  if (first.n < ratingsToLearn) return null;
  const score = rankScore(first.cells);
  const { standardDeviations } = settings.tolerance;
  const bounds = nullBounds(score, first.cells, {
    tail: boundTail(1, streams),
    designEffect: 1,
    tolerance: { standardDeviations, relativeShare: 0, absoluteShare: 0 },
  });
  const oriented = orient(score, bounds, 1).filter(({ direction }) => direction === 'down');
  const detector = createDetector(ratingCells, oriented);
  return {
    stream: { id: ratingSignal(type), class: 'risk', kind: 'ratings', rating: type },
    detector,
    detectorAt: () => detector,
    referenceCountsAt: () => first.cells,
    scores: [score],
    referenceCounts: first.cells,
    countsOf: (_, { ratings }) => ratings?.[type]?.cells ?? Array<number>(ratingCells).fill(0),
  };
}

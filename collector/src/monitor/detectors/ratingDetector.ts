import type { ModelSettings } from '../../config/settings.ts';
import {
  boundTail,
  designEffect,
  fewestWindows,
  nullBounds,
  orient,
  rankScore,
  scoreMoments,
} from '../../statistics/evidence/index.ts';
import { addRatings, noRatings, type RatingCounts, type RatingType, ratingCells } from '../ratings.ts';
import { steadyDetector } from './steadyDetector.ts';
import type { StreamDetector } from './streamDetector.ts';
import { ratingSignal } from './streams.ts';

/** The first ratings of a version, which later ones are compared with. */
export interface FirstRatings extends RatingCounts {
  /** Cells of each window that had any, in order of time. Not in states that were written before it was kept. */
  readonly windows?: readonly (readonly number[])[];
}

/** Ratings that make what later ones are compared with: answers of the reference are seldom rated yet when it is made. */
const ratingsToLearn = 500;

/**
 * Takes a window's ratings whole, until there are enough in enough windows to know how they depend on each other: what later
 * ones are compared with never changes afterwards.
 */
export function withRatings(first: FirstRatings | undefined, more: RatingCounts | undefined): FirstRatings | undefined {
  if (more === undefined || more.n === 0 || (first !== undefined && isLearned(first))) return first;
  return { ...addRatings(first ?? noRatings, more), windows: [...(first?.windows ?? []), more.cells] };
}

function isLearned({ n, windows }: FirstRatings): boolean {
  return n >= ratingsToLearn && (windows === undefined || windows.length >= fewestWindows);
}

/**
 * Do ratings of one type get worse than the first ones of this version were? By ranks, so whatever their scale. Whoever rates
 * mostly rates several answers, so the design effect is that of the first windows. `null` while there are too few to compare
 * with: nothing is betted until then.
 */
export function ratingDetector(
  settings: ModelSettings,
  type: RatingType,
  first: FirstRatings | undefined,
  streams: number,
): StreamDetector | null {
  if (first === undefined || !isLearned(first)) return null;
  const score = rankScore(first.cells);
  const { standardDeviations } = settings.tolerance;
  const effect = designEffect((first.windows ?? []).map((cells) => scoreMoments(score, cells))) ?? 1;
  const bounds = nullBounds(score, first.cells, {
    tail: boundTail(1, streams),
    designEffect: effect,
    tolerance: { standardDeviations, relativeShare: 0, absoluteShare: 0 },
  });
  const oriented = orient(score, bounds, effect).filter(({ direction }) => direction === 'down');
  const stream = { id: ratingSignal(type), class: 'risk', kind: 'ratings', rating: type } as const;
  return steadyDetector(
    stream,
    oriented,
    { scores: [score], counts: first.cells },
    (_, { ratings }) => ratings?.[type]?.cells ?? Array<number>(ratingCells).fill(0),
  );
}

import type { Reference } from '../../profile/index.ts';
import {
  boundTail,
  createDetector,
  type Detector,
  type Direction,
  hourOfWeek,
  nullBounds,
  type OrientedScore,
  orient,
  type Score,
  type Tolerance,
} from '../../statistics/evidence/index.ts';
import type { StreamDetector } from './streamDetector.ts';

/** A detector with its nulls by the hour, before it is known what feeds it. */
export type Watched = Pick<StreamDetector, 'detector' | 'detectorAt' | 'referenceCountsAt'>;

export interface Watching {
  readonly tolerance: Tolerance;
  readonly streams: number;
  readonly designEffectOf: (score: string) => number;
  readonly directions: readonly Direction[];
}

/** The bets on scores against a reference's counts, at the hour of the week where the signal follows it. */
export function detectorOver(
  reference: Reference,
  signal: string,
  scores: readonly Score[],
  referenceCounts: ArrayLike<number>,
  options: Watching,
): Watched {
  return detectorByHour(
    reference,
    signal,
    referenceCounts,
    (counts, buckets) => orientedScores(scores, counts, options, buckets),
    (counts) => counts,
  );
}

/**
 * `orientedOf`: the bets against a reference's counts, whose confidence is shared over so many buckets of hours. `countsIn`:
 * what the reference counted in a bucket, as the detector's cells. Of an hour that the reference does not
 * know it is asked with `undefined`; `undefined` in answer: nothing is betted then.
 */
export function detectorByHour(
  reference: Reference,
  signal: string,
  referenceCounts: ArrayLike<number>,
  orientedOf: (counts: ArrayLike<number>, buckets: number) => OrientedScore[],
  countsIn: (bucket: readonly number[] | undefined) => ArrayLike<number> | undefined,
): Watched {
  const oriented = orientedOf(referenceCounts, 1);
  const detector = createDetector(referenceCounts.length, oriented);
  const { seasons } = reference;
  const byBucket = seasons?.signals[signal];
  if (seasons === null || byBucket === undefined) return atAnyHour(detector, referenceCounts);

  // Windows come in order of time: the hour at hand is enough to keep.
  let kept: { readonly bucket: number | null; readonly detector: Detector | null } | null = null;
  const bucketAt = (from: number): number | null => seasons.bucketOfHour[hourOfWeek(from)] ?? null;
  const countsAt = (bucket: number | null) => countsIn(bucket === null ? undefined : byBucket[bucket]);
  const detectorAt = (from: number): Detector | null => {
    const bucket = bucketAt(from);
    if (kept === null || kept.bucket !== bucket) {
      const counts = countsAt(bucket);
      const own = counts && alignedTo(oriented, orientedOf(counts, byBucket.length));
      kept = { bucket, detector: own === undefined ? null : createDetector(referenceCounts.length, own) };
    }
    return kept.detector;
  };
  return { detector, detectorAt, referenceCountsAt: (from) => countsAt(bucketAt(from)) ?? referenceCounts };
}

function atAnyHour(detector: Detector, referenceCounts: ArrayLike<number>): Watched {
  return { detector, detectorAt: () => detector, referenceCountsAt: () => referenceCounts };
}

/** `buckets`: over how many references of hours the confidence of the null bounds is shared. */
function orientedScores(
  scores: readonly Score[],
  referenceCounts: ArrayLike<number>,
  { tolerance, streams, designEffectOf, directions }: Watching,
  buckets: number,
): OrientedScore[] {
  const tail = boundTail(scores.length, streams * buckets);
  return scores.flatMap((score) => {
    const designEffect = designEffectOf(score.name);
    const bounds = nullBounds(score, referenceCounts, { tail, designEffect, tolerance });
    return orient(score, bounds, designEffect).filter(({ direction }) => directions.includes(direction));
  });
}

/**
 * The bets of `layout` with the nulls of `own`, so that wealth goes on from hour to hour. Where there is nothing to bet on
 * at this hour (a share that may be anything) the bets rest.
 */
function alignedTo(layout: readonly OrientedScore[], own: readonly OrientedScore[]): OrientedScore[] {
  return layout.map(
    (pooled) =>
      own.find(({ score, direction }) => score === pooled.score && direction === pooled.direction) ?? {
        ...pooled,
        bets: pooled.bets.map(() => 0),
      },
  );
}

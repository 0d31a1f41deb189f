import { type Score, shareScore } from './score.ts';

/**
 * Scores that see rare categories take each other's place: of the rows with a rare value the share in each bucket of a hash.
 * The buckets are the cells from `first` on.
 *
 * One value that grows, or a few that stop coming, move the buckets they fall into. A shift that many values of every bucket
 * share in is averaged away: twice as much of every fourth value moves none.
 *
 * Each has one bet a direction instead of six, so that all of them remember 1 kB. With 5,000 rows of reference, 1,000 a
 * window and 2,000 rare values, one that becomes 2 % of the rows is seen in 8 windows as with six bets (9), one that becomes
 * 5 % in 2 (1); with half as many buckets the former is not seen.
 */
export function bucketScores(first: number, buckets: number): Score[] {
  return Array.from({ length: buckets }, (_, bucket) => ({
    ...shareScore(bucketScoreName(bucket), first + buckets, [first + bucket], (cell) => cell >= first),
    bets: { up: [0.6], down: [0.35] },
  }));
}

export function bucketScoreName(bucket: number): string {
  return `${prefix}${bucket}`;
}

/** The bucket a score is about; `null` for other scores. */
export function scoredBucket(score: string): number | null {
  return score.startsWith(prefix) ? Number(score.slice(prefix.length)) : null;
}

const prefix = 'rare bucket ';

import { bucketScoreName, bucketScores, frequentCells, type Score } from '../../statistics/evidence/index.ts';
import { total } from '../../statistics/total.ts';
import { hashBucket, hashBuckets } from '../cells/hashBuckets.ts';
import type { Profile } from '../profile.ts';
import type { Reference } from '../reference/reference.ts';
import type { CategorySignal } from '../shape.ts';
import { findSignal, hashBucketCounts, signalCounts } from '../views/views.ts';
import { signalScores } from './signalScores.ts';

/** By what a signal's distribution is watched: scores, and the counts they look at. */
interface WatchedSignal {
  readonly scores: readonly Score[];
  /** The cells of `signalCounts`; where rare values are many, then these by their hash. */
  readonly countsOf: (profile: Profile) => Float64Array;
}

/**
 * `reference`: the profile that says which values are rare. Where at least a tenth of its values have no score of their own,
 * their hash buckets have: which of the rare values come may change while `other` stays as it is.
 */
export function watchedSignal(reference: Profile, signal: string): WatchedSignal {
  const plain = plainSignal(reference, signal);
  const shape = findSignal(reference.shape, signal);
  if (shape?.type !== 'category' || shape.cycle !== undefined) return plain;
  const cells = plain.countsOf(reference);
  const frequent = frequentCells(cells);
  const rareOf = rareBuckets(shape, frequent);
  const values = total(cells.subarray(0, -1));
  if (values === 0 || total(rareOf(reference)) < smallestRareShare * values) return plain;
  return {
    scores: [...plain.scores, ...bucketScores(cells.length, hashBuckets)],
    countsOf: (profile) => {
      const counts = new Float64Array(cells.length + hashBuckets);
      counts.set(signalCounts(profile, signal));
      counts.set(rareOf(profile), cells.length);
      return counts;
    },
  };
}

/** The same for a reference: one that was made before buckets had scores did not measure how these vary. */
export function signalWatchedBy(
  { profile, designEffects }: Pick<Reference, 'profile' | 'designEffects'>,
  signal: string,
): WatchedSignal {
  return designEffects[signal]?.[bucketScoreName(0)] === undefined
    ? plainSignal(profile, signal)
    : watchedSignal(profile, signal);
}

function plainSignal(reference: Profile, signal: string): WatchedSignal {
  return { scores: signalScores(reference, signal), countsOf: (profile) => signalCounts(profile, signal) };
}

const smallestRareShare = 0.1;

/**
 * Values that have no score of their own, by their hash. Where profiles hash all values, those that have one are taken off;
 * where all values of the reference have a cell, the cells of the rare ones are added up, and unseen ones are left out.
 */
function rareBuckets(
  { signal, categories, hashBuckets: hashed }: CategorySignal,
  frequent: readonly number[],
): (profile: Profile) => Float64Array {
  const bucketOf = categories.map(hashBucket);
  const rare = categories.flatMap((_, cell) => (frequent.includes(cell) ? [] : [cell]));
  return (profile) => {
    const counts = signalCounts(profile, signal);
    const buckets = new Float64Array(hashBuckets);
    buckets.set(hashBucketCounts(profile, signal));
    const sign = hashed === 0 ? 1 : -1;
    for (const cell of hashed === 0 ? rare : frequent) buckets[bucketOf[cell]!]! += sign * counts[cell]!;
    // Counts of rows with weights are not whole.
    return buckets.map((count) => Math.max(0, count));
  };
}

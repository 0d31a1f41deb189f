import { atItsHour, errorRateIndicator } from '../../profile/index.ts';
import { type OrientedScore, shareScore } from '../../statistics/evidence/index.ts';
import type { OutcomeArrivals } from '../arrivals.ts';
import { steadyDetector } from './steadyDetector.ts';
import { arrivedErrors, squaredRise, upwards, type WatchedErrors, type WayToWatch } from './waysToWatchErrors.ts';

const { signal, score } = errorRateIndicator;

/**
 * Each label against the predictions of the reference at the hour of the week at which its own was made. `null` where errors
 * do not follow the hour; slow where hours have too few labels each.
 *
 * Cells: right, wrong of all; then these two of each bucket of hours: how much more is wrong than may be at that hour.
 */
export function errorsByHour(errors: WatchedErrors): WayToWatch | null {
  const { stream, boundsOf, past, overall, effect } = errors;
  const { seasons, designEffects } = errors.reference;
  const byBucket = seasons?.signals[signal];
  if (seasons === null || byBucket === undefined) return null;
  const designEffect = designEffects[signal]?.[atItsHour(score.name)] ?? effect;
  const uppers = byBucket.map((counts) => boundsOf(counts, designEffect, byBucket.length).upper);
  const riseAt = (bucket: number): number => squaredRise(overall.mean, uppers[bucket]!, rateOf(byBucket[bucket]!));
  const cells = 2 + 2 * byBucket.length;
  return {
    speed: averageOf(byBucket, riseAt) / designEffect,
    detector: () => {
      const upper = averageOf(byBucket, (bucket) => Math.min(1, uppers[bucket]!));
      const oriented = upwards(score, { ...overall, upper }, designEffect).map((bets) => againstHours(bets, uppers));
      const read = shareScore(score.name, cells, [1], (cell) => cell < 2);
      const counts = [...past, ...byBucket.flat()];
      return steadyDetector(stream, oriented, { scores: [read], counts }, (_, arrivals) =>
        arrivedByHour(arrivals, seasons.bucketOfHour, cells),
      );
    },
  };
}

/** Bets on how much more than `uppers` is wrong in each bucket; none where everything may be. */
function againstHours(bets: OrientedScore, uppers: readonly number[]): OrientedScore {
  const cells = 2 + 2 * uppers.length;
  const isBetted = (bucket: number): boolean => uppers[bucket]! < 1;
  const highest = Math.max(...uppers.filter((upper) => upper < 1));
  return {
    ...bets,
    values: Float64Array.from({ length: cells }, (_, cell) =>
      cell < 2 ? 0 : (cell % 2) - (uppers[bucketOf(cell)] ?? 0),
    ),
    considered: Uint8Array.from({ length: cells }, (_, cell) => (cell >= 2 && isBetted(bucketOf(cell)) ? 1 : 0)),
    nullMean: 0,
    low: -highest,
    bets: bets.bets.map((bet) => Math.min(bet, 0.9 / highest)),
  };
}

function arrivedByHour(
  { overall, hours = {} }: OutcomeArrivals,
  bucketOfHour: readonly (number | null)[],
  cells: number,
): Float64Array {
  const counts = new Float64Array(cells);
  counts.set(arrivedErrors(overall));
  for (const [hour, [labelled, wrong]] of Object.entries(hours)) {
    const bucket = bucketOfHour[Number(hour)] ?? null;
    if (bucket === null) continue;
    counts[2 + 2 * bucket]! += labelled - wrong;
    counts[3 + 2 * bucket]! += wrong;
  }
  return counts;
}

function bucketOf(cell: number): number {
  return Math.floor(cell / 2) - 1;
}

function rateOf([right = 0, wrong = 0]: readonly number[]): number {
  return right + wrong === 0 ? 0 : wrong / (right + wrong);
}

/** Over labels; 0 without any. */
function averageOf(byBucket: readonly (readonly number[])[], of: (bucket: number) => number): number {
  let [n, sum] = [0, 0];
  for (const [bucket, [right = 0, wrong = 0]] of byBucket.entries()) {
    n += right + wrong;
    sum += (right + wrong) * of(bucket);
  }
  return n === 0 ? 0 : sum / n;
}

import { atItsHour, errorRateIndicator } from '../../profile/index.ts';
import { shareScore } from '../../statistics/evidence/index.ts';
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
  const { reference, stream, boundsOf, past, overall, effect } = errors;
  const byBucket = reference.seasons?.signals[signal];
  if (byBucket === undefined) return null;
  const effectAtHour = reference.designEffects[signal]?.[atItsHour(score.name)] ?? effect;
  const uppers = byBucket.map((counts) => boundsOf(counts, effectAtHour, byBucket.length).upper);
  const riseAt = (bucket: number): number => squaredRise(overall.mean, uppers[bucket]!, rateOf(byBucket[bucket]!));

  const cells = 2 + 2 * byBucket.length;
  const isBetted = (bucket: number): boolean => uppers[bucket]! < 1;
  const bets = () => {
    const highest = Math.max(...uppers.filter((_, bucket) => isBetted(bucket)));
    const mean = averageOf(byBucket, (bucket) => Math.min(1, uppers[bucket]!));
    const read = shareScore(score.name, cells, [1], (cell) => cell < 2);
    const oriented = upwards(score, { ...overall, upper: mean }, effectAtHour).map((one) => ({
      ...one,
      values: Float64Array.from({ length: cells }, (_, cell) =>
        cell < 2 ? 0 : (cell % 2) - (uppers[bucketOf(cell)] ?? 0),
      ),
      considered: Uint8Array.from({ length: cells }, (_, cell) => (cell >= 2 && isBetted(bucketOf(cell)) ? 1 : 0)),
      nullMean: 0,
      low: -highest,
      bets: one.bets.map((bet) => Math.min(bet, 0.9 / highest)),
    }));
    return { read, oriented };
  };
  const { bucketOfHour } = reference.seasons!;
  const countsOf = (_: unknown, { overall: came, hours = {} }: OutcomeArrivals): Float64Array => {
    const counts = new Float64Array(cells);
    counts.set(arrivedErrors(came));
    for (const [hour, [labelledThen, wrongThen]] of Object.entries(hours)) {
      const bucket = bucketOfHour[Number(hour)] ?? null;
      if (bucket === null) continue;
      counts[2 + 2 * bucket]! += labelledThen - wrongThen;
      counts[3 + 2 * bucket]! += wrongThen;
    }
    return counts;
  };
  return {
    speed: averageOf(byBucket, riseAt) / effectAtHour,
    detector: () => {
      const { read, oriented } = bets();
      return steadyDetector(stream, oriented, { scores: [read], counts: [...past, ...byBucket.flat()] }, countsOf);
    },
  };
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

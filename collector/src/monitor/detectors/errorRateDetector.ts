import type { ModelSettings } from '../../config/settings.ts';
import { atItsHour, errorRateIndicator, type Reference } from '../../profile/index.ts';
import { boundTail, nullBounds, type OrientedScore, orient, shareScore } from '../../statistics/evidence/index.ts';
import type { OutcomeArrivals } from '../arrivals.ts';
import { signalDesignEffect } from '../figures/signalStatistics.ts';
import { steadyDetector } from './steadyDetector.ts';
import type { StreamDetector } from './streamDetector.ts';
import type { Stream } from './streams.ts';

const { signal, score, counts: countsIn } = errorRateIndicator;

/**
 * Are more predictions wrong than in the reference? Labels count by their arrival, and each is compared with the predictions
 * of the reference at the hour of the week at which its own was made, where errors follow the hour. Elsewhere hours are noise
 * that the design effect holds, and so they are where they have too few labels each: what sees a doubled error rate sooner
 * is taken.
 *
 * Cells: right, wrong; by the hour also these two of each bucket of hours, on which alone is betted then: how much more is
 * wrong than may be at that hour.
 */
export function errorRateDetector(
  settings: ModelSettings,
  reference: Reference,
  stream: Stream,
  streams: number,
): StreamDetector {
  const past = countsIn(reference.profile);
  const boundsOf = (counts: ArrayLike<number>, designEffect: number, buckets: number) =>
    nullBounds(score, counts, {
      tail: boundTail(1, streams * buckets),
      designEffect,
      tolerance: { standardDeviations: 0, relativeShare: 0, absoluteShare: settings.tolerance.errorRate },
    });
  const effect = signalDesignEffect(reference, signal);
  const overall = boundsOf(past, effect, 1);
  const up = (bounds: ReturnType<typeof boundsOf>, designEffect: number): OrientedScore[] =>
    orient(score, bounds, designEffect).filter(({ direction }) => direction === 'up');

  const byBucket = reference.seasons?.signals[signal] ?? [];
  const effectAtHour = reference.designEffects[signal]?.[atItsHour(score.name)] ?? effect;
  const uppers = byBucket.map((counts) => boundsOf(counts, effectAtHour, byBucket.length).upper);
  const speedAtHour = averageOf(byBucket, (bucket) => speed(overall.mean, uppers[bucket]!, rateOf(byBucket[bucket]!)));
  if (speedAtHour / effectAtHour <= speed(overall.mean, overall.upper, overall.mean) / effect) {
    const whole = { scores: [score], counts: past };
    return steadyDetector(stream, up(overall, effect), whole, (_, { overall: { labelled, wrong } }) => [
      labelled - wrong,
      wrong,
    ]);
  }

  const cells = 2 + 2 * byBucket.length;
  const read = shareScore(score.name, cells, [1], (cell) => cell < 2);
  const isBetted = (bucket: number): boolean => uppers[bucket]! < 1;
  const betted = uppers.filter((_, bucket) => isBetted(bucket));
  const mean = averageOf(byBucket, (bucket) => Math.min(1, uppers[bucket]!));
  const cap = 0.9 / Math.max(...betted);
  const bets = up({ ...overall, upper: mean }, effectAtHour).map((oriented) => ({
    ...oriented,
    values: Float64Array.from({ length: cells }, (_, cell) =>
      cell < 2 ? 0 : (cell % 2) - (uppers[bucketOf(cell)] ?? 0),
    ),
    considered: Uint8Array.from({ length: cells }, (_, cell) => (cell >= 2 && isBetted(bucketOf(cell)) ? 1 : 0)),
    nullMean: 0,
    low: -Math.max(...betted),
    bets: oriented.bets.map((bet) => Math.min(bet, cap)),
  }));
  const { bucketOfHour } = reference.seasons!;
  const countsOf = (_: unknown, { overall: { labelled, wrong }, hours = {} }: OutcomeArrivals): Float64Array => {
    const counts = new Float64Array(cells);
    counts.set([labelled - wrong, wrong]);
    for (const [hour, [labelledThen, wrongThen]] of Object.entries(hours)) {
      const bucket = bucketOfHour[Number(hour)] ?? null;
      if (bucket === null) continue;
      counts[2 + 2 * bucket]! += labelledThen - wrongThen;
      counts[3 + 2 * bucket]! += wrongThen;
    }
    return counts;
  };
  return steadyDetector(stream, bets, { scores: [read], counts: [...past, ...byBucket.flat()] }, countsOf);
}

function bucketOf(cell: number): number {
  return Math.floor(cell / 2) - 1;
}

/** What evidence grows by with each label when the error rate rises by `rise`, but for factors that all hours share. */
function speed(rise: number, upper: number, rate: number): number {
  return upper < 1 ? Math.max(0, rate + rise - upper) ** 2 : 0;
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

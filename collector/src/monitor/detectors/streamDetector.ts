import { declaredSegmentsOf } from '../../config/segments.ts';
import type { ModelSettings } from '../../config/settings.ts';
import { PlumblineError } from '../../errors.ts';
import {
  duplicateIndicator,
  failureIndicator,
  type GroupConfusion,
  groupConfusions,
  type Indicator,
  outcomeSizes,
  type Profile,
  qualityCounts,
  qualityScores,
  type Reference,
  signalWatchedBy,
} from '../../profile/index.ts';
import {
  boundTail,
  type Detector,
  type Direction,
  nullBounds,
  type OrientedScore,
  orient,
  type Score,
  shareScore,
  type Tolerance,
} from '../../statistics/evidence/index.ts';
import { arrivedIn, type OutcomeArrivals } from '../arrivals.ts';
import { signalDesignEffect } from '../figures/signalStatistics.ts';
import { BoundedCache } from './boundedCache.ts';
import { calibrationDetector } from './calibrationDetector.ts';
import { detectorByHour, detectorOver } from './detectorByHour.ts';
import { errorRateDetector } from './errorRateDetector.ts';
import { exceedanceDetector } from './exceedanceDetector.ts';
import { expectedErrorDetector } from './expectedErrorDetector.ts';
import { gapDetector, rateEffect } from './gapDetector.ts';
import { selection } from './groupRates.ts';
import { scoreOrderDetector } from './scoreOrderDetector.ts';
import { errorRateSignal, isCalibrationWatched, type Stream, signalNamed, streamsOf } from './streams.ts';

/** The detector of one stream against one reference, and which counts it is fed with. */
export interface StreamDetector {
  readonly stream: Stream;
  readonly detector: Detector;
  /**
   * The detector for a window that starts then: the same bets, against what is ordinary at that hour of the week. `null`
   * when the signal follows the hour and the reference knows no such hour: then nothing is betted.
   */
  readonly detectorAt: (from: number) => Detector | null;
  /** What the reference counted at that hour; over all hours where the signal does not follow them. */
  readonly referenceCountsAt: (from: number) => ArrayLike<number>;
  readonly scores: readonly Score[];
  /** What the reference counted, by the same cells. */
  readonly referenceCounts: ArrayLike<number>;
  /**
   * Events of a window by cell. `step`: how many windows were evaluated, with this one; what is drawn at random follows it.
   * `due`: windows whose outcomes became due with this one; `null` when there are none.
   */
  readonly countsOf: (
    profile: Profile,
    arrivals: OutcomeArrivals,
    step: number,
    due: Profile | null,
  ) => ArrayLike<number>;
}

/**
 * Detectors of all streams of a version, in the order of `streamsOf`; those of ratings and of the pace of arrivals live on what
 * came first. Null bounds hold together with probability 0.99 over the reference. Kept by content, because making them costs
 * more than using them.
 */
export function streamDetectors(settings: ModelSettings, reference: Reference): readonly StreamDetector[] {
  const { tolerance, minimumGroupRows, groups, ratings, arrivals, segments, quantile, labels } = settings;
  const key = JSON.stringify([
    reference.id,
    tolerance,
    minimumGroupRows,
    groups,
    ratings,
    arrivals,
    segments,
    quantile,
    labels,
    isCalibrationWatched(settings),
  ]);
  return known.get(key, () => makeDetectors(settings, reference));
}

/**
 * Those of thirty features take 1.5 MB, up to twice that where signals follow the hour, and 20 to 45 ms to make. In a small
 * container they must leave room for what cannot be made again.
 */
const known = new BoundedCache<readonly StreamDetector[]>({
  bytes: Math.min(512 * 1_048_576, (process.constrainedMemory() || Number.POSITIVE_INFINITY) / 4),
  bytesOf: (detectors) => detectors.reduce((sum, { detector }) => sum + detector.components * bytesPerBet, 0),
  wantedFor: 20_000,
});
/** Its gains, and its share of the score. */
const bytesPerBet = 280;

function makeDetectors(settings: ModelSettings, reference: Reference): readonly StreamDetector[] {
  const streams = streamsOf(settings, reference);
  const bounded = boundedStreams(settings, streams.length);
  return streams.flatMap((stream) =>
    stream.kind === 'ratings' || stream.kind === 'pace' ? [] : streamDetector(settings, reference, stream, bounded),
  );
}

/** Over how many streams the confidence of null bounds is shared: a version has a reference, and so has each of its segments. */
export function boundedStreams(settings: ModelSettings, streams: number): number {
  return streams * (1 + declaredSegmentsOf(settings).length);
}

function streamDetector(
  settings: ModelSettings,
  reference: Reference,
  stream: Exclude<Stream, { readonly kind: 'ratings' | 'pace' }>,
  streams: number,
): StreamDetector {
  switch (stream.kind) {
    case 'distribution':
    case 'data_quality':
      return signalDetector(settings, reference, stream, streams);
    case 'failures':
      return indicatorDetector(settings, reference, stream, streams, failureIndicator, failureIndicator.counts);
    case 'duplicates':
      return indicatorDetector(settings, reference, stream, streams, duplicateIndicator, duplicateIndicator.counts);
    case 'performance':
      return errorRateDetector(settings, reference, stream, streams);
    case 'calibration':
      return calibrationDetector(settings, reference, stream, streams);
    case 'score_order':
      return scoreOrderDetector(settings, reference, stream, streams);
    case 'quantile_exceedance':
      return exceedanceDetector(settings, reference, stream.quantile, stream, streams);
    case 'expected_error':
      return expectedErrorDetector(settings, reference, stream, streams);
    case 'outcome_sizes':
      return outcomeDetector(settings, reference, stream, streams);
    case 'fairness':
      return groupDetector(settings, reference, stream, streams);
    case 'fairness_gap':
      return gapDetector(settings, reference, stream, streams);
  }
}

/**
 * Where values lie, or for data quality whether they come, can be read and are among what was known. Features have a
 * stream for each, so that missing values are never reported as drift of the rest; of scores and predictions one stream
 * watches both.
 */
function signalDetector(
  settings: ModelSettings,
  reference: Reference,
  stream: Stream & { readonly kind: 'distribution' | 'data_quality' },
  streams: number,
): StreamDetector {
  const { signal } = stream;
  const shape = signalNamed(reference.shape, signal);
  const isQuality = (score: Score): boolean => score.name === 'missing' || score.name === 'invalid';
  const watchedBy = signalWatchedBy(reference, signal);
  const { scores, countsOf } =
    stream.kind === 'data_quality'
      ? {
          scores: qualityScores(reference.profile, signal),
          countsOf: (profile: Profile) => qualityCounts(profile, signal),
        }
      : { ...watchedBy, scores: watchedBy.scores.filter((score) => shape.kind !== 'feature' || !isQuality(score)) };
  const referenceCounts = countsOf(reference.profile);
  const { standardDeviations, relativeShare } = settings.tolerance;
  const tolerance = { standardDeviations, relativeShare, absoluteShare: smallestShare };
  const effects = reference.designEffects[signal] ?? {};
  const watched = detectorOver(reference, signal, scores, referenceCounts, {
    tolerance,
    streams,
    designEffectOf: (score) => effects[score] ?? 1,
    // Fewer missing values than before are no trouble.
    directions: stream.kind === 'data_quality' ? ['up'] : ['up', 'down'],
  });
  return { stream, ...watched, scores, referenceCounts, countsOf };
}

/** A share below this is never worth an alarm: one row in a thousand. */
const smallestShare = 0.001;

/**
 * A share of events that should not grow, counted in the window they happened in.
 */
function indicatorDetector(
  settings: ModelSettings,
  reference: Reference,
  stream: Stream,
  streams: number,
  { signal, score, counts }: Indicator,
  countsOf: StreamDetector['countsOf'],
): StreamDetector {
  const referenceCounts = counts(reference.profile);
  const watched = detectorOver(reference, signal, [score], referenceCounts, {
    tolerance: shareTolerance(settings.tolerance.errorRate),
    streams,
    designEffectOf: () => signalDesignEffect(reference, signal),
    directions: ['up'],
  });
  return { stream, ...watched, scores: [score], referenceCounts, countsOf };
}

/**
 * Are errors of numbers larger than they were, or rankings worse? By ranks within the reference, so that one wild error
 * counts like any other large one. Outcomes count by their arrival.
 */
function outcomeDetector(
  settings: ModelSettings,
  reference: Reference,
  stream: Stream,
  streams: number,
): StreamDetector {
  const sizes = outcomeSizes(reference.profile);
  if (sizes === null) throw new PlumblineError('INTERNAL', 'the reference counts no sizes of outcomes');
  const { signal, score, worse, counts } = sizes;
  const referenceCounts = counts(reference.profile);
  const { standardDeviations } = settings.tolerance;
  const watched = detectorOver(reference, signal, [score], referenceCounts, {
    tolerance: { standardDeviations, relativeShare: 0, absoluteShare: 0 },
    streams,
    designEffectOf: () => signalDesignEffect(reference, signal),
    directions: [worse],
  });
  const countsOf: StreamDetector['countsOf'] = (_, arrivals) =>
    Float64Array.from(referenceCounts, (__, cell) => arrivals.sizes?.[cell] ?? 0);
  return { stream, ...watched, scores: [score], referenceCounts, countsOf };
}

/**
 * Did this group fare worse than it did in the reference: fewer favourable decisions, or more wrong ones? Cells: not
 * favourable, favourable, right, wrong.
 */
function groupDetector(
  settings: ModelSettings,
  reference: Reference,
  stream: Stream & { readonly kind: 'fairness' },
  streams: number,
): StreamDetector {
  const { attribute, group } = stream;
  const { shape } = reference;
  const decided = (profile: Profile): readonly [number, number] => {
    const confusion = groupConfusionOf(profile, attribute, group);
    if (confusion === undefined || shape.positive === null) return [0, 0];
    const { events, n } = selection(shape, confusion);
    return [n - events, events];
  };
  const own = groupConfusionOf(reference.profile, attribute, group);
  const outcomes = [own?.right ?? 0, own?.wrong ?? 0];
  const referenceCounts = [...decided(reference.profile), ...outcomes];
  // Decisions follow the hour that they are made at; labels come at hours of their own.
  const selectionEffect = signalDesignEffect(reference, reference.designEffects[stream.id] ? stream.id : 'prediction');
  const errorEffect =
    rateEffect(reference, attribute, group, 'wrong') ?? signalDesignEffect(reference, errorRateSignal);
  const selectionScore = shareScore('selection_rate', 4, [1], (cell) => cell < 2);
  const errorScore = shareScore('error_rate', 4, [3], (cell) => cell >= 2);
  const tables: readonly (readonly [Score, Direction, number])[] = [
    [selectionScore, 'down', selectionEffect],
    [errorScore, 'up', errorEffect],
  ];
  const tolerance = shareTolerance(settings.tolerance.fairnessGap);
  const orientedOf = (counts: ArrayLike<number>, buckets: number): OrientedScore[] =>
    tables.flatMap(([score, direction, designEffect]) => {
      const tail = boundTail(tables.length, streams * buckets);
      const bounds = nullBounds(score, counts, { tail, designEffect, tolerance });
      if (bounds.n < settings.minimumGroupRows) return [];
      return orient(score, bounds, designEffect).filter((candidate) => candidate.direction === direction);
    });
  const watched = detectorByHour(reference, stream.id, referenceCounts, orientedOf, (decisions) => [
    ...(decisions ?? [0, 0]),
    ...outcomes,
  ]);
  const countsOf = (profile: Profile, arrivals: OutcomeArrivals): number[] => {
    const { labelled = 0, wrong = 0 } = arrivedIn(arrivals.groups, attribute, group) ?? {};
    return [...decided(profile), labelled - wrong, wrong];
  };
  return { stream, ...watched, scores: [selectionScore, errorScore], referenceCounts, countsOf };
}

function shareTolerance(absoluteShare: number): Tolerance {
  return { standardDeviations: 0, relativeShare: 0, absoluteShare };
}

function groupConfusionOf(profile: Profile, attribute: string, group: string): GroupConfusion | undefined {
  return groupConfusions(profile, attribute).find((confusion) => confusion.group === group && !confusion.isOther);
}

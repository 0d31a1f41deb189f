import type { ModelSettings } from '../config/settings.ts';
import {
  errorRateIndicator,
  failureIndicator,
  type GroupConfusion,
  groupConfusions,
  type Indicator,
  type Profile,
  type Reference,
  signalCounts,
  signalScores,
} from '../profile/index.ts';
import {
  boundTail,
  createDetector,
  type Detector,
  type Direction,
  nullBounds,
  orient,
  type Score,
  shareScore,
  type Tolerance,
} from '../statistics/evidence/index.ts';
import type { OutcomeArrivals } from './arrivals.ts';
import { selection } from './groupStatistics.ts';
import { signalDesignEffect } from './signalStatistics.ts';
import { errorRateSignal, type Stream, signalNamed, streamsOf } from './streams.ts';

/** The detector of one stream against one reference, and which counts it is fed with. */
export interface StreamDetector {
  readonly stream: Stream;
  readonly detector: Detector;
  readonly scores: readonly Score[];
  /** What the reference counted, by the same cells. */
  readonly referenceCounts: ArrayLike<number>;
  /** Events of a window by cell. */
  readonly countsOf: (profile: Profile, arrivals: OutcomeArrivals) => ArrayLike<number>;
}

/**
 * Detectors of all streams of a version, in the order of `streamsOf`. Null bounds hold together with probability 0.99
 * over the reference. Kept by content, because making them costs more than using them.
 */
export function streamDetectors(settings: ModelSettings, reference: Reference): readonly StreamDetector[] {
  const { tolerance, minimumGroupRows } = settings;
  const key = JSON.stringify([reference.id, tolerance, minimumGroupRows]);
  const known = detectors.get(key);
  if (known !== undefined) return known;
  const streams = streamsOf(settings, reference);
  const made = streams.map((stream) => streamDetector(settings, reference, stream, streams.length));
  if (detectors.size >= keptReferences) detectors.clear();
  detectors.set(key, made);
  return made;
}

const keptReferences = 200;
const detectors = new Map<string, readonly StreamDetector[]>();

function streamDetector(
  settings: ModelSettings,
  reference: Reference,
  stream: Stream,
  streams: number,
): StreamDetector {
  switch (stream.kind) {
    case 'distribution':
    case 'data_quality':
      return signalDetector(settings, reference, stream, streams);
    case 'failures':
      return indicatorDetector(settings, reference, stream, streams, failureIndicator, failureIndicator.counts);
    case 'performance':
      return indicatorDetector(settings, reference, stream, streams, errorRateIndicator, (_, { overall }) => [
        overall.labelled - overall.wrong,
        overall.wrong,
      ]);
    case 'fairness':
      return groupDetector(settings, reference, stream, streams);
  }
}

/**
 * Where values lie, or for data quality whether they come at all. Features have a stream for each, so that missing
 * values are never reported as drift of the rest; of scores and predictions one stream watches both.
 */
function signalDetector(
  settings: ModelSettings,
  reference: Reference,
  stream: Stream & { readonly kind: 'distribution' | 'data_quality' },
  streams: number,
): StreamDetector {
  const { signal } = stream;
  const shape = signalNamed(reference.shape, signal);
  const referenceCounts = signalCounts(reference.profile, signal);
  const isQuality = (score: Score): boolean => score.name === 'missing' || score.name === 'invalid';
  const scores = signalScores(reference.profile, signal).filter((score) =>
    stream.kind === 'data_quality' ? isQuality(score) : shape.kind !== 'feature' || !isQuality(score),
  );
  const { standardDeviations, relativeShare } = settings.tolerance;
  const tolerance = { standardDeviations, relativeShare, absoluteShare: smallestShare };
  const effects = reference.designEffects[signal] ?? {};
  const detector = detectorOver(scores, referenceCounts, {
    tolerance,
    streams,
    designEffectOf: (score) => effects[score] ?? 1,
    // Fewer missing values than before are no trouble.
    directions: stream.kind === 'data_quality' ? ['up'] : ['up', 'down'],
  });
  return { stream, detector, scores, referenceCounts, countsOf: (profile) => signalCounts(profile, signal) };
}

/** A share below this is never worth an alarm: one row in a thousand. */
const smallestShare = 0.001;

/**
 * A share of events that should not grow. Wrong predictions are counted by the arrival of their labels, failures in the
 * window they happened in.
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
  const detector = detectorOver([score], referenceCounts, {
    tolerance: shareTolerance(settings.tolerance.errorRate),
    streams,
    designEffectOf: () => signalDesignEffect(reference, signal),
    directions: ['up'],
  });
  return { stream, detector, scores: [score], referenceCounts, countsOf };
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
  const referenceCounts = [...decided(reference.profile), own?.right ?? 0, own?.wrong ?? 0];
  const tables: readonly (readonly [Score, Direction, string])[] = [
    [shareScore('selection_rate', 4, [1], (cell) => cell < 2), 'down', 'prediction'],
    [shareScore('error_rate', 4, [3], (cell) => cell >= 2), 'up', errorRateSignal],
  ];
  const tolerance = shareTolerance(settings.tolerance.fairnessGap);
  const tail = boundTail(tables.length, streams);
  const oriented = tables.flatMap(([score, direction, signal]) => {
    const designEffect = signalDesignEffect(reference, signal);
    const bounds = nullBounds(score, referenceCounts, { tail, designEffect, tolerance });
    if (bounds.n < settings.minimumGroupRows) return [];
    return orient(score, bounds, designEffect).filter((candidate) => candidate.direction === direction);
  });
  const countsOf = (profile: Profile, arrivals: OutcomeArrivals): number[] => {
    const { labelled = 0, wrong = 0 } = arrivals.groups[attribute]?.[group] ?? {};
    return [...decided(profile), labelled - wrong, wrong];
  };
  const scores = tables.map(([score]) => score);
  return { stream, detector: createDetector(4, oriented), scores, referenceCounts, countsOf };
}

function detectorOver(
  scores: readonly Score[],
  referenceCounts: ArrayLike<number>,
  options: {
    readonly tolerance: Tolerance;
    readonly streams: number;
    readonly designEffectOf: (score: string) => number;
    readonly directions: readonly Direction[];
  },
): Detector {
  const tail = boundTail(scores.length, options.streams);
  const oriented = scores.flatMap((score) => {
    const designEffect = options.designEffectOf(score.name);
    const bounds = nullBounds(score, referenceCounts, { tail, designEffect, tolerance: options.tolerance });
    return orient(score, bounds, designEffect).filter(({ direction }) => options.directions.includes(direction));
  });
  return createDetector(referenceCounts.length, oriented);
}

function shareTolerance(absoluteShare: number): Tolerance {
  return { standardDeviations: 0, relativeShare: 0, absoluteShare };
}

function groupConfusionOf(profile: Profile, attribute: string, group: string): GroupConfusion | undefined {
  return groupConfusions(profile, attribute).find((confusion) => confusion.group === group && !confusion.isOther);
}

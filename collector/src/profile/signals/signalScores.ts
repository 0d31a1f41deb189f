import {
  categoryScores,
  indicatorScore,
  numericScores,
  rankScore,
  type Score,
} from '../../statistics/evidence/index.ts';
import { favourableDecision } from '../fold/decision.ts';
import type { Profile } from '../profile.ts';
import type { ProfileShape } from '../shape.ts';
import { errorSizeCounts, rankingCounts } from '../views/detailViews.ts';
import { sampledArrivals } from '../views/sketchViews.ts';
import {
  findSignal,
  groupConfusions,
  outsideMeans,
  overallConfusion,
  profileTotals,
  signalCounts,
} from '../views/views.ts';
import { groupSignal } from './groupSignals.ts';

/** The scores by which a signal is watched, over the cells of `signalCounts`. `profile` is the reference's. */
export function signalScores(profile: Profile, signal: string): Score[] {
  const shape = findSignal(profile.shape, signal);
  const counts = signalCounts(profile, signal);
  return shape?.type === 'category'
    ? categoryScores(shape.categories, counts, shape.newValues)
    : numericScores(counts, shape?.deciles ?? []);
}

/**
 * The scores that see the data of a feature break rather than drift: values that stop coming or cannot be read, lie
 * outside of the reference's range, or are new. Over the same cells as `signalScores`.
 *
 * The reference has nothing outside of its own range, so it cannot say how often that is ordinary: up to one row in a
 * hundred is taken to be.
 */
export function qualityScores(profile: Profile, signal: string): Score[] {
  const counts = signalCounts(profile, signal);
  let numbers = 0;
  for (let cell = 0; cell < counts.length - 2; cell++) numbers += counts[cell]!;
  const ordinary = { events: numbers * ordinaryOutside, n: numbers };
  return signalScores(profile, signal).flatMap((score) => {
    if (score.name === 'below' || score.name === 'above') return [{ ...score, trial: ordinary }];
    return brokenScores.includes(score.name) ? [score] : [];
  });
}

/**
 * The counts that `qualityScores` look at: as `signalCounts`, but values just outside of the reference's range count as
 * inside. Traffic that drifts leaves the range too; only values that on average lie outside by several widths of the whole
 * range, such as another unit or -999 for "unknown", are taken for broken. (What counts as outside never counts more
 * often this way, so evidence stays valid.)
 */
export function qualityCounts(profile: Profile, signal: string): Float64Array {
  const counts = signalCounts(profile, signal);
  const last = counts.length - 3;
  if (counts[0] === 0 && counts[last] === 0) return counts;
  const shape = findSignal(profile.shape, signal);
  if (shape?.type !== 'number' || shape.edges.length < 2) return counts;
  const { belowMean, aboveMean } = outsideMeans(profile, signal, counts);
  const [low, high] = [shape.edges[0]!, shape.edges.at(-1)!];
  const near = counts.slice();
  if (belowMean !== null && !(low - belowMean > farWidths * (high - low))) moveCount(near, 0, 1);
  if (aboveMean !== null && !(aboveMean - high > farWidths * (high - low))) moveCount(near, last, last - 1);
  return near;
}

function moveCount(counts: Float64Array, from: number, to: number): void {
  counts[to] = counts[to]! + counts[from]!;
  counts[from] = 0;
}

const farWidths = 5;
const brokenScores: readonly string[] = ['missing', 'invalid', 'unseen'];
const ordinaryOutside = 0.01;

/** A watched share of events that is no distribution: counts are [not so, so]. */
export interface Indicator {
  readonly signal: string;
  readonly score: Score;
  readonly counts: (profile: Profile) => Float64Array;
}

/** Wrong predictions among labelled ones. Classification only: in regression its counts are 0. */
export const errorRateIndicator: Indicator = {
  signal: 'performance:error_rate',
  score: indicatorScore('wrong'),
  counts: (profile) => {
    const { right, wrong } = overallConfusion(profile);
    return Float64Array.of(right, wrong);
  },
};

/** Inferences that failed. */
export const failureIndicator: Indicator = {
  signal: 'data_quality:failures',
  score: indicatorScore('failed'),
  counts: (profile) => {
    const { rows, errors } = profileTotals(profile);
    return Float64Array.of(rows - errors, errors);
  },
};

/** Arrivals of inferences that had come before, among those whose ids are sampled. */
export const duplicateIndicator: Indicator = {
  signal: 'data_quality:duplicates',
  score: indicatorScore('duplicate'),
  counts: (profile) => {
    const { arrivals, different } = sampledArrivals(profile);
    return Float64Array.of(different, arrivals - different);
  },
};

/** How good answers that are not right or wrong were: numbers by the size of their error, rankings by their quality. */
export interface OutcomeSizes {
  readonly signal: string;
  readonly score: Score;
  /** Which way the score goes when answers get worse. */
  readonly worse: 'up' | 'down';
  readonly counts: (profile: Profile) => Float64Array;
}

/** `null` for classes, which are right or wrong, and for references that did not count it yet. `profile`: the reference's. */
export function outcomeSizes(profile: Profile): OutcomeSizes | null {
  const { task } = profile.shape;
  const sized = (signal: string, worse: OutcomeSizes['worse'], counts: OutcomeSizes['counts']): OutcomeSizes | null => {
    const past = counts(profile);
    return past.length === 0 ? null : { signal, worse, counts, score: rankScore(past) };
  };
  if (task === 'regression') return sized('performance:absolute_error', 'up', errorSizeCounts);
  if (task === 'ranking') return sized('performance:ranking_quality', 'down', rankingCounts);
  return null;
}

/** Favourable decisions about each group that the shape counts; none where decisions have no side. */
function selectionIndicators(shape: ProfileShape): Indicator[] {
  if (shape.positive === null) return [];
  const favourable = favourableDecision(shape);
  return shape.groups.flatMap(({ attribute, groups }) =>
    groups.map((group) => ({
      signal: groupSignal(attribute, group),
      score: indicatorScore('selection_rate'),
      counts: (profile: Profile) => {
        const own = groupConfusions(profile, attribute).find((one) => one.group === group && !one.isOther);
        if (own === undefined) return new Float64Array(2);
        const positive = own.truePositive + own.falsePositive + own.unlabelledPositive;
        const negative = own.trueNegative + own.falseNegative + own.unlabelledNegative;
        return favourable === 1 ? Float64Array.of(negative, positive) : Float64Array.of(positive, negative);
      },
    })),
  );
}

/** Everything of a shape that is no distribution. */
export function indicatorsOf(shape: ProfileShape): readonly Indicator[] {
  return [errorRateIndicator, failureIndicator, duplicateIndicator, ...selectionIndicators(shape)];
}

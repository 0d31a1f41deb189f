import { categoryScores, indicatorScore, numericScores, type Score } from '../statistics/evidence/index.ts';
import type { Profile } from './profile.ts';
import { findSignal, overallConfusion, profileTotals, signalCounts } from './views.ts';

/** The scores by which a signal is watched, over the cells of `signalCounts`. `profile` is the reference's. */
export function signalScores(profile: Profile, signal: string): Score[] {
  const shape = findSignal(profile.shape, signal);
  const counts = signalCounts(profile, signal);
  return shape?.type === 'category'
    ? categoryScores(shape.categories, counts, shape.newValues)
    : numericScores(counts, shape?.deciles ?? []);
}

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

export const indicators: readonly Indicator[] = [errorRateIndicator, failureIndicator];

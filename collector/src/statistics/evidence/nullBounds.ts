import { betaQuantile } from '../special/betaQuantile.ts';
import { normalQuantile } from '../special/normalQuantile.ts';
import { type Score, type ScoreMoments, scoreMoments } from './score.ts';

/** How much of a shift is nobody's business: an alarm means that the mean moved further than this. */
export interface Tolerance {
  /** Of a mean: parts of the score's standard deviation. */
  readonly standardDeviations: number;
  /** Of a share: parts of the reference share. */
  readonly relativeShare: number;
  /** Of a share: at least this much, in shares (0.01 is one percentage point). */
  readonly absoluteShare: number;
}

export const defaultTolerance: Tolerance = { standardDeviations: 0.05, relativeShare: 0.1, absoluteShare: 0.001 };

/** What the mean of a score may be while nothing worth knowing has changed: in [lower, upper]. */
export interface NullBounds {
  readonly lower: number;
  readonly upper: number;
  /** The reference's own mean and standard deviation. */
  readonly mean: number;
  readonly standardDeviation: number;
  /** Events of the reference behind them. */
  readonly n: number;
}

/**
 * The reference is a sample: its mean is not the truth. Each bound is a one-sided confidence bound of the reference's
 * mean, missed with probability `tail`, widened by the tolerance. With the plain mean in its place nearly every feature
 * would raise a false alarm sooner or later.
 *
 * Shares: Clopper-Pearson. Means: normal, or the empirical Bernstein bound below 500 effective events. `designEffect`
 * divides the number of events (rows in clusters know less). Without any event the bounds are those of the score itself.
 *
 * Source: Clopper and Pearson 1934; Maurer and Pontil 2009 (empirical Bernstein).
 */
export function nullBounds(
  score: Score,
  referenceCounts: ArrayLike<number>,
  options: { readonly tail: number; readonly designEffect: number; readonly tolerance: Tolerance },
): NullBounds {
  const { n, mean, variance } =
    score.trial === undefined ? scoreMoments(score, referenceCounts) : trialMoments(score.trial);
  const effective = n / Math.max(1, options.designEffect);
  const standardDeviation = Math.sqrt(variance);
  if (score.kind === 'share') {
    const { lower, upper } = shareBounds(mean, effective, options.tail);
    const tolerance = Math.max(options.tolerance.absoluteShare, options.tolerance.relativeShare * mean);
    return { lower: lower - tolerance, upper: upper + tolerance, mean, standardDeviation, n };
  }
  const margin =
    meanMargin(variance, effective, options.tail) + options.tolerance.standardDeviations * standardDeviation;
  return { lower: mean - margin, upper: mean + margin, mean, standardDeviation, n };
}

/**
 * The tail each bound may take so that all of them hold together with probability 1 - `delta`: `scores` in both
 * directions on `streams` signals (Bonferroni). Paid once a reference.
 */
export function boundTail(scores: number, streams: number, delta = 0.01): number {
  return delta / (2 * Math.max(1, scores) * Math.max(1, streams));
}

function trialMoments({ events, n }: NonNullable<Score['trial']>): ScoreMoments {
  const mean = n === 0 ? 0 : events / n;
  return { n, mean, variance: mean * (1 - mean) };
}

function shareBounds(share: number, n: number, tail: number): { lower: number; upper: number } {
  if (n === 0) return { lower: 0, upper: 1 };
  const events = share * n;
  return {
    lower: events <= 0 ? 0 : betaQuantile(tail, events, n - events + 1),
    upper: events >= n ? 1 : betaQuantile(1 - tail, events + 1, n - events),
  };
}

/** Scores of kind `mean` lie in [-1, 1]. */
const meanRange = 2;
const fewEvents = 500;

function meanMargin(variance: number, n: number, tail: number): number {
  if (n <= 1) return meanRange;
  if (n >= fewEvents) return -normalQuantile(tail) * Math.sqrt(variance / n);
  const log = Math.log(2 / tail);
  const unbiased = (variance * n) / (n - 1);
  return Math.sqrt((2 * unbiased * log) / n) + (7 * meanRange * log) / (3 * (n - 1));
}

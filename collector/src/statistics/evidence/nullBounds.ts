import { countedMeanSequence } from '../confidence/countedMean.ts';
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

export const noTolerance: Tolerance = { standardDeviations: 0, relativeShare: 0, absoluteShare: 0 };

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
 * Shares: Clopper-Pearson. Means: normal, or below 500 effective events what bets on the reference leave possible: with 100
 * events about half as wide as the empirical Bernstein bound (Maurer and Pontil 2009), and as exact. `designEffect` divides
 * the number of events (rows in clusters know less). Without any event the bounds are those of the score itself.
 *
 * Source: Clopper and Pearson 1934; Waudby-Smith and Ramdas 2024.
 */
export function nullBounds(
  score: Score,
  referenceCounts: ArrayLike<number>,
  options: { readonly tail: number; readonly designEffect: number; readonly tolerance: Tolerance },
): NullBounds {
  const { n, mean, variance } =
    score.trial === undefined ? scoreMoments(score, referenceCounts) : trialMoments(score.trial);
  const { tail, tolerance } = options;
  const designEffect = Math.max(1, options.designEffect);
  const standardDeviation = Math.sqrt(variance);
  const isShare = score.kind === 'share';
  const { lower, upper } = isShare
    ? shareBounds(mean, n / designEffect, tail)
    : meanBounds(score, referenceCounts, { n, mean, variance }, { tail, designEffect });
  const tolerated = isShare
    ? Math.max(tolerance.absoluteShare, tolerance.relativeShare * mean)
    : tolerance.standardDeviations * standardDeviation;
  return { lower: lower - tolerated, upper: upper + tolerated, mean, standardDeviation, n };
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

/** Below as many effective events the mean of a reference is not taken for normal. */
const fewEvents = 500;

/** Scores of kind `mean` lie in [-1, 1]. */
const scoreRange = { low: -1, high: 1 };

function meanBounds(
  score: Score,
  counts: ArrayLike<number>,
  { n, mean, variance }: ScoreMoments,
  { tail, designEffect }: { readonly tail: number; readonly designEffect: number },
): { readonly lower: number; readonly upper: number } {
  if (n / designEffect < fewEvents) {
    const considered = Float64Array.from(score.values, (_, cell) => score.considered[cell]! * (counts[cell] ?? 0));
    const values = [...score.values];
    const bounds = countedMeanSequence({ counts: considered, values, ...scoreRange, alpha: 2 * tail, designEffect });
    return { lower: bounds.low, upper: bounds.high };
  }
  const margin = -normalQuantile(tail) * Math.sqrt((variance * designEffect) / n);
  return { lower: mean - margin, upper: mean + margin };
}

import { bernoulliSequence, countedMeanSequence } from '../../statistics/confidence/index.ts';
import type { GapScore } from '../detectors/gapDetector.ts';
import type { StreamDetector } from '../detectors/streamDetector.ts';
import { finite } from '../figures/estimates.ts';
import type { Estimate } from '../finding.ts';

/**
 * Running estimates over everything since the first window against this reference, for whoever watches them grow: their
 * 95 % intervals hold at all times together, however often and whenever they are looked at.
 */

/**
 * Counts of a stream by cell with those of one more window, of an error rate right and wrong alone; `undefined` for streams
 * without a running estimate.
 */
export function countedSince(
  { stream }: StreamDetector,
  before: readonly number[] | undefined,
  counts: ArrayLike<number>,
): readonly number[] | undefined {
  if (stream.kind !== 'performance' && stream.kind !== 'fairness_gap') return undefined;
  const told = stream.kind === 'performance' ? [counts[0]!, counts[1]!] : Array.from(counts);
  return told.map((count, cell) => count + (before?.[cell] ?? 0));
}

/**
 * `runningErrorRate` of labels that arrived. Of a group against the one it is compared with, in pairs of one person each:
 * `runningStatisticalParityDifference`, `runningEqualOpportunityDifference`, `runningErrorRateDifference`,
 * `runningWronglyGrantedDifference`, `runningLargeErrorDifference`, `runningPoorRankingDifference`, in [-1, 1] and with the signs of what they are named after. `n` are labels or pairs;
 * with fewer than `minimum` nothing is said.
 */
export function statisticsSinceReference(
  { stream, detector, scores }: StreamDetector,
  counts: readonly number[] | undefined,
  minimum: number,
): Readonly<Record<string, Estimate>> {
  if (counts === undefined) return {};
  const effectOf = (score: string): number | null =>
    detector.tables.find((table) => table.score === score)?.designEffect ?? null;
  if (stream.kind === 'performance') {
    const [right, wrong] = counts as readonly [number, number];
    const n = right + wrong;
    if (n < minimum) return {};
    const effect = Math.max(1, ...detector.tables.map(({ designEffect }) => designEffect));
    const rows = { n: n / effect, events: wrong / effect };
    const interval = bernoulliSequence({ ...rows, alpha, tightestAt: tightestAt / effect });
    return { runningErrorRate: finite({ value: wrong / n, ...interval, n }) };
  }
  return Object.fromEntries(
    scores.flatMap(({ name: score }, gap) => {
      const { name, isReversed } = names[score as GapScore];
      const worse = counts.slice(gap * values.length, (gap + 1) * values.length);
      const pairs = isReversed ? worse.toReversed() : worse;
      const n = pairs.reduce((sum, count) => sum + count, 0);
      const designEffect = effectOf(score);
      if (n < minimum || designEffect === null) return [];
      const interval = countedMeanSequence({ counts: pairs, values, low: -1, high: 1, alpha, designEffect });
      const value = (pairs[2]! - pairs[0]!) / n;
      return [[name, finite({ value, ...interval, n })] as const];
    }),
  );
}

/** Pairs count what is bad; these rates are of what is good. */
const names = {
  selection_gap: { name: 'runningStatisticalParityDifference', isReversed: true },
  wrongly_denied_gap: { name: 'runningEqualOpportunityDifference', isReversed: true },
  error_gap: { name: 'runningErrorRateDifference', isReversed: false },
  wrongly_granted_gap: { name: 'runningWronglyGrantedDifference', isReversed: true },
  large_error_gap: { name: 'runningLargeErrorDifference', isReversed: false },
  poor_ranking_gap: { name: 'runningPoorRankingDifference', isReversed: false },
} as const satisfies Record<GapScore, { readonly name: string; readonly isReversed: boolean }>;

const alpha = 0.05;
const values = [-1, 0, 1];
/** Labels at which the error rate is known best for their number. */
const tightestAt = 1_000;

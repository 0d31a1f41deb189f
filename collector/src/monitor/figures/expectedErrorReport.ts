import { type ExpectedErrors, expectedErrors, onOneScale, type Profile, type Reference } from '../../profile/index.ts';
import { standardNormal95 } from '../../statistics/estimated.ts';
import { meanWithInterval } from '../../statistics/residualMetrics.ts';
import { total } from '../../statistics/total.ts';
import type { Estimate } from '../finding.ts';
import type { SegmentWindows } from './errorsBySegment.ts';
import { finite, suppressed } from './estimates.ts';
import { type LabelFreeReport, labelFreeReport, type ReportedWindow } from './labelFreeReport.ts';

/** What scores let expect of a stretch of windows, and how far that was off where labels came. */
interface ExpectedErrorReport extends Omit<LabelFreeReport, 'byWindow'> {
  /** Of all predictions with a score, in [0, 1]; labels are not looked at. */
  readonly errorRate: Estimate;
  /** Of those with a label: how many were wrong less how many should have been, as a share of them, in [-1, 1]. */
  readonly difference: Estimate;
}

/**
 * The estimate of errors without labels, and tested on the labels that came, also on those of windows `earlier` than the
 * report's. Windows count that began after the reference, which the estimate was fitted on. `null` where errors are not
 * expected.
 */
export function expectedErrorReport(
  reference: Reference,
  windows: readonly ReportedWindow[],
  earlier: readonly ReportedWindow[],
  segments: readonly SegmentWindows[],
): { readonly report: ExpectedErrorReport; readonly byWindow: LabelFreeReport['byWindow'] } | null {
  const expected = expectedErrors(reference.profile);
  const counts = ({ profile, from }: ReportedWindow): boolean =>
    profile.shape.id === reference.shape.id && !(from <= (reference.to ?? Number.NEGATIVE_INFINITY));
  const later = windows.filter(counts);
  const labelFree = labelFreeReport(reference.profile, later, earlier.filter(counts), segments);
  if (expected === null || labelFree === null || later.length === 0) return null;
  const { byWindow, ...tested } = labelFree;
  const profiles = onOneScale(later.map(({ profile }) => profile));
  const scored = profiles.map(expected.counts);
  const errorRate = drawnRate(expected.score.values, (level) => total(scored.map((counts) => counts[level]!)));
  const difference = excessOfErrors(expected, profiles);
  return { report: { errorRate, difference, ...tested }, byWindow };
}

/**
 * The share of rows that are wrong if each is with its own chance; the interval is where 95 % of such shares would lie (Poisson
 * binomial). `chances`, and how many rows have each.
 */
export function drawnRate(chances: ArrayLike<number>, rowsOf: (level: number) => number): Estimate {
  let [n, sum, variance] = [0, 0, 0];
  for (let level = 0; level < chances.length; level++) {
    const [rows, chance] = [rowsOf(level), chances[level]!];
    n += rows;
    sum += rows * chance;
    variance += rows * chance * (1 - chance);
  }
  if (n === 0) return suppressed(0, 'no scores');
  const value = sum / n;
  const half = (standardNormal95 * Math.sqrt(variance)) / n;
  return finite({ value, low: Math.max(0, value - half), high: Math.min(1, value + half), n });
}

/** Of labelled rows: what was wrong less what was expected. */
function excessOfErrors({ score, outcomes }: ExpectedErrors, profiles: readonly Profile[]): Estimate {
  let [n, difference, squares] = [0, 0, 0];
  for (const counts of profiles.map(outcomes)) {
    score.values.forEach((chance, level) => {
      const [right, wrong] = [counts[3 * level + 1]!, counts[3 * level + 2]!];
      n += right + wrong;
      difference += wrong - (right + wrong) * chance;
      squares += wrong * (1 - chance) ** 2 + right * chance ** 2;
    });
  }
  return n === 0 ? suppressed(0, 'no labels') : finite(meanWithInterval(difference, squares, n));
}

import {
  type ExpectedErrors,
  effectiveProfile,
  expectedErrors,
  type Profile,
  type Reference,
} from '../../profile/index.ts';
import { standardNormal95 } from '../../statistics/estimated.ts';
import { meanWithInterval } from '../../statistics/residualMetrics.ts';
import { normalQuantile } from '../../statistics/special/normalQuantile.ts';
import { total } from '../../statistics/total.ts';
import type { Estimate } from '../finding.ts';
import { distance, finite, suppressed } from './estimates.ts';

/** What scores let expect of a stretch of windows, and how far that was off where labels came. */
export interface ExpectedErrorReport {
  /** Of all predictions with a score, in [0, 1]; labels are not looked at. */
  readonly errorRate: Estimate;
  /** Of those with a label: how many were wrong less how many should have been, as a share of them, in [-1, 1]. */
  readonly difference: Estimate;
  /**
   * Mean absolute difference over windows, `n` of them; `high`: below this in 95 % of cases where scores are worth what they were, only
   * because labels are drawn.
   */
  readonly backTest: Estimate;
}

/** A window whose labels are all that will come, or not. */
interface LabelledWindow {
  readonly profile: Profile;
  readonly from: number;
  readonly isFinal: boolean;
}

/**
 * The estimate of errors without labels, tested on the labels that came. Windows count that began after the reference, which the
 * estimate was fitted on; in the back-test those that are final and have 30 labels. `null` where errors are not expected.
 *
 * Source: statistics of a sum of independent events with different chances (Poisson binomial), of which the absolute
 * deviation is that of a normal variable.
 */
export function expectedErrorBackTest(
  reference: Reference,
  windows: readonly LabelledWindow[],
): ExpectedErrorReport | null {
  const expected = expectedErrors(reference.profile);
  const later = windows.filter(
    ({ profile, from }) =>
      profile.shape.id === reference.shape.id && !(from <= (reference.to ?? Number.NEGATIVE_INFINITY)),
  );
  if (expected === null || later.length === 0) return null;
  const counted = later.map(({ profile, isFinal }) => ({
    isFinal,
    ...labelledRows(expected, effectiveProfile(profile)),
  }));
  const sum = (of: (window: (typeof counted)[number]) => number): number => total(counted.map(of));
  const scored = later.map(({ profile }) => expected.counts(effectiveProfile(profile)));
  const labels = sum(({ n }) => n);
  return {
    errorRate: drawnRate(expected.score.values, (level) => total(scored.map((counts) => counts[level]!))),
    difference:
      labels === 0
        ? suppressed(0, 'no labels')
        : finite(
            meanWithInterval(
              sum((window) => window.difference),
              sum(({ squares }) => squares),
              labels,
            ),
          ),
    backTest: meanDeviation(counted.filter(({ isFinal, n }) => isFinal && n >= fewestLabels)),
  };
}

/**
 * The share of rows that are wrong if each is with its own chance; the interval is where 95 % of such shares would lie. `chances`, and
 * how many rows have each.
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

const fewestLabels = 30;

/** Sums over the labelled rows of a window of what was wrong less what was expected, of its square, and of its variance. */
function labelledRows({ score, outcomes }: ExpectedErrors, profile: Profile) {
  const counts = outcomes(profile);
  let [n, difference, squares, variance] = [0, 0, 0, 0];
  score.values.forEach((chance, level) => {
    const [right, wrong] = [counts[3 * level + 1]!, counts[3 * level + 2]!];
    n += right + wrong;
    difference += wrong - (right + wrong) * chance;
    squares += wrong * (1 - chance) ** 2 + right * chance ** 2;
    variance += (right + wrong) * chance * (1 - chance);
  });
  return { n, difference, squares, variance };
}

function meanDeviation(windows: readonly ReturnType<typeof labelledRows>[]): Estimate {
  const count = windows.length;
  if (count === 0) return suppressed(0, `no final window with ${fewestLabels} labels`);
  const deviations = windows.map(({ variance, n }) => Math.sqrt(variance) / n);
  const byChance = total(deviations) * Math.sqrt(2 / Math.PI);
  const spread = Math.sqrt(total(deviations.map((one) => one * one)) * (1 - 2 / Math.PI));
  const value = total(windows.map(({ difference, n }) => Math.abs(difference) / n)) / count;
  return distance(value, (byChance - normalQuantile(0.05) * spread) / count, count);
}

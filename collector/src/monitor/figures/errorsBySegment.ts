import { expectedErrors, judgedByScore, type Profile, type Reference } from '../../profile/index.ts';
import { total } from '../../statistics/total.ts';

/** A segment over the windows of a report on the whole, and the reference that it has of its own. */
export interface SegmentWindows {
  readonly reference: Reference | null;
  readonly profiles: readonly { readonly from: number; readonly profile: Profile }[];
}

/** By segment, `2 * segment` on: predictions with a score, and how many of these its own scores let expect to be wrong. */
interface ErrorsBySegment {
  readonly all: Float64Array;
  /** Of those with a label. */
  readonly labelled: Float64Array;
}

/**
 * Of one window of the whole. `null` unless each of its predictions with a score is in a segment that knows what its scores
 * mean: from labels of a reference that ended before the window.
 */
export function errorsBySegment(
  segments: readonly SegmentWindows[],
  { from, profile }: { readonly from: number; readonly profile: Profile },
): ErrorsBySegment | null {
  const all = new Float64Array(2 * segments.length);
  const labelled = new Float64Array(2 * segments.length);
  segments.forEach(({ reference, profiles }, segment) => {
    const window = profiles.find((one) => one.from === from);
    if (window === undefined || reference === null || window.profile.shape.id !== reference.shape.id) return;
    const expected = from > (reference.to ?? Number.NEGATIVE_INFINITY) ? expectedErrors(reference.profile) : null;
    expected?.outcomes(window.profile).forEach((count, cell) => {
      const wrong = count * expected.score.values[Math.floor(cell / 3)]!;
      for (const sums of cell % 3 === unlabelled ? [all] : [all, labelled]) {
        sums[2 * segment]! += count;
        sums[2 * segment + 1]! += wrong;
      }
    });
  });
  return rowsOf(all) === total(judgedByScore(profile)) ? { all, labelled } : null;
}

/**
 * The error rate that scores let expect when each segment's mean what they meant in its own reference, whatever share of the
 * rows each has now: it does not mind that the shares change (covariate shift), and that the same score means something else
 * in another segment. `errors` as of `ErrorsBySegment`. In [0, 1]; `null` where the labels of the references are worth fewer
 * than 100 that came in the shares of now, (sum of rows)^2 / sum of rows^2 / labels.
 *
 * Source: multi-calibrated confidence-based performance estimation, arXiv 2401.08348, with segments in place of a classifier
 * that tells the two times apart; effective size of a weighted sample, Kish 1965.
 */
export function errorRateBySegment(segments: readonly SegmentWindows[], errors: Float64Array): number | null {
  const rows = rowsOf(errors);
  let [wrong, squares] = [0, 0];
  segments.forEach(({ reference }, segment) => {
    if (reference === null || errors[2 * segment] === 0) return;
    wrong += errors[2 * segment + 1]!;
    squares += errors[2 * segment]! ** 2 / labelsOf(reference.profile);
  });
  return rows > 0 && rows ** 2 / squares >= fewestEffectiveLabels ? wrong / rows : null;
}

const unlabelled = 0;
const fewestEffectiveLabels = 100;

function rowsOf(errors: Float64Array): number {
  return total(errors.filter((_, index) => index % 2 === 0));
}

function labelsOf(reference: Profile): number {
  return total(judgedByScore(reference).filter((_, cell) => cell % 3 !== unlabelled));
}

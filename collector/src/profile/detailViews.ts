import { smallestLabel } from './errorSizes.ts';
import { errorSizes, planOf, rankingCells } from './plan.ts';
import type { Profile } from './profile.ts';
import { rankingMeasures } from './rankings.ts';
import { logitEdges } from './scoreBin.ts';
import { readSum } from './sums.ts';

/** What statistics and monitors read from the counts of edition 2: groups' scores, strata, errors, rankings. */

/** Labelled predictions of one group by score bin, scores ascending, and those of everybody by the same bins. */
export interface GroupScores {
  /** Bin edges, bins + 1 of them; the outer ones are 0 and 1 for probabilities, infinite otherwise. */
  readonly edges: Float64Array;
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
  readonly allPositives: Float64Array;
  readonly allNegatives: Float64Array;
}

/** `group`: its name; `null` where the group is not known or the shape keeps no scores of groups. */
export function groupScores(profile: Profile, attribute: string, group: string): GroupScores | null {
  const { shape, counts } = profile;
  const plan = planOf(shape);
  const known = plan.attributes.find((candidate) => candidate.attribute === attribute);
  const row = known?.rowOf.get(group);
  if (plan.groupScoreOffset < 0 || row === undefined || shape.scoreBins === null) return null;
  const { groupScoreBins: bins, groupScoreShift: shift } = plan;
  const ofGroup = (label: number): Float64Array =>
    Float64Array.from(
      { length: bins },
      (_, bin) => counts[plan.groupScoreOffset + ((row - 1) * bins + bin) * 2 + label]!,
    );
  const ofAll = (label: number): Float64Array => {
    const all = new Float64Array(bins);
    for (let bin = 0; bin < plan.scoreBins; bin++) {
      const cell = plan.scoreOffset + bin * 6 + label;
      all[bin >> shift] = all[bin >> shift]! + counts[cell]! + counts[cell + 3]!;
    }
    return all;
  };
  const fine =
    shape.scoreBins.kind === 'logit'
      ? logitEdges
      : Float64Array.of(Number.NEGATIVE_INFINITY, ...shape.scoreBins.edges, Number.POSITIVE_INFINITY);
  return {
    edges: Float64Array.from({ length: bins + 1 }, (_, bin) => fine[Math.min(bin << shift, fine.length - 1)]!),
    negatives: ofGroup(0),
    positives: ofGroup(1),
    allNegatives: ofAll(0),
    allPositives: ofAll(1),
  };
}

/** Decisions about one group and about everybody else with a known group, stratum by stratum. */
export interface StratumDecisions {
  readonly groupPositive: number;
  readonly groupNegative: number;
  readonly othersPositive: number;
  readonly othersNegative: number;
}

/** Empty where decisions are not counted by strata. */
export function groupStrata(profile: Profile, attribute: string, group: string): StratumDecisions[] {
  const known = planOf(profile.shape).attributes.find((candidate) => candidate.attribute === attribute);
  const own = known?.rowOf.get(group);
  if (known === undefined || known.strata === null || own === undefined) return [];
  const { strata, firstRow, missingRow } = known;
  return Array.from({ length: strata.count }, (_, stratum) => {
    const sums = { groupPositive: 0, groupNegative: 0, othersPositive: 0, othersNegative: 0 };
    for (let row = firstRow; row < missingRow; row++) {
      const cell = strata.offset + ((row - firstRow) * strata.count + stratum) * 2;
      const [negative, positive] = [profile.counts[cell]!, profile.counts[cell + 1]!];
      if (row === own) {
        sums.groupPositive += positive;
        sums.groupNegative += negative;
      } else {
        sums.othersPositive += positive;
        sums.othersNegative += negative;
      }
    }
    return sums;
  });
}

/** Sums over labelled predictions of numbers that `overallResiduals` does not have. */
export interface ErrorSums {
  /** sum |label| and sum |error| |label| */
  readonly labelSum: number;
  readonly errorLabelSum: number;
  readonly labelSquareSum: number;
  /** sum error^4 */
  readonly fourthSum: number;
  /** Of |error / label| over labels that are not nearly zero: how many there are, their sum and that of their squares. */
  readonly relative: { readonly n: number; readonly sum: number; readonly squareSum: number };
  /** Labels smaller than this are left out of `relative`. */
  readonly smallestLabel: number;
}

/** `null` where the shape keeps none. `n`: labelled predictions. */
export function overallErrors(profile: Profile, n: number): ErrorSums | null {
  const { residualScale } = profile.shape;
  const plan = planOf(profile.shape);
  if (plan.errorSumOffset < 0) return null;
  const at = (index: number): number => readSum(profile.sums, plan.errorSumOffset + index);
  return {
    labelSum: at(0) * residualScale,
    errorLabelSum: at(1) * residualScale ** 2,
    labelSquareSum: at(6) * residualScale ** 2,
    fourthSum: at(2) * residualScale ** 4,
    relative: { n: n - at(5), sum: at(3), squareSum: at(4) },
    smallestLabel: smallestLabel * residualScale,
  };
}

/** Labelled predictions of numbers by the size of their error, small ones first; empty where the shape has none. */
export function errorSizeCounts(profile: Profile): Float64Array {
  const { errorSizeOffset } = planOf(profile.shape);
  return errorSizeOffset < 0
    ? new Float64Array(0)
    : profile.counts.subarray(errorSizeOffset, errorSizeOffset + errorSizes);
}

/** Judged rankings by their discounted gain, in twentieths from 0; empty where there are none. */
export function rankingCounts(profile: Profile): Float64Array {
  const { rankingOffset } = planOf(profile.shape);
  return rankingOffset < 0 ? new Float64Array(0) : profile.counts.subarray(rankingOffset, rankingOffset + rankingCells);
}

export interface MeasureSums {
  readonly n: number;
  readonly sum: number;
  readonly squareSum: number;
}

/** Of each measure of judged rankings; `null` unless the task is ranking. */
export function rankingSumsOf(profile: Profile): Readonly<Record<string, MeasureSums>> | null {
  const { rankingSumOffset } = planOf(profile.shape);
  if (rankingSumOffset < 0) return null;
  const n = rankingCounts(profile).reduce((sum, count) => sum + count, 0);
  return Object.fromEntries(
    rankingMeasures.map((measure, index) => {
      const at = rankingSumOffset + 2 * index;
      return [measure, { n, sum: readSum(profile.sums, at), squareSum: readSum(profile.sums, at + 1) }];
    }),
  );
}

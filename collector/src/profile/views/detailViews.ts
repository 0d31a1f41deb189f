import { logitEdges } from '../cells/scoreBin.ts';
import { readSum } from '../cells/sums.ts';
import { rankingMeasures } from '../fold/rankings.ts';
import { errorSizes, planOf, rankingCells, residualSums } from '../plan.ts';
import type { Profile } from '../profile.ts';
import { smallestLabel } from './errorSizes.ts';
import { type GroupConfusion, groupConfusions } from './views.ts';

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

export interface MeanSums {
  readonly n: number;
  readonly sum: number;
  readonly squareSum: number;
}

/** What came of the labelled predictions of one group where answers are not right or wrong. */
export interface GroupOutcomes {
  /** `null`: rows without a group. */
  readonly group: string | null;
  readonly isOther: boolean;
  /**
   * Of regression `meanError` and `meanAbsoluteError` in the label's unit, of ranking `normalisedDiscountedGain` of the judged
   * rankings; empty where groups are not counted apart.
   */
  readonly means: Readonly<Record<string, MeanSums>>;
  /** By the cells of `errorSizeCounts` or `rankingCounts`; empty where groups are not counted so. */
  readonly cells: Float64Array;
}

/** In the order of `groupConfusions`; empty for classes. */
export function groupOutcomes(profile: Profile, attribute: string): GroupOutcomes[] {
  const { shape, counts, sums } = profile;
  const plan = planOf(shape);
  const known = plan.attributes.find((candidate) => candidate.attribute === attribute);
  if (known === undefined || (shape.task !== 'regression' && shape.task !== 'ranking')) return [];
  const rows = [...known.rowOf.values(), known.otherRow, known.missingRow];
  return groupConfusions(profile, attribute).map((confusion, index) => {
    const row = rows[index]!;
    const from = plan.groupOutcomeOffset + (row - 1) * plan.groupOutcomeCells;
    const cells = plan.groupOutcomeOffset < 0 ? new Float64Array(0) : counts.slice(from, from + plan.groupOutcomeCells);
    const n = shape.task === 'regression' ? labelledNumbers(confusion) : cells.reduce((sum, count) => sum + count, 0);
    const at = (offset: number): number => readSum(sums, offset);
    const unit = shape.residualScale;
    const residual = plan.residualOffset + row * residualSums;
    const gain = plan.groupGainOffset + (row - 1) * 2;
    const means: Record<string, MeanSums> =
      shape.task === 'regression'
        ? {
            meanAbsoluteError: { n, sum: at(residual + 1) * unit, squareSum: at(residual + 2) * unit ** 2 },
            meanError: { n, sum: at(residual) * unit, squareSum: at(residual + 2) * unit ** 2 },
          }
        : plan.groupGainOffset < 0
          ? {}
          : { normalisedDiscountedGain: { n, sum: at(gain), squareSum: at(gain + 1) } };
    return { group: confusion.group, isOther: confusion.isOther, means, cells };
  });
}

/** In regression every decision is a number: which cell it is in means nothing, whether it is labelled does. */
function labelledNumbers({ truePositive, falsePositive, falseNegative, trueNegative }: GroupConfusion): number {
  return truePositive + falsePositive + falseNegative + trueNegative;
}

/** Of each measure of judged rankings; `null` unless the task is ranking. */
export function rankingSumsOf(profile: Profile): Readonly<Record<string, MeanSums>> | null {
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

import { type AreaEstimate, areaUnderCurve } from '../areaUnderCurve.ts';
import { type Estimated, nothing, standardNormal95 } from '../estimated.ts';

/** Labelled rows of a group by score bin, scores ascending. */
export interface ScoredLabels {
  readonly positives: ArrayLike<number>;
  readonly negatives: ArrayLike<number>;
}

export interface SubgroupAreas {
  /** Inside the subgroup. */
  readonly subgroup: AreaEstimate;
  /** Background positives against subgroup negatives: low when the subgroup's negatives score too high. */
  readonly backgroundPositiveSubgroupNegative: AreaEstimate;
  /** Background negatives against subgroup positives: low when the subgroup's positives score too low. */
  readonly backgroundNegativeSubgroupPositive: AreaEstimate;
}

/**
 * Does the score rank people of a subgroup as well as others, and against others? Three areas under the curve in [0, 1],
 * each with DeLong's interval. `background`: everybody outside the subgroup.
 *
 * Source: Borkan, Dixon, Sorensen, Thain and Vasserman 2019.
 */
export function subgroupAreas(subgroup: ScoredLabels, background: ScoredLabels): SubgroupAreas {
  return {
    subgroup: areaUnderCurve(subgroup.positives, subgroup.negatives),
    backgroundPositiveSubgroupNegative: areaUnderCurve(background.positives, subgroup.negatives),
    backgroundNegativeSubgroupPositive: areaUnderCurve(subgroup.positives, background.negatives),
  };
}

/**
 * How much better is the score inside group a than inside group b? Difference of two areas from different people, in
 * [-1, 1], with DeLong's 95 % interval. `null` when an area or its error is undefined.
 */
export function areaDifference(a: AreaEstimate, b: AreaEstimate): Estimated {
  const n = Math.min(a.n, b.n);
  if (a.value === null || b.value === null || a.standardError === null || b.standardError === null) return nothing(n);
  const value = a.value - b.value;
  const half = standardNormal95 * Math.hypot(a.standardError, b.standardError);
  return { value, low: Math.max(-1, value - half), high: Math.min(1, value + half), n };
}

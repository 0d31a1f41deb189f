import type { ConfusionCounts } from '../confusionMetrics.ts';

/** Counts of public examples, for tests. */

/** COMPAS two-year scores (ProPublica 2016): positive decision = Medium or High, positive label = re-offended. */
export const compasAll: ConfusionCounts = {
  truePositive: 2_035,
  falsePositive: 1_282,
  falseNegative: 1_216,
  trueNegative: 2_681,
};
export const africanAmerican: ConfusionCounts = {
  truePositive: 1_369,
  falsePositive: 805,
  falseNegative: 532,
  trueNegative: 990,
};
export const caucasian: ConfusionCounts = {
  truePositive: 505,
  falsePositive: 349,
  falseNegative: 461,
  trueNegative: 1_139,
};

const labels = [0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1];
const decisions = [0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0];
const groups = [...'bbabbcccaacabccbcc'];

/** The example of fairlearn's user guide: groups a, b and c. */
export const fairlearnGroups: readonly ConfusionCounts[] = ['a', 'b', 'c'].map((group) => {
  const count = (decision: number, label: number): number =>
    groups.filter((member, row) => member === group && decisions[row] === decision && labels[row] === label).length;
  return {
    truePositive: count(1, 1),
    falsePositive: count(1, 0),
    falseNegative: count(0, 1),
    trueNegative: count(0, 0),
  };
});

import type { ModelSettings } from '../config/settings.ts';
import {
  favourableDecision,
  type GroupConfusion,
  groupConfusions,
  type Profile,
  type ProfileShape,
} from '../profile/index.ts';
import type { Proportion } from '../statistics/newcombeDifference.ts';
import { share, shareDifference, shareRatio } from './estimates.ts';
import type { Estimate } from './finding.ts';
import { decidedRows, labelledRows } from './streams.ts';

/** One group of a sensitive attribute in a profile. */
export interface GroupStatistics {
  readonly group: string;
  /** Rows with a prediction. */
  readonly rows: number;
  /** Share of them with a label. */
  readonly labelledShare: number;
  readonly rates: Readonly<Record<string, Estimate>>;
  /** Against the reference group; empty for that group itself. */
  readonly statistics: Readonly<Record<string, Estimate>>;
}

export interface AttributeStatistics {
  readonly attribute: string;
  readonly referenceGroup: string | null;
  readonly groups: readonly GroupStatistics[];
}

/**
 * Rates of each group and their gaps to the reference group: the declared one, else the group with the most rows in
 * `referenceProfile`. Numbers from fewer rows than the model's `minimumGroupRows` are suppressed, never 0.
 */
export function attributeStatistics(
  settings: ModelSettings,
  profile: Profile,
  referenceProfile: Profile,
  attribute: string,
): AttributeStatistics {
  const { shape } = profile;
  const minimum = settings.minimumGroupRows;
  const confusions = groupConfusions(profile, attribute).filter(isShown);
  const referenceGroup = referenceGroupOf(settings, referenceProfile, attribute);
  const base = confusions.find(({ group }) => group === referenceGroup);
  const groups = confusions.map((confusion): GroupStatistics => {
    const rows = decidedRows(confusion);
    return {
      group: confusion.group,
      rows,
      labelledShare: rows === 0 ? 0 : labelledRows(confusion) / rows,
      rates: ratesOf(shape, confusion, minimum),
      statistics: base === undefined || base === confusion ? {} : gapsOf(shape, confusion, base, minimum),
    };
  });
  return { attribute, referenceGroup, groups };
}

/** The group that the others of an attribute are compared with. */
export function referenceGroupOf(settings: ModelSettings, profile: Profile, attribute: string): string | null {
  const declared = settings.groups.find((group) => group.attribute === attribute)?.reference;
  if (declared !== undefined) return declared;
  let largest: GroupConfusion | null = null;
  for (const confusion of groupConfusions(profile, attribute)) {
    if (confusion.group === null || confusion.isOther) continue;
    if (largest === null || decidedRows(confusion) > decidedRows(largest)) largest = confusion;
  }
  return largest?.group ?? null;
}

/** Rows that got the decision that is good for the person it is about. */
export function selection(shape: ProfileShape, confusion: GroupConfusion): Proportion {
  const positive = confusion.truePositive + confusion.falsePositive + confusion.unlabelledPositive;
  const n = decidedRows(confusion);
  return { events: favourableDecision(shape) === 1 ? positive : n - positive, n };
}

function ratesOf(shape: ProfileShape, confusion: GroupConfusion, minimum: number): Record<string, Estimate> {
  const accuracy = { events: confusion.right, n: confusion.right + confusion.wrong };
  if (shape.positive === null) return { accuracy: share(accuracy, minimum) };
  const { truePositiveRate, falsePositiveRate, falseNegativeRate, positivePredictiveValue } = proportions(confusion);
  return {
    selectionRate: share(selection(shape, confusion), minimum),
    truePositiveRate: share(truePositiveRate, minimum),
    falsePositiveRate: share(falsePositiveRate, minimum),
    falseNegativeRate: share(falseNegativeRate, minimum),
    positivePredictiveValue: share(positivePredictiveValue, minimum),
    accuracy: share(accuracy, minimum),
  };
}

function gapsOf(
  shape: ProfileShape,
  group: GroupConfusion,
  base: GroupConfusion,
  minimum: number,
): Record<string, Estimate> {
  const accuracyDifference = shareDifference(
    { events: group.right, n: group.right + group.wrong },
    { events: base.right, n: base.right + base.wrong },
    minimum,
  );
  if (shape.positive === null) return { accuracyDifference };
  const own = proportions(group);
  const other = proportions(base);
  return {
    statisticalParityDifference: shareDifference(selection(shape, group), selection(shape, base), minimum),
    disparateImpactRatio: shareRatio(selection(shape, group), selection(shape, base), minimum),
    equalOpportunityDifference: shareDifference(own.truePositiveRate, other.truePositiveRate, minimum),
    falsePositiveRateDifference: shareDifference(own.falsePositiveRate, other.falsePositiveRate, minimum),
    predictiveParityDifference: shareDifference(own.positivePredictiveValue, other.positivePredictiveValue, minimum),
    accuracyDifference,
  };
}

function proportions(confusion: GroupConfusion) {
  const { truePositive, falsePositive, falseNegative, trueNegative } = confusion;
  const positives = truePositive + falseNegative;
  return {
    truePositiveRate: { events: truePositive, n: positives },
    falseNegativeRate: { events: falseNegative, n: positives },
    falsePositiveRate: { events: falsePositive, n: falsePositive + trueNegative },
    positivePredictiveValue: { events: truePositive, n: truePositive + falsePositive },
  };
}

/** Known groups; others that came later are shown together when there are any, rows without a group never. */
function isShown(confusion: GroupConfusion): confusion is GroupConfusion & { readonly group: string } {
  return confusion.group !== null && (!confusion.isOther || decidedRows(confusion) > 0);
}

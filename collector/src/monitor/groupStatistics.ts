import type { ModelSettings } from '../config/settings.ts';
import {
  favourableDecision,
  type GroupConfusion,
  groupConfusions,
  type Profile,
  type ProfileShape,
} from '../profile/index.ts';
import type { Proportion } from '../statistics/newcombeDifference.ts';
import { share, shareDifference, shareRatio, suppressed } from './estimates.ts';
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
  const rates = proportions(shape, confusion);
  const isLabelled = labelledRows(confusion) > 0;
  return Object.fromEntries(
    Object.entries(rates).map(([name, rate]) => [
      name,
      isLabelled || name === 'selectionRate' ? share(rate, minimum) : noLabels,
    ]),
  );
}

function gapsOf(
  shape: ProfileShape,
  group: GroupConfusion,
  base: GroupConfusion,
  minimum: number,
): Record<string, Estimate> {
  const own = proportions(shape, group);
  const other = proportions(shape, base);
  const isLabelled = labelledRows(group) > 0 && labelledRows(base) > 0;
  const difference = (a: Proportion | undefined, b: Proportion | undefined): Estimate =>
    a === undefined || b === undefined || !isLabelled ? noLabels : shareDifference(a, b, minimum);
  const accuracyDifference = difference(own.accuracy, other.accuracy);
  if (own.selectionRate === undefined || other.selectionRate === undefined) return { accuracyDifference };
  return {
    statisticalParityDifference: shareDifference(own.selectionRate, other.selectionRate, minimum),
    disparateImpactRatio: shareRatio(own.selectionRate, other.selectionRate, minimum),
    equalOpportunityDifference: difference(own.truePositiveRate, other.truePositiveRate),
    falsePositiveRateDifference: difference(own.falsePositiveRate, other.falsePositiveRate),
    predictiveParityDifference: difference(own.positivePredictiveValue, other.positivePredictiveValue),
    accuracyDifference,
  };
}

const noLabels = suppressed(0, 'no labels');

/** Rates as counts. Without a positive class there is only whether predictions were right. */
function proportions(shape: ProfileShape, confusion: GroupConfusion): Proportions {
  const { truePositive, falsePositive, falseNegative, trueNegative, right, wrong } = confusion;
  const accuracy = { events: right, n: right + wrong };
  if (shape.positive === null) return { accuracy };
  const positives = truePositive + falseNegative;
  return {
    selectionRate: selection(shape, confusion),
    truePositiveRate: { events: truePositive, n: positives },
    falsePositiveRate: { events: falsePositive, n: falsePositive + trueNegative },
    falseNegativeRate: { events: falseNegative, n: positives },
    positivePredictiveValue: { events: truePositive, n: truePositive + falsePositive },
    accuracy,
  };
}

interface Proportions extends Readonly<Record<string, Proportion>> {
  readonly accuracy: Proportion;
}

/** Known groups; others that came later are shown together when there are any, rows without a group never. */
function isShown(confusion: GroupConfusion): confusion is GroupConfusion & { readonly group: string } {
  return confusion.group !== null && (!confusion.isOther || decidedRows(confusion) > 0);
}

import type { ModelSettings } from '../../config/settings.ts';
import {
  favourableDecision,
  type GroupConfusion,
  groupStrata,
  type Profile,
  type ProfileShape,
} from '../../profile/index.ts';
import type { Estimated } from '../../statistics/estimated.ts';
import { averageOddsDifference } from '../../statistics/fairness/averageOddsDifference.ts';
import {
  conditionalDemographicDisparity,
  type DecisionStratum,
} from '../../statistics/fairness/conditionalDemographicDisparity.ts';
import { equalisedOddsDifference } from '../../statistics/fairness/equalisedOddsDifference.ts';
import { treatmentEqualityRatio } from '../../statistics/fairness/treatmentEqualityRatio.ts';
import type { LabelBounds } from '../../statistics/labelBounds.ts';
import { type GroupRates, isUntold, selection, smallestCell } from '../detectors/groupRates.ts';
import { decidedRows, isClassification, labelledRows, referenceGroupOf } from '../detectors/streams.ts';
import type { Estimate } from '../finding.ts';
import { type Disclosure, disclosure, type NamedConfusion } from './disclosure.ts';
import { finite, share, shareDifference, shareRatio, suppressed } from './estimates.ts';
import { attributeOutcomes } from './groupOutcomeStatistics.ts';
import { areaGap, type GroupScoreStatistics, groupScoreStatistics } from './groupScoreStatistics.ts';
import { labelNote, rateBounds } from './labelHonesty.ts';

/** One group of a sensitive attribute in a profile. */
export interface GroupStatistics {
  readonly group: string;
  /** Rows with a prediction; `null` when the group is hidden. */
  readonly rows: number | null;
  /** Share of them with a label; `null` when the group is hidden. */
  readonly labelledShare: number | null;
  readonly rates: Readonly<Record<string, Estimate>>;
  /** Against the reference group, which has none of these itself; demographic disparities are against everybody else. */
  readonly statistics: Readonly<Record<string, Estimate>>;
  /** How well scores rank the group's people, and whether they come true for them. */
  readonly scores: Omit<GroupScoreStatistics, 'area'>;
  /** Why the whole group is hidden; `null`: it is shown. */
  readonly suppressed: string | null;
  /** What to know about its labels before comparing. */
  readonly labelNote: string | null;
  /** Where shown rates will lie whatever the missing labels say; empty when no label is missing. */
  readonly bounds: Readonly<Record<string, LabelBounds>>;
}

export interface AttributeStatistics {
  readonly attribute: string;
  readonly referenceGroup: string | null;
  readonly groups: readonly GroupStatistics[];
}

/**
 * Rates of each group and their gaps to the reference group: the declared one, else the group with the most rows in
 * `referenceProfile`. What would tell of a few people is suppressed with the reason, never 0: see `groupRates`.
 */
export function attributeStatistics(
  settings: ModelSettings,
  profile: Profile,
  referenceProfile: Profile,
  attribute: string,
): AttributeStatistics {
  const { shape } = profile;
  if (!isClassification(shape.task)) {
    return attributeOutcomes(settings, profile, referenceProfile, attribute);
  }
  const minimum = settings.minimumGroupRows;
  const shown = disclosure(profile, attribute, minimum);
  const referenceGroup = referenceGroupOf(settings, referenceProfile, attribute);
  const baseIndex = shown.groups.findIndex(({ group }) => group === referenceGroup);
  const base = shown.groups[baseIndex];
  const protection = { minimum, cell: smallestCell(minimum) };
  const scores = shown.groups.map(({ group, isOther }, index): GroupScoreStatistics => {
    const isHidden = isOther || (shown.hidden[index] ?? null) !== null;
    return isHidden ? noScores : groupScoreStatistics(profile, attribute, group, protection);
  });
  const groups = shown.groups.map((confusion, index): GroupStatistics => {
    const rows = decidedRows(confusion);
    const own = shown.rates[index] ?? {};
    const other = shown.rates[baseIndex];
    const hidden = shown.hidden[index] ?? null;
    const isCompared = base !== undefined && other !== undefined && base !== confusion;
    const [area, areaOfBase] = [scores[index] ?? noScores, scores[baseIndex] ?? noScores];
    const areaDifference = isCompared ? areaGap(area, areaOfBase) : null;
    return {
      group: confusion.group,
      rows: hidden === null ? rows : null,
      labelledShare: hidden !== null ? null : rows === 0 ? 0 : labelledRows(confusion) / rows,
      rates: Object.fromEntries(
        Object.entries(own).map(([name, { hidden: why, ...rate }]) => [name, rateShown(rate, why)]),
      ),
      statistics: {
        ...(isCompared ? gapsOf(own, other, confusion, base) : {}),
        ...(areaDifference === null ? {} : { areaUnderCurveDifference: areaDifference }),
        ...disparities(profile, attribute, shown, index),
      },
      scores: { statistics: area.statistics, calibration: area.calibration },
      suppressed: hidden,
      labelNote: hidden === null ? labelNote(confusion, base) : null,
      bounds: boundsOf(shape, confusion, own),
    };
  });
  return { attribute, referenceGroup, groups };
}

const noScores: GroupScoreStatistics = { statistics: {}, calibration: [], area: null };

/**
 * Is the group a larger part of those denied than of those granted: among everybody, and among people who are alike in
 * what decisions may be conditioned on?
 */
function disparities(
  profile: Profile,
  attribute: string,
  { groups, rates }: Disclosure,
  index: number,
): Record<string, Estimate> {
  const { shape } = profile;
  const own = groups[index];
  const rate = rates[index]?.selectionRate;
  if (own === undefined || rate === undefined || groups.length < 2) return {};
  const strata = own.isOther ? [] : groupStrata(profile, attribute, own.group);
  const names = ['demographicDisparity', ...(strata.length > 0 ? ['conditionalDemographicDisparity'] : [])];
  const { hidden } = rate;
  if (hidden !== null) return Object.fromEntries(names.map((name) => [name, suppressed(0, hidden)]));
  const isGranted = favourableDecision(shape) === 1;
  const all = [wholeStratum(shape, groups, own)];
  const alike = strata.map(
    (of): DecisionStratum => ({
      groupAccepted: isGranted ? of.groupPositive : of.groupNegative,
      groupRejected: isGranted ? of.groupNegative : of.groupPositive,
      othersAccepted: isGranted ? of.othersPositive : of.othersNegative,
      othersRejected: isGranted ? of.othersNegative : of.othersPositive,
    }),
  );
  return Object.fromEntries(
    names.map((name, at) => [name, finite(conditionalDemographicDisparity(at === 0 ? all : alike))]),
  );
}

function wholeStratum(shape: ProfileShape, groups: readonly NamedConfusion[], own: NamedConfusion): DecisionStratum {
  const sums = { groupAccepted: 0, groupRejected: 0, othersAccepted: 0, othersRejected: 0 };
  for (const group of groups) {
    const { events, n } = selection(shape, group);
    if (group === own) {
      sums.groupAccepted += events;
      sums.groupRejected += n - events;
    } else {
      sums.othersAccepted += events;
      sums.othersRejected += n - events;
    }
  }
  return sums;
}

function gapsOf(
  own: GroupRates,
  other: GroupRates,
  group: GroupConfusion,
  base: GroupConfusion,
): Record<string, Estimate> {
  const unlessHidden = (names: readonly string[], statistic: () => Estimate): Estimate => {
    const used = names.flatMap((name) => [own[name], other[name]]).filter((rate) => rate !== undefined);
    const n = Math.min(...used.map((rate) => rate.n));
    const hidden = used.find((rate) => rate.hidden !== null)?.hidden ?? null;
    return hidden === null ? statistic() : suppressed(isUntold(hidden) ? n : 0, hidden);
  };
  const difference = (name: string): Estimate => {
    const [a, b] = [own[name], other[name]];
    if (a === undefined || b === undefined) return suppressed(0, 'no labels');
    return unlessHidden([name], () => shareDifference(a, b, 0));
  };
  const { selectionRate } = own;
  const selectionOfBase = other.selectionRate;
  if (selectionRate === undefined || selectionOfBase === undefined) {
    return { accuracyDifference: difference('accuracy') };
  }
  const both = (statistic: (a: GroupConfusion, b: GroupConfusion) => Estimated): Estimate =>
    unlessHidden(['truePositiveRate', 'falsePositiveRate'], () => finite(statistic(group, base)));
  return {
    statisticalParityDifference: difference('selectionRate'),
    disparateImpactRatio: unlessHidden(['selectionRate'], () => shareRatio(selectionRate, selectionOfBase, 0)),
    equalOpportunityDifference: difference('truePositiveRate'),
    falsePositiveRateDifference: difference('falsePositiveRate'),
    falseNegativeRateDifference: difference('falseNegativeRate'),
    equalisedOddsDifference: both(equalisedOddsDifference),
    averageOddsDifference: both(averageOddsDifference),
    predictiveParityDifference: difference('positivePredictiveValue'),
    falseDiscoveryRateDifference: difference('falseDiscoveryRate'),
    falseOmissionRateDifference: difference('falseOmissionRate'),
    treatmentEqualityRatio: both(treatmentEqualityRatio),
    accuracyDifference: difference('accuracy'),
  };
}

/** The number of people in a hidden rate is hidden with it. */
function rateShown(rate: { readonly events: number; readonly n: number }, hidden: string | null): Estimate {
  return hidden === null ? share(rate) : suppressed(isUntold(hidden) ? rate.n : 0, hidden);
}

/** Rates hidden because they cannot be known yet have bounds; those hidden to protect people have none. */
function boundsOf(
  shape: ProfileShape,
  confusion: GroupConfusion,
  rates: GroupRates,
): Readonly<Record<string, LabelBounds>> {
  if (shape.task !== 'binary_classification' || shape.positive === null) return {};
  return Object.fromEntries(
    Object.entries(rateBounds(confusion)).filter(([name]) => {
      const hidden = rates[name]?.hidden ?? null;
      return hidden === null || isUntold(hidden);
    }),
  );
}

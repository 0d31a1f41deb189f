import type { ModelSettings } from '../config/settings.ts';
import { type GroupConfusion, groupConfusions, type Profile, type ProfileShape } from '../profile/index.ts';
import type { Estimated } from '../statistics/estimated.ts';
import { averageOddsDifference } from '../statistics/fairness/averageOddsDifference.ts';
import { equalisedOddsDifference } from '../statistics/fairness/equalisedOddsDifference.ts';
import { treatmentEqualityRatio } from '../statistics/fairness/treatmentEqualityRatio.ts';
import type { LabelBounds } from '../statistics/labelBounds.ts';
import { finite, share, shareDifference, shareRatio, suppressed } from './estimates.ts';
import type { Estimate } from './finding.ts';
import { type GroupRates, groupRates, hiddenRows, isUntold } from './groupRates.ts';
import { labelNote, rateBounds } from './labelHonesty.ts';
import { decidedRows, labelledRows } from './streams.ts';

export { selection } from './groupRates.ts';

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
  const { groups: confusions, remainder } = shownGroups(profile, attribute);
  const referenceGroup = referenceGroupOf(settings, referenceProfile, attribute);
  const baseIndex = confusions.findIndex(({ group }) => group === referenceGroup);
  const base = confusions[baseIndex];
  const rates = groupRates(shape, confusions, remainder, settings.minimumGroupRows);
  const hidden = hiddenRows(confusions, remainder, settings.minimumGroupRows);
  const groups = confusions.map((confusion, index): GroupStatistics => {
    const rows = decidedRows(confusion);
    const own = rates[index] ?? {};
    const other = rates[baseIndex];
    return {
      group: confusion.group,
      rows,
      labelledShare: rows === 0 ? 0 : labelledRows(confusion) / rows,
      rates: Object.fromEntries(
        Object.entries(own).map(([name, { hidden: why, ...rate }]) => [name, shown(rate, why)]),
      ),
      statistics:
        base === undefined || other === undefined || base === confusion ? {} : gapsOf(own, other, confusion, base),
      suppressed: hidden[index] ?? null,
      labelNote: labelNote(confusion, base),
      bounds: boundsOf(shape, confusion, own),
    };
  });
  return { attribute, referenceGroup, groups };
}

/** Known groups; others that came later are shown together when there are any, rows without a group never. */
export function shownGroups(
  profile: Profile,
  attribute: string,
): {
  readonly groups: readonly (GroupConfusion & { readonly group: string })[];
  readonly remainder: GroupConfusion | undefined;
} {
  const all = groupConfusions(profile, attribute);
  const isShown = (confusion: GroupConfusion): confusion is GroupConfusion & { readonly group: string } =>
    confusion.group !== null && (!confusion.isOther || decidedRows(confusion) > 0);
  return { groups: all.filter(isShown), remainder: all.find(({ group }) => group === null) };
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

function gapsOf(
  own: GroupRates,
  other: GroupRates,
  group: GroupConfusion,
  base: GroupConfusion,
): Record<string, Estimate> {
  const unlessHidden = (names: readonly string[], statistic: () => Estimate): Estimate => {
    const used = names.flatMap((name) => [own[name], other[name]]).filter((rate) => rate !== undefined);
    const n = Math.min(...used.map((rate) => rate.n));
    const hidden = used.find((rate) => rate.hidden !== null)?.hidden;
    return hidden === undefined || hidden === null ? statistic() : suppressed(n, hidden);
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

function shown(rate: { readonly events: number; readonly n: number }, hidden: string | null): Estimate {
  return hidden === null ? share(rate) : suppressed(hidden === 'no labels' ? 0 : rate.n, hidden);
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

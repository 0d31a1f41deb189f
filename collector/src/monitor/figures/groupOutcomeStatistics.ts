import type { ModelSettings } from '../../config/settings.ts';
import { type GroupOutcomes, groupOutcomes, type Profile } from '../../profile/index.ts';
import { hiddenGroups } from '../../statistics/fairness/hiddenGroups.ts';
import { type MeanSums, meanDifference, meanRatio } from '../../statistics/fairness/meanGap.ts';
import { meanWithInterval } from '../../statistics/residualMetrics.ts';
import { decidedRows, labelledRows, referenceGroupOf } from '../detectors/streams.ts';
import type { Estimate } from '../finding.ts';
import { disclosure } from './disclosure.ts';
import { finite, suppressed } from './estimates.ts';
import type { AttributeStatistics, GroupStatistics } from './groupStatistics.ts';
import { labelNote } from './labelHonesty.ts';

/**
 * Groups of a model that predicts numbers or ranks: how large and which way its errors are for each of them, or how good
 * its rankings, and the gaps to the reference group. As in `attributeStatistics` what would tell of a few people is
 * suppressed with the reason, never 0.
 */
export function attributeOutcomes(
  settings: ModelSettings,
  profile: Profile,
  referenceProfile: Profile,
  attribute: string,
): AttributeStatistics {
  const minimum = settings.minimumGroupRows;
  const { groups, hidden } = disclosure(profile, attribute, minimum);
  const referenceGroup = referenceGroupOf(settings, referenceProfile, attribute);
  const all = groupOutcomes(profile, attribute);
  const named = groups.map(({ group, isOther }) => all.find((of) => of.group === group && of.isOther === isOther));
  const isIntersection = profile.shape.groups.find((of) => of.attribute === attribute)?.attributes !== undefined;
  const reasons = hiddenMeans(named, all.at(-1), hidden, minimum, isIntersection);
  const baseIndex = groups.findIndex(({ group }) => group === referenceGroup);
  return {
    attribute,
    referenceGroup,
    groups: groups.map((confusion, index): GroupStatistics => {
      const rows = decidedRows(confusion);
      const own = named[index]?.means ?? {};
      const why = reasons[index] ?? null;
      const other = index === baseIndex ? undefined : named[baseIndex]?.means;
      const whyNot = why ?? reasons[baseIndex] ?? null;
      const isShown = hidden[index] === null;
      return {
        group: confusion.group,
        rows: isShown ? rows : null,
        labelledShare: isShown ? (rows === 0 ? 0 : labelledRows(confusion) / rows) : null,
        rates: Object.fromEntries(
          Object.entries(own).map(([name, { sum, squareSum, n }]) => [
            name,
            why === null ? finite(meanWithInterval(sum, squareSum, n)) : suppressed(0, why),
          ]),
        ),
        statistics: other === undefined ? {} : gapsOf(own, other, whyNot),
        scores: { statistics: {}, calibration: [] },
        suppressed: hidden[index] ?? null,
        labelNote: isShown ? labelNote(confusion, groups[baseIndex]) : null,
        bounds: {},
      };
    }),
  };
}

/** Why the means of each group are hidden: too few of it have a label, or they would give away such a group. */
function hiddenMeans(
  groups: readonly (GroupOutcomes | undefined)[],
  remainder: GroupOutcomes | undefined,
  hidden: readonly (string | null)[],
  minimum: number,
  isIntersection: boolean,
): (string | null)[] {
  const labelled = groups.map(labelledOf);
  const parts = labelled.map((rows, index) => ({ rows, isSmall: rows < minimum || (hidden[index] ?? null) !== null }));
  const covered = hiddenGroups(parts, minimum, labelledOf(remainder));
  // The parts of an intersection add up to means that are shown elsewhere, in more than one way.
  const isCovering = isIntersection && parts.some(({ rows, isSmall }) => isSmall && rows > 0);
  return labelled.map((rows, index) => {
    if ((hidden[index] ?? null) !== null) return hidden[index]!;
    if (rows === 0) return 'no labels';
    if (rows < minimum) return `n<${minimum}`;
    return covered[index] !== null || isCovering ? 'complementary' : null;
  });
}

function labelledOf(outcomes: GroupOutcomes | undefined): number {
  return Object.values(outcomes?.means ?? {})[0]?.n ?? 0;
}

/** Means of what may be below zero have no ratio. */
const withRatio: ReadonlySet<string> = new Set(['meanAbsoluteError', 'normalisedDiscountedGain']);

function gapsOf(
  own: Readonly<Record<string, MeanSums>>,
  other: Readonly<Record<string, MeanSums>>,
  hidden: string | null,
): Record<string, Estimate> {
  return Object.fromEntries(
    Object.entries(own).flatMap(([name, sums]) => {
      const base = other[name];
      if (base === undefined) return [];
      const gaps = [
        [`${name}Difference`, meanDifference(sums, base)] as const,
        ...(withRatio.has(name) ? [[`${name}Ratio`, meanRatio(sums, base)] as const] : []),
      ];
      return gaps.map(([gap, estimate]) => [gap, hidden === null ? finite(estimate) : suppressed(0, hidden)] as const);
    }),
  );
}

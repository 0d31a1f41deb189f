import type { ModelSettings } from '../../config/settings.ts';
import { favourableDecision, type GroupConfusion, type Profile, type ProfileShape } from '../../profile/index.ts';
import type { Estimated } from '../../statistics/estimated.ts';
import {
  type BenefitCounts,
  betweenGroupEntropy,
  generalisedEntropy,
} from '../../statistics/fairness/generalisedEntropy.ts';
import { rateRange } from '../../statistics/fairness/rateRange.ts';
import { shrunkenRates, worstGroup } from '../../statistics/fairness/shrunkenRates.ts';
import { type GroupRate, isUntold } from '../detectors/groupRates.ts';
import { labelledRows } from '../detectors/streams.ts';
import type { Estimate } from '../finding.ts';
import { disclosure } from './disclosure.ts';
import { finite, suppressed } from './estimates.ts';

/** An attribute as a whole, without a reference group. */
export interface AttributeSummary {
  /** How far apart the groups are, and how unequally benefit is spread over people and between groups. */
  readonly statistics: Readonly<Record<string, Estimate>>;
  /** The groups with the highest and the lowest of each rate, when none is the reference, and how far apart they are. */
  readonly ranges: readonly RateExtremes[];
  /** Who is surely worst off, by each rate that can harm. */
  readonly worst: readonly { readonly rate: string; readonly group: string; readonly shrunken: Estimate }[];
  /** By group, then by rate: drawn towards the mean of all groups, the more the smaller the group. */
  readonly shrunken: Readonly<Record<string, Readonly<Record<string, Estimate>>>>;
}

export interface RateExtremes {
  readonly rate: string;
  readonly highest: string;
  readonly lowest: string;
  /** Highest less lowest; 0 is parity. */
  readonly difference: Estimate;
  /** Lowest by highest; 1 is parity. */
  readonly ratio: Estimate;
}

export function attributeSummary(settings: ModelSettings, profile: Profile, attribute: string): AttributeSummary {
  const { shape } = profile;
  const { groups, remainder, rates, hidden } = disclosure(profile, attribute, settings.minimumGroupRows);
  const worst: AttributeSummary['worst'][number][] = [];
  const shrunken = new Map<string, Record<string, Estimate>>();
  for (const { rate, harm } of harmfulRates(shape)) {
    // Every group helps to know the mean and the spread; only groups that may be shown have a number of their own.
    const known = groups.flatMap((group, index) => {
      const own = rates[index]?.[rate];
      const isKnown = own !== undefined && own.n > 0 && (own.hidden === null || !isUntold(own.hidden));
      return isKnown ? [{ group: group.group, own, isShown: hidden[index] === null && own.hidden === null }] : [];
    });
    const fitted = shrunkenRates(known.map(({ own }) => own));
    if (fitted === null || known.length < 2) continue;
    const fits = known.flatMap(({ group, isShown }, index) => {
      const estimate = fitted.rates[index];
      return isShown && estimate !== undefined ? [{ group, estimate: finite(estimate) }] : [];
    });
    for (const { group, estimate } of fits) shrunken.set(group, { ...shrunken.get(group), [rate]: estimate });
    const last = worstGroup(
      fits.map(({ estimate }) => estimate),
      harm,
    );
    const found = last === null || fits.length < 2 ? undefined : fits[last];
    if (found !== undefined) worst.push({ rate, group: found.group, shrunken: found.estimate });
  }
  const ranges = rangesOf(groups, rates);
  return {
    statistics: {
      ...rangeStatistics(ranges),
      ...inequality(shape, remainder === undefined ? groups : [...groups, remainder], settings.minimumGroupRows),
    },
    ranges,
    worst,
    shrunken: Object.fromEntries(shrunken),
  };
}

/** Rates by which a person is harmed: not selected, wrongly denied, decided wrong. */
function harmfulRates(shape: ProfileShape): readonly { readonly rate: string; readonly harm: 'high' | 'low' }[] {
  if (shape.positive === null) return [{ rate: 'accuracy', harm: 'low' }];
  const denied = favourableDecision(shape) === 1 ? 'falseNegativeRate' : 'falsePositiveRate';
  return [
    { rate: 'selectionRate', harm: 'low' },
    { rate: denied, harm: 'high' },
    { rate: 'accuracy', harm: 'low' },
  ];
}

/** Over the groups that may be shown. */
function rangesOf(
  groups: readonly { readonly group: string }[],
  rates: readonly Readonly<Record<string, GroupRate>>[],
): RateExtremes[] {
  return Object.keys(rates[0] ?? {}).flatMap((rate): RateExtremes[] => {
    const shown = rates.flatMap(({ [rate]: own }, index) =>
      own === undefined || own.hidden !== null ? [] : [{ own, group: groups[index]?.group ?? '' }],
    );
    const range = rateRange(shown.map(({ own }) => own));
    if (range === null) return [];
    return [
      {
        rate,
        highest: shown[range.largest]?.group ?? '',
        lowest: shown[range.smallest]?.group ?? '',
        difference: finite(range.difference),
        ratio: finite(range.ratio),
      },
    ];
  });
}

/** The widest of two rates is as far from equal odds as the attribute is (fairlearn, Bird et al. 2020). */
function rangeStatistics(ranges: readonly RateExtremes[]): Record<string, Estimate> {
  const of = (name: string): RateExtremes | undefined => ranges.find(({ rate }) => rate === name);
  const statistics: Record<string, Estimate> = {};
  for (const name of ['selectionRate', 'truePositiveRate', 'falsePositiveRate', 'accuracy']) {
    const range = of(name);
    if (range !== undefined) statistics[`${name}Range`] = range.difference;
  }
  const selection = of('selectionRate');
  if (selection !== undefined) statistics.selectionRateRatio = selection.ratio;
  const [caught, raised] = [of('truePositiveRate'), of('falsePositiveRate')];
  if (caught !== undefined && raised !== undefined) {
    statistics.equalisedOddsRange = largest(caught.difference, raised.difference);
    statistics.equalisedOddsRatio = smallest(caught.ratio, raised.ratio);
  }
  return statistics;
}

function largest(a: Estimate, b: Estimate): Estimate {
  return (a.value ?? 0) >= (b.value ?? 0) ? a : b;
}

function smallest(a: Estimate, b: Estimate): Estimate {
  return (a.value ?? 1) <= (b.value ?? 1) ? a : b;
}

function inequality(
  shape: ProfileShape,
  confusions: readonly GroupConfusion[],
  minimum: number,
): Record<string, Estimate> {
  if (shape.task !== 'binary_classification' || shape.positive === null) return {};
  const groups = confusions.filter((confusion) => labelledRows(confusion) > 0).map((each) => benefits(shape, each));
  const all = groups.reduce(
    (sum, { less, asDue, more }) => ({ less: sum.less + less, asDue: sum.asDue + asDue, more: sum.more + more }),
    { less: 0, asDue: 0, more: 0 },
  );
  const n = all.less + all.asDue + all.more;
  if (n === 0) return {};
  const unlessFew = (statistic: () => Estimated): Estimate =>
    n < minimum ? suppressed(n, `n<${minimum}`) : finite(statistic());
  return {
    theilIndex: unlessFew(() => generalisedEntropy(all, 1)),
    generalisedEntropy: unlessFew(() => generalisedEntropy(all, 2)),
    betweenGroupTheilIndex: unlessFew(() => betweenGroupEntropy(groups, 1)),
    betweenGroupGeneralisedEntropy: unlessFew(() => betweenGroupEntropy(groups, 2)),
  };
}

/** Less than due: denied though the label says otherwise. */
function benefits(shape: ProfileShape, confusion: GroupConfusion): BenefitCounts {
  const { truePositive, trueNegative, falsePositive, falseNegative } = confusion;
  const asDue = truePositive + trueNegative;
  return favourableDecision(shape) === 1
    ? { less: falseNegative, asDue, more: falsePositive }
    : { less: falsePositive, asDue, more: falseNegative };
}

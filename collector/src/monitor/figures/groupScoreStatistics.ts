import { type GroupScores, groupScores, type Profile } from '../../profile/index.ts';
import type { AreaEstimate } from '../../statistics/areaUnderCurve.ts';
import { areaDifference, subgroupAreas } from '../../statistics/fairness/subgroupAreas.ts';
import {
  calibrationError,
  calibrationLine,
  calibrationSquaredError,
  reliability,
} from '../../statistics/performance/calibration.ts';
import { total } from '../../statistics/total.ts';
import type { Estimate } from '../finding.ts';
import { finite, suppressed } from './estimates.ts';

/** How well a model's score serves one group: does it rank its people, and do probabilities come true for them? */
export interface GroupScoreStatistics {
  readonly statistics: Readonly<Record<string, Estimate>>;
  /** Of probabilities: what was predicted against what happened, in bins of at least `minimum` rows. */
  readonly calibration: readonly GroupCalibrationBin[];
  /** For the difference to another group; `null` where it is hidden. */
  readonly area: AreaEstimate | null;
}

export interface GroupCalibrationBin {
  readonly predicted: number;
  readonly low: number;
  readonly high: number;
  readonly observed: Estimate;
}

const none: GroupScoreStatistics = { statistics: {}, calibration: [], area: null };

/** Empty where scores of groups are not counted. `cell`: fewer people than this with or without the event are not told of. */
export function groupScoreStatistics(
  profile: Profile,
  attribute: string,
  group: string,
  { minimum, cell }: { readonly minimum: number; readonly cell: number },
): GroupScoreStatistics {
  const scores = groupScores(profile, attribute, group);
  if (scores === null) return none;
  const { positives, negatives, allPositives, allNegatives } = scores;
  const [events, others] = [total(positives), total(negatives)];
  const background = { positives: less(allPositives, positives), negatives: less(allNegatives, negatives) };
  const areas = subgroupAreas(scores, background);
  const few = (...counts: readonly number[]): string | null => {
    if (events + others === 0) return 'no labels';
    if (events + others < minimum) return `n<${minimum}`;
    return counts.some((count) => count < Math.max(1, cell)) ? `events<${Math.max(1, cell)}` : null;
  };
  const shown = (area: AreaEstimate, why: string | null): Estimate =>
    why === null ? finite(area) : suppressed(0, why);
  const own = few(events, others);
  const ranking = {
    areaUnderCurve: shown(areas.subgroup, own),
    backgroundPositiveSubgroupNegativeArea: shown(
      areas.backgroundPositiveSubgroupNegative,
      few(others, total(background.positives)),
    ),
    backgroundNegativeSubgroupPositiveArea: shown(
      areas.backgroundNegativeSubgroupPositive,
      few(events, total(background.negatives)),
    ),
  };
  const area = own === null ? areas.subgroup : null;
  if (profile.shape.scoreBins?.kind !== 'logit') return { statistics: ranking, calibration: [], area };
  return { ...calibrationWithin(scores, own, minimum, cell, ranking), area };
}

/** How much better the score ranks inside one group than inside another. */
export function areaGap(own: GroupScoreStatistics, other: GroupScoreStatistics): Estimate | null {
  const [a, b] = [own.statistics.areaUnderCurve, other.statistics.areaUnderCurve];
  if (a === undefined || b === undefined) return null;
  if (own.area === null || other.area === null) return suppressed(0, a.suppressed ?? b.suppressed ?? 'no labels');
  return finite(areaDifference(own.area, other.area));
}

function calibrationWithin(
  scores: GroupScores,
  hidden: string | null,
  minimum: number,
  cell: number,
  ranking: Readonly<Record<string, Estimate>>,
): Pick<GroupScoreStatistics, 'statistics' | 'calibration'> {
  const names = ['calibrationError', 'calibrationSquaredError', 'calibrationIntercept', 'calibrationSlope'];
  if (hidden !== null) {
    const statistics = Object.fromEntries(names.map((name) => [name, suppressed(0, hidden)]));
    return { statistics: { ...ranking, ...statistics }, calibration: [] };
  }
  const n = total(scores.positives) + total(scores.negatives);
  const bins = reliability(scores, Math.max(1, Math.min(mostBins, Math.floor(n / minimum))));
  const { intercept, slope } = calibrationLine(scores);
  return {
    statistics: {
      ...ranking,
      calibrationError: finite(calibrationError(bins)),
      calibrationSquaredError: finite(calibrationSquaredError(bins)),
      calibrationIntercept: finite(intercept),
      calibrationSlope: finite(slope),
    },
    calibration: bins.map(({ observed, ...bin }) => {
      const positive = Math.round((observed.value ?? 0) * observed.n);
      const isSmall = observed.n < minimum || positive < cell || observed.n - positive < cell;
      return { ...bin, observed: isSmall ? suppressed(0, `events<${cell}`) : finite(observed) };
    }),
  };
}

const mostBins = 15;

function less(all: Float64Array, own: Float64Array): Float64Array {
  return all.map((count, bin) => count - own[bin]!);
}

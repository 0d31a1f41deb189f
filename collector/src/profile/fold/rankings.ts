import {
  normalisedDiscountedGain,
  precisionAt,
  rankedAveragePrecision,
  recallAt,
  reciprocalRank,
} from '../../statistics/performance/ranking.ts';
import { addToSum } from '../cells/sums.ts';
import { type Plan, rankingCells } from '../plan.ts';
import type { Profile } from '../profile.ts';

/**
 * How good one ranking was, once it is known what was relevant. Two ways to say so, as the text of an outcome:
 *
 * - `[0, 2, 0, 1]`: how relevant each item was, in the order in which items were shown; the prediction may be anything.
 * - `{"b": 2, "d": 1}` or `["b", "d"]`: how relevant items were, or which; the prediction is the list of items shown,
 *   `["a", "b", "c", "d"]`. Relevant items that were not shown count against recall.
 */

/** Measures look at the first this many items. */
export const rankingCutoff = 10;

/** In [0, 1]; `null` where nothing was relevant. */
export const rankingMeasures = [
  'normalisedDiscountedGain',
  'reciprocalRank',
  'averagePrecision',
  'precisionAt10',
  'recallAt10',
] as const;

export type RankingQuality = readonly [gain: number, ...others: number[]];

/** In the order of `rankingMeasures`; `null` when it cannot be told: unreadable, or nothing was relevant. */
export function rankingQuality(prediction: string | number | null, label: string | number): RankingQuality | null {
  const judged = relevanceOf(prediction, label);
  if (judged === null) return null;
  const { shown, all } = judged;
  const relevant = all.filter((grade) => grade > 0).length;
  const gain = normalisedDiscountedGain(shown, rankingCutoff, all);
  if (gain === null || relevant === 0) return null;
  return [
    gain,
    reciprocalRank(shown) ?? 0,
    rankedAveragePrecision(shown, relevant) ?? 0,
    precisionAt(shown, rankingCutoff) ?? 0,
    recallAt(shown, rankingCutoff, relevant) ?? 0,
  ];
}

/** Adds one judged ranking, or takes it back. */
export function addRanking({ counts, sums }: Profile, plan: Plan, quality: RankingQuality | null, times: number): void {
  if (quality === null) return;
  const cell = plan.rankingOffset + rankingCellOf(quality);
  counts[cell] = counts[cell]! + times;
  quality.forEach((value, measure) => {
    addToSum(sums, plan.rankingSumOffset + 2 * measure, value, times);
    addToSum(sums, plan.rankingSumOffset + 2 * measure + 1, value * value, times);
  });
}

/** Cell of a ranking's discounted gain, in twentieths. */
export function rankingCellOf([gain]: RankingQuality): number {
  return Math.max(0, Math.min(rankingCells - 1, Math.floor(gain * rankingCells)));
}

interface Judged {
  /** Relevance of the items in the order in which they were shown. */
  readonly shown: readonly number[];
  /** Of everything that was relevant, shown or not. */
  readonly all: readonly number[];
}

function relevanceOf(prediction: string | number | null, label: string | number): Judged | null {
  const known = typeof label === 'string' ? parsed(label) : label;
  if (Array.isArray(known) && known.length > 0 && known.every(isGrade)) return { shown: known, all: known };
  const grades = gradesOf(known);
  const items = typeof prediction === 'string' ? parsed(prediction) : null;
  if (grades === null || !Array.isArray(items)) return null;
  return { shown: items.map((item) => grades.get(String(item)) ?? 0), all: [...grades.values()] };
}

function gradesOf(known: unknown): ReadonlyMap<string, number> | null {
  if (Array.isArray(known)) return new Map(known.map((item) => [String(item), 1]));
  if (typeof known !== 'object' || known === null) return null;
  const grades = Object.entries(known);
  return grades.every(([, grade]) => isGrade(grade)) ? new Map(grades) : null;
}

function isGrade(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

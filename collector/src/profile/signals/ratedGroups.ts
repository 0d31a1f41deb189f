import { type Score, shareScore } from '../../statistics/evidence/index.ts';
import { favourableDecision } from '../fold/decision.ts';
import type { Profile } from '../profile.ts';
import type { ProfileShape } from '../shape.ts';
import { groupOutcomes } from '../views/detailViews.ts';
import { type GroupConfusion, groupConfusions } from '../views/views.ts';
import { groupRatesSignal } from './groupSignals.ts';
import { outcomeSizes } from './signalScores.ts';

/** What may be worse for a group than for another, each a share of people: high is bad. */
export interface GroupRates {
  readonly names: readonly string[];
  /** By rate the people it is not true of, and those it is: 2 cells each; zeros for a group that the shape does not count. */
  readonly counts: (profile: Profile, attribute: string, group: string) => Float64Array;
}

/** Of classes decisions and mistakes, of numbers and rankings how many answers were poor. */
export function groupRatesOf(reference: Profile): GroupRates {
  return poorAnswers(reference) ?? decisionRates;
}

/** Not selected, denied what was due, wrong, denied what was not due. */
const decisionRates: GroupRates = {
  names: ['not_selected', 'wrongly_denied', 'wrong', 'rightly_denied'],
  counts: (profile, attribute, group) => {
    const own = groupConfusions(profile, attribute).find((one) => one.group === group && !one.isOther);
    return own === undefined ? new Float64Array(8) : decisionCounts(profile.shape, own);
  },
};

/**
 * The first of those decided, the third of those labelled, the others of those whose label says that the favourable decision
 * was due, or was not. Where decisions have no side only the third counts anything.
 */
function decisionCounts(shape: ProfileShape, confusion: GroupConfusion): Float64Array {
  const { truePositive, falsePositive, falseNegative, trueNegative, right, wrong } = confusion;
  if (shape.positive === null) return Float64Array.of(0, 0, 0, 0, right, wrong, 0, 0);
  const positive = truePositive + falsePositive + confusion.unlabelledPositive;
  const negative = trueNegative + falseNegative + confusion.unlabelledNegative;
  return favourableDecision(shape) === 1
    ? Float64Array.of(positive, negative, truePositive, falseNegative, right, wrong, falsePositive, trueNegative)
    : Float64Array.of(negative, positive, trueNegative, falsePositive, right, wrong, falseNegative, truePositive);
}

/** Answers as bad as the worst quarter of the reference's. `null` for classes. */
function poorAnswers(reference: Profile): GroupRates | null {
  const countsOf = poorCounts(reference);
  return (
    countsOf && {
      names: ['poor'],
      counts: (profile, attribute, group) =>
        countsOf(groupOutcomes(profile, attribute).find((of) => of.group === group && !of.isOther)?.cells ?? []),
    }
  );
}

/** Of outcomes by size, how many were not poor, and how many were; `null` for classes, and where the reference counted no sizes. */
export function poorCounts(reference: Profile): ((sizes: ArrayLike<number>) => Float64Array) | null {
  const outcomes = outcomeSizes(reference);
  if (outcomes === null) return null;
  const isPoor = poorCells(outcomes.counts(reference), outcomes.worse);
  return (sizes) => {
    const counts = new Float64Array(2);
    for (let cell = 0; cell < sizes.length; cell++) counts[isPoor(cell) ? 1 : 0]! += sizes[cell]!;
    return counts;
  };
}

/** The cells at the bad end that hold a quarter of the reference's outcomes, or as near to it as whole cells come. */
export function poorCells(counts: Float64Array, worse: 'up' | 'down'): (cell: number) => boolean {
  const quarter = counts.reduce((sum, count) => sum + count, 0) / 4;
  const fromWorst = [...counts.keys()].sort((a, b) => (worse === 'up' ? b - a : a - b));
  const poor = new Set<number>();
  let held = 0;
  for (const cell of fromWorst) {
    const more = counts[cell]!;
    if (held > 0 && held + more / 2 > quarter) break;
    poor.add(cell);
    held += more;
  }
  return (cell) => poor.has(cell);
}

/** The rates of each group that a reference counts, as scores over their cells. */
export function ratedGroups(reference: Profile): {
  readonly signal: string;
  readonly scores: readonly Score[];
  readonly countsOf: (profile: Profile) => Float64Array;
}[] {
  const { names, counts } = groupRatesOf(reference);
  const scores = names.map((name, rate) =>
    shareScore(name, 2 * names.length, [2 * rate + 1], (cell) => Math.floor(cell / 2) === rate),
  );
  return reference.shape.groups.flatMap(({ attribute, groups }) =>
    groups.map((group) => ({
      signal: groupRatesSignal(attribute, group),
      scores,
      countsOf: (profile: Profile) => counts(profile, attribute, group),
    })),
  );
}

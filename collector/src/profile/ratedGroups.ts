import { type Score, shareScore } from '../statistics/evidence/index.ts';
import { favourableDecision } from './decision.ts';
import type { Profile } from './profile.ts';
import type { ProfileShape } from './shape.ts';
import { type GroupConfusion, groupConfusions } from './views.ts';

/** What may be worse for a group than for another, each a share of people: high is bad. */
export const groupRates = ['not_selected', 'wrongly_denied', 'wrong', 'rightly_denied'] as const;

/** Signal of all `groupRates` of a group together: how they vary from window to window, whatever the hour. */
export function groupRatesSignal(attribute: string, group: string): string {
  return `${ratesPrefix}${attribute}=${group}`;
}

export function isRatesSignal(signal: string): boolean {
  return signal.startsWith(ratesPrefix);
}

const ratesPrefix = 'fairness_rates:';

/**
 * By rate: whom it is not true of, and whom it is. Not selected, of those decided; denied, of those whose label says that the
 * favourable decision was due; wrong, of those labelled; denied, of those whose label says that it was not due. Where decisions
 * have no side only the third counts anything.
 */
export function groupRateCounts(shape: ProfileShape, confusion: GroupConfusion): Float64Array {
  const { truePositive, falsePositive, falseNegative, trueNegative, right, wrong } = confusion;
  if (shape.positive === null) return Float64Array.of(0, 0, 0, 0, right, wrong, 0, 0);
  const positive = truePositive + falsePositive + confusion.unlabelledPositive;
  const negative = trueNegative + falseNegative + confusion.unlabelledNegative;
  return favourableDecision(shape) === 1
    ? Float64Array.of(positive, negative, truePositive, falseNegative, right, wrong, falsePositive, trueNegative)
    : Float64Array.of(negative, positive, trueNegative, falsePositive, right, wrong, falseNegative, truePositive);
}

/** The rates of each group that the shape counts, as scores over the cells of `groupRateCounts`. */
export function ratedGroups(shape: ProfileShape): {
  readonly signal: string;
  readonly scores: readonly Score[];
  readonly countsOf: (profile: Profile) => Float64Array;
}[] {
  const cells = 2 * groupRates.length;
  const scores = groupRates.map((name, rate) =>
    shareScore(name, cells, [2 * rate + 1], (cell) => Math.floor(cell / 2) === rate),
  );
  return shape.groups.flatMap(({ attribute, groups }) =>
    groups.map((group) => ({
      signal: groupRatesSignal(attribute, group),
      scores,
      countsOf: (profile: Profile) => {
        const own = groupConfusions(profile, attribute).find((one) => one.group === group && !one.isOther);
        return own === undefined ? new Float64Array(cells) : groupRateCounts(shape, own);
      },
    })),
  );
}

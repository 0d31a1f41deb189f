import type { ModelSettings } from '../../config/settings.ts';
import {
  type GroupRates,
  groupRatesOf,
  groupRatesSignal,
  outcomeSizes,
  type Profile,
  poorCounts,
  type Reference,
} from '../../profile/index.ts';
import { hash32 } from '../../profile/sketches/textHash.ts';
import {
  boundTail,
  noTolerance,
  nullBounds,
  orient,
  type Score,
  scoreMoments,
} from '../../statistics/evidence/index.ts';
import { expectedPairs, type PairCounts, pairedDifferences } from '../../statistics/fairness/pairedDifferences.ts';
import type { Proportion } from '../../statistics/newcombeDifference.ts';
import { seededRandom } from '../../statistics/simulate.ts';
import { type ArrivalCounts, arrivedIn, type OutcomeArrivals } from '../arrivals.ts';
import { signalDesignEffect } from '../figures/signalStatistics.ts';
import { steadyDetector } from './steadyDetector.ts';
import type { StreamDetector } from './streamDetector.ts';
import { errorRateSignal, type GapStream } from './streams.ts';

/**
 * How a group may be worse off than the one it is compared with; each is a share of people, high is bad. Equal odds have
 * two sides: who is denied what is due (`wrongly_denied_gap`, also equal opportunity), and who is granted what is not
 * (`wrongly_granted_gap`: of those whose label says that it was not due, the share that was not granted it either).
 */
export const gapScores = ['selection_gap', 'wrongly_denied_gap', 'error_gap', 'wrongly_granted_gap'] as const;
/** Of numbers and rankings: a share of answers as bad as the worst quarter of the reference's. */
const largeErrors = ['large_error_gap'] as const;
const poorRankings = ['poor_ranking_gap'] as const;
export type GapScore = (typeof gapScores | typeof largeErrors | typeof poorRankings)[number];

const pairCells = 3;

/**
 * Is a group worse off than its reference group by more than it may be? People of both are paired at random, window by
 * window, and the differences within pairs are betted on. What a gap may be: `tolerance.fairnessGap` beyond the gap that
 * the reference had, with the reference's own uncertainty; or beyond parity. Being better off than before, or than the
 * others, is no alarm of this group.
 *
 * Cells: for each score of the task the pairs with difference -1, 0, 1.
 */
export function gapDetector(
  settings: ModelSettings,
  reference: Reference,
  stream: GapStream,
  streams: number,
): StreamDetector {
  const { attribute, group, referenceGroup } = stream;
  const rates = groupRatesOf(reference.profile);
  const gaps = outcomeGaps(reference.profile, attribute) ?? decisionGaps(rates, attribute);
  const past = (name: string) => proportionsIn(rates.counts(reference.profile, attribute, name));
  const [own, base] = [past(group), past(referenceGroup)];
  const referenceCounts = gaps.scores.flatMap((_, gap) => [...expectedPairs(own[gap]!, base[gap]!)]);
  const tail = boundTail(gaps.scores.length, streams);
  const { fairnessGap, fairnessGapOver } = settings.tolerance;
  const designEffectOf = (gap: number): number => {
    const effects = [group, referenceGroup].map((name) => rateEffect(reference, attribute, name, rates.names[gap]!));
    if (effects.includes(undefined)) return signalDesignEffect(reference, gaps.signals[gap]!);
    return pairsDesignEffect([own, base].map((of, at) => ({ rate: of[gap]!, designEffect: effects[at]! })));
  };
  const scores = gaps.scores.map((name, gap) => pairScore(name, gap, gaps.scores.length));
  const oriented = scores.flatMap((score, gap) => {
    if (scoreMoments(score, referenceCounts).n < settings.minimumGroupRows) return [];
    const designEffect = designEffectOf(gap);
    const bounds = nullBounds(score, referenceCounts, { tail, designEffect, tolerance: noTolerance });
    // A group that was better off before may become as badly off as the others: parity is never an alarm.
    const upper = (fairnessGapOver === 'parity' ? 0 : Math.max(0, bounds.upper)) + fairnessGap;
    return orient(score, { ...bounds, upper }, designEffect).filter(({ direction }) => direction === 'up');
  });
  return steadyDetector(stream, oriented, { scores, counts: referenceCounts }, (profile, arrivals, step) => {
    const random = seededRandom(hash32(`${stream.id} ${step}`, 0));
    const [now, other] = [group, referenceGroup].map((name) => gaps.now(profile, arrivals, name));
    return gaps.scores.flatMap((_, gap): PairCounts => pairedDifferences(now![gap]!, other![gap]!, random));
  });
}

type GapRates = readonly Proportion[];

/** What is compared between groups of an attribute: for each score a share of people. */
interface Gaps {
  readonly scores: readonly GapScore[];
  /** By score: the signal whose design effect stands in where the reference did not measure how rates of groups vary. */
  readonly signals: readonly string[];
  readonly now: (profile: Profile, arrivals: OutcomeArrivals, group: string) => GapRates;
}

function decisionGaps(rates: GroupRates, attribute: string): Gaps {
  return {
    scores: gapScores,
    signals: gapScores.map((_, gap) => (gap === 0 ? 'prediction' : errorRateSignal)),
    now: (profile, arrivals, group) => [
      proportionsIn(rates.counts(profile, attribute, group))[0]!,
      ...arrivedRates(arrivals, attribute, group),
    ],
  };
}

/** `null` for classes. */
function outcomeGaps(reference: Profile, attribute: string): Gaps | null {
  const [sizes, poor] = [outcomeSizes(reference), poorCounts(reference)];
  if (sizes === null || poor === null) return null;
  return {
    scores: sizes.worse === 'up' ? largeErrors : poorRankings,
    signals: [sizes.signal],
    now: (_, arrivals, group) => proportionsIn(poor(arrivedIn(arrivals.groupSizes, attribute, group) ?? [])),
  };
}

/** How a rate of a group varies from window to window; `undefined` in references that did not measure it yet. */
export function rateEffect(reference: Reference, attribute: string, group: string, rate: string): number | undefined {
  return reference.designEffects[groupRatesSignal(attribute, group)]?.[rate];
}

/**
 * The design effect of pairs, from those of both groups. What moves the rates of both beyond chance may move them apart, and
 * (a + b)^2 <= 2 (a^2 + b^2); of the larger group it was measured on more people than there are pairs.
 */
export function pairsDesignEffect(
  groups: readonly { readonly rate: Proportion; readonly designEffect: number }[],
): number {
  const pairs = Math.min(...groups.map(({ rate }) => rate.n));
  let [variance, excess] = [0, 0];
  for (const { rate, designEffect } of groups) {
    // As if half a person more had the event, and half a person more had not: a rate of 0 varies too.
    const share = (rate.events + 0.5) / (rate.n + 1);
    const own = share * (1 - share);
    variance += own;
    excess += ((designEffect - 1) * own * pairs) / rate.n;
  }
  return 1 + (2 * excess) / variance;
}

function proportionsIn(counts: Float64Array): GapRates {
  return Array.from({ length: counts.length / 2 }, (_, rate) => {
    const [not, so] = counts.subarray(2 * rate);
    return { events: so!, n: not! + so! };
  });
}

function arrivedRates({ groups }: OutcomeArrivals, attribute: string, group: string): readonly Proportion[] {
  const {
    labelled = 0,
    wrong = 0,
    deserving = 0,
    denied: count = 0,
    granted = 0,
  }: Partial<ArrivalCounts> = arrivedIn(groups, attribute, group) ?? {};
  return [
    { events: count, n: deserving },
    { events: wrong, n: labelled },
    { events: labelled - deserving - granted, n: labelled - deserving },
  ];
}

function pairScore(name: string, gap: number, gaps: number): Score {
  const cells = gaps * pairCells;
  const isOwn = (cell: number): boolean => Math.floor(cell / pairCells) === gap;
  return {
    name,
    kind: 'mean',
    values: Float64Array.from({ length: cells }, (_, cell) => (isOwn(cell) ? (cell % pairCells) - 1 : 0)),
    considered: Uint8Array.from({ length: cells }, (_, cell) => (isOwn(cell) ? 1 : 0)),
  };
}

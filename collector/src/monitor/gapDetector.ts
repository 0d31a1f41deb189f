import type { ModelSettings } from '../config/settings.ts';
import {
  type GroupConfusion,
  groupConfusions,
  groupOutcomes,
  groupRateCounts,
  groupRates,
  groupRatesSignal,
  outcomeSizes,
  type Profile,
  type ProfileShape,
  type Reference,
} from '../profile/index.ts';
import { hash32 } from '../profile/textHash.ts';
import {
  boundTail,
  createDetector,
  nullBounds,
  orient,
  type Score,
  scoreMoments,
} from '../statistics/evidence/index.ts';
import { expectedPairs, type PairCounts, pairedDifferences } from '../statistics/fairness/pairedDifferences.ts';
import type { Proportion } from '../statistics/newcombeDifference.ts';
import { seededRandom } from '../statistics/simulate.ts';
import { type ArrivalCounts, arrivedIn, type OutcomeArrivals } from './arrivals.ts';
import { signalDesignEffect } from './signalStatistics.ts';
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
  const gaps = outcomeGaps(reference, attribute) ?? decisionGaps(reference, attribute);
  const [own, base] = [gaps.past(group), gaps.past(referenceGroup)];
  const referenceCounts = gaps.scores.flatMap((_, gap) => [...expectedPairs(own[gap]!, base[gap]!)]);
  const tail = boundTail(gaps.scores.length, streams);
  const { fairnessGap, fairnessGapOver } = settings.tolerance;
  const noTolerance = { standardDeviations: 0, relativeShare: 0, absoluteShare: 0 };
  const designEffects = gaps.designEffects(group, referenceGroup);
  const scores = gaps.scores.map((name, gap) => pairScore(name, gap, gaps.scores.length));
  const oriented = scores.flatMap((score, gap) => {
    const designEffect = designEffects[gap]!;
    const bounds = nullBounds(score, referenceCounts, { tail, designEffect, tolerance: noTolerance });
    if (scoreMoments(score, referenceCounts).n < settings.minimumGroupRows) return [];
    // A group that was better off before may become as badly off as the others: parity is never an alarm.
    const upper = (fairnessGapOver === 'parity' ? 0 : Math.max(0, bounds.upper)) + fairnessGap;
    return orient(score, { ...bounds, upper }, designEffect).filter(({ direction }) => direction === 'up');
  });
  const detector = createDetector(gaps.scores.length * pairCells, oriented);
  return {
    stream,
    detector,
    detectorAt: () => detector,
    referenceCountsAt: () => referenceCounts,
    scores,
    referenceCounts,
    countsOf: (profile, arrivals, step) => {
      const random = seededRandom(hash32(`${stream.id} ${step}`, 0));
      const [now, other] = [group, referenceGroup].map((name) => gaps.now(profile, arrivals, name));
      return gaps.scores.flatMap((_, gap): PairCounts => pairedDifferences(now![gap]!, other![gap]!, random));
    },
  };
}

type GapRates = readonly Proportion[];

/** What is compared between groups of an attribute: for each score a share of people. */
interface Gaps {
  readonly scores: readonly GapScore[];
  /** By score. */
  readonly designEffects: (group: string, base: string) => readonly number[];
  readonly past: (group: string) => GapRates;
  readonly now: (profile: Profile, arrivals: OutcomeArrivals, group: string) => GapRates;
}

function decisionGaps(reference: Reference, attribute: string): Gaps {
  const { shape, profile: past } = reference;
  return {
    scores: gapScores,
    designEffects: (group, base) =>
      gapScores.map((_, gap) => {
        const [own, other] = [group, base].map((name) => rateEffect(reference, attribute, name, gap));
        if (own === undefined || other === undefined) {
          return signalDesignEffect(reference, gap === 0 ? 'prediction' : errorRateSignal);
        }
        // What moves the rates of both beyond chance may move them apart: (a + b)^2 <= 2 (a^2 + b^2), over twice the variance.
        return own + other - 1;
      }),
    past: (group) => ratesOf(shape, confusionOf(past, attribute, group)),
    now: (profile, arrivals, group) => [
      ratesOf(shape, confusionOf(profile, attribute, group))[0]!,
      ...arrivedRates(arrivals, attribute, group),
    ],
  };
}

/** How one of `groupRates` varies from window to window; `undefined` in references that did not measure it yet. */
export function rateEffect(reference: Reference, attribute: string, group: string, rate: number): number | undefined {
  return reference.designEffects[groupRatesSignal(attribute, group)]?.[groupRates[rate]!];
}

/** `null` for classes. */
function outcomeGaps(reference: Reference, attribute: string): Gaps | null {
  const { profile: past } = reference;
  const sizes = outcomeSizes(past);
  if (sizes === null) return null;
  const isPoor = poorCells(sizes.counts(past), sizes.worse);
  const poor = (cells: ArrayLike<number>): GapRates => {
    const proportion = { events: 0, n: 0 };
    for (let cell = 0; cell < cells.length; cell++) {
      proportion.n += cells[cell]!;
      if (isPoor(cell)) proportion.events += cells[cell]!;
    }
    return [proportion];
  };
  return {
    scores: sizes.worse === 'up' ? largeErrors : poorRankings,
    designEffects: () => [signalDesignEffect(reference, sizes.signal)],
    past: (group) => poor(groupOutcomes(past, attribute).find((of) => of.group === group && !of.isOther)?.cells ?? []),
    now: (_, arrivals, group) => poor(arrivedIn(arrivals.groupSizes, attribute, group) ?? []),
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

function ratesOf(shape: ProfileShape, confusion: GroupConfusion | undefined): GapRates {
  if (confusion === undefined) return gapScores.map(() => nobody);
  const counts = groupRateCounts(shape, confusion);
  return gapScores.map((_, rate) => ({ events: counts[2 * rate + 1]!, n: counts[2 * rate]! + counts[2 * rate + 1]! }));
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

function confusionOf(profile: Profile, attribute: string, group: string): GroupConfusion | undefined {
  return groupConfusions(profile, attribute).find((confusion) => confusion.group === group && !confusion.isOther);
}

const nobody: Proportion = { events: 0, n: 0 };

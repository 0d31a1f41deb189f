import type { ModelSettings } from '../../config/settings.ts';
import {
  type CodedFeature,
  type CodedRange,
  codedFeatures,
  codedRange,
  type Profile,
  type ProfileShape,
  type Reference,
  type SampledOutcome,
  sampledOutcomes,
} from '../../profile/index.ts';
import {
  advance,
  boundTail,
  createDetector,
  evidenceOf,
  indicatorScore,
  initialState,
  nullBounds,
} from '../../statistics/evidence/index.ts';
import { countSubgroup, searchSubgroups } from '../../statistics/subgroups/searchSubgroups.ts';
import { total } from '../../statistics/total.ts';
import { outcomeSignal } from '../detectors/streams.ts';
import { upwards } from '../detectors/waysToWatchErrors.ts';
import { signalDesignEffect } from './signalStatistics.ts';

/** What is looked for: wrong predictions, or those that are worse than nine of ten. */
export type Trouble = 'wrong' | 'large_error' | 'poor_ranking';

export interface WeakSegments {
  readonly trouble: Trouble;
  /** What a prediction in trouble is above: an error in the unit of the numbers, 1 - NDCG of a ranking, 0.5 of classes. */
  readonly threshold: number;
  /** Sampled rows with outcomes, how many of them are in trouble, and how many were tested on. */
  readonly rows: number;
  readonly events: number;
  readonly testedRows: number;
  /** In one half of the rows these were found, the other half says what they are worth. Loudest first. */
  readonly segments: readonly WeakSegment[];
}

export interface WeakSegment {
  readonly conditions: readonly { readonly signal: string; readonly name: string; readonly range: CodedRange }[];
  readonly found: Counted;
  readonly tested: Counted;
  /**
   * Natural logarithm of the e-value of "in the segment no more are in trouble than in all, but for what is tolerated": bets on
   * the rows that had no part in the search.
   */
  readonly evidence: number;
}

export interface Counted {
  readonly rows: number;
  readonly events: number;
}

/**
 * Where a model is worst: segments of few conditions on features in which more predictions are in trouble than elsewhere, from
 * the sampled rows of windows. `null` with fewer than 400 rows that have an outcome.
 *
 * Rows are parted into halves by a hash of their id: segments are searched in one and tested on the other, so the many that
 * were tried cost nothing. Windows hold equally many sampled rows, however busy they were; taken are those that a single sample
 * of all windows would have taken.
 *
 * Source: Chung, Kraska, Polyzotis, Tae and Whang 2019 (slices of a model); tests by betting, Waudby-Smith and Ramdas 2024.
 */
export function weakSegments(
  settings: Pick<ModelSettings, 'tolerance'>,
  reference: Reference,
  profiles: readonly Profile[],
): WeakSegments | null {
  const { shape } = reference;
  const { rows, share } = evenSample(profiles.filter((profile) => profile.shape.id === shape.id));
  if (rows.length < fewestRows) return null;
  const [searched, tested] = halves(rows);
  const trouble = troubleOf(shape);
  const threshold = trouble === 'wrong' ? 0.5 : upperTenth(searched);
  const eventsIn = (half: readonly SampledOutcome[]) => Uint8Array.from(half, ({ loss }) => (loss > threshold ? 1 : 0));
  const [searchedEvents, testedEvents] = [eventsIn(searched), eventsIn(tested)];
  const events = total(searchedEvents) + total(testedEvents);

  const designEffect = 1 + (signalDesignEffect(reference, outcomeSignal(shape.task)) - 1) * share;
  const bounds = nullBounds(score, [rows.length - events, events], {
    tail: boundTail(1, 1),
    designEffect,
    tolerance: { standardDeviations: 0, relativeShare: 0, absoluteShare: settings.tolerance.errorRate },
  });
  const found = searchSubgroups(codedOf(shape, searched), searchedEvents, {
    rate: Math.min(bounds.upper, highestRate),
    fewestRows: Math.max(fewestMembers, smallestShare * searched.length),
    mostConditions,
    most: mostSegments,
    beam: searchBeam,
  });
  const columns = codedOf(shape, tested);
  const detector = createDetector(2, upwards(score, bounds, designEffect));
  const segments = found.map(({ conditions, rows: foundRows, events: foundEvents }): WeakSegment => {
    const counted = countSubgroup(columns, testedEvents, conditions);
    const state = advance(detector, initialState(detector), [counted.rows - counted.events, counted.events], 1);
    return {
      conditions: conditions.map(({ column, first, last }) => {
        const { signal } = columns[column]!;
        return { signal: signal.signal, name: signal.name, range: codedRange(reference.profile, signal, first, last) };
      }),
      found: { rows: foundRows, events: foundEvents },
      tested: counted,
      evidence: evidenceOf(detector, state).log,
    };
  });
  const unit = trouble === 'large_error' ? shape.residualScale : 1;
  return { trouble, threshold: threshold * unit, rows: rows.length, events, testedRows: tested.length, segments };
}

/** So that halves of them can say anything. */
const fewestRows = 400;
const fewestMembers = 32;
const smallestShare = 0.005;
const mostConditions = 3;
const mostSegments = 5;
const searchBeam = 10;
/** A search takes a tenth of a second with so many. */
const mostRows = 20_000;
const highestRate = 0.99;
const score = indicatorScore('in trouble');

function troubleOf({ task }: ProfileShape): Trouble {
  return task === 'regression' ? 'large_error' : task === 'ranking' ? 'poor_ranking' : 'wrong';
}

/** The rows that one sample of all windows would hold, and which share of all rows they are. */
function evenSample(profiles: readonly Profile[]): { readonly rows: SampledOutcome[]; readonly share: number } {
  const samples = profiles.map(sampledOutcomes);
  const reach = Math.min(1, ...samples.map((sample) => sample.reach));
  const rows = samples.flatMap((sample) => sample.rows.filter(({ place }) => place <= reach));
  if (rows.length <= mostRows) return { rows, share: reach };
  rows.sort((a, b) => a.place - b.place);
  return { rows: rows.slice(0, mostRows), share: rows[mostRows - 1]!.place };
}

function halves(rows: readonly SampledOutcome[]): [SampledOutcome[], SampledOutcome[]] {
  return [rows.filter(({ half }) => half === 0), rows.filter(({ half }) => half === 1)];
}

function codedOf(shape: ProfileShape, rows: readonly SampledOutcome[]): CodedFeature[] {
  return codedFeatures(
    shape,
    rows.map(({ values }) => values),
  );
}

/** The loss that nine of ten do not exceed. */
function upperTenth(rows: readonly SampledOutcome[]): number {
  const losses = rows.map(({ loss }) => loss).sort((a, b) => a - b);
  return losses[Math.ceil(losses.length * 0.9) - 1] ?? 0;
}

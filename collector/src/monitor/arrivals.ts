import {
  favourableDecision,
  groupIn,
  type JoinEntry,
  type Judgement,
  judge,
  liesAbove,
  outcomeCell,
  type ProfileShape,
  scoredCell,
  weightOf,
} from '../profile/index.ts';
import { hourOfWeek } from '../statistics/evidence/index.ts';
import {
  addRating,
  addRatings,
  noRatings,
  type RatingCounts,
  type RatingType,
  ratingTypes,
  ratingValue,
  timesRatings,
} from './ratings.ts';

/**
 * Outcomes that arrived since the last window was evaluated, as detectors of errors count them: by arrival, whichever
 * window their inference belongs to. A correction of a label that arrived before is not a new arrival.
 */
export interface OutcomeArrivals {
  readonly overall: ArrivalCounts;
  /** Labelled and wrong ones by the hour of the week of their inference, where any can be right or wrong. */
  readonly hours?: Readonly<Record<string, readonly [labelled: number, wrong: number]>>;
  /** By attribute, then by group. */
  readonly groups: Readonly<Record<string, Readonly<Record<string, ArrivalCounts>>>>;
  /** Of two classes by score and label: cells as `scoredCounts` counts them. */
  readonly scored?: readonly number[];
  /** How many labels lay above the number that was predicted. */
  readonly above?: number;
  /** Of predicted numbers by the size of their error, of rankings by quality: cells as `outcomeSizes` counts them. */
  readonly sizes?: readonly number[];
  /** The same by attribute, then by group. */
  readonly groupSizes?: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
  /** Feedback and evaluations, of any inference of the version. */
  readonly ratings?: Readonly<Partial<Record<RatingType, RatingCounts>>>;
  /** The largest weight of an inference that something arrived of; absent means 1. All counts are sums of weights. */
  readonly heaviest?: number;
}

export interface ArrivalCounts {
  readonly labelled: number;
  readonly wrong: number;
  /** Whose label says that the favourable decision was due to them, and who of them were denied it. */
  readonly deserving?: number;
  readonly denied?: number;
  /** Of the others, who were granted it. */
  readonly granted?: number;
}

export const noArrivals: OutcomeArrivals = { overall: { labelled: 0, wrong: 0 }, groups: {} };

/** What arrived for a group, whose name comes from events and may be that of something every object has. */
export function arrivedIn<Value>(
  groups: Readonly<Record<string, Readonly<Record<string, Value>>>> | undefined,
  attribute: string,
  group: string,
): Value | undefined {
  if (groups === undefined || !Object.hasOwn(groups, attribute)) return undefined;
  const ofAttribute = groups[attribute]!;
  return Object.hasOwn(ofAttribute, group) ? ofAttribute[group] : undefined;
}

/** Arrivals as evidence may count them: with no more outcomes than the weighted ones are worth (see `effectiveProfile`). */
export function effectiveArrivals(arrivals: OutcomeArrivals): OutcomeArrivals {
  const { overall, hours, scored, above, groups, sizes, groupSizes, ratings, heaviest = 1 } = arrivals;
  if (heaviest === 1) return arrivals;
  const scaled = <Values extends object>(values: Values): Values =>
    // The same names, each with a number.
    Object.fromEntries(Object.entries(values).map(([name, count]) => [name, count / heaviest])) as Values;
  const each = (counts: readonly number[]): number[] => counts.map((count) => count / heaviest);
  return {
    overall: scaled(overall),
    ...(hours === undefined ? {} : { hours: scaledHours(hours, heaviest) }),
    ...(scored === undefined ? {} : { scored: each(scored) }),
    ...(above === undefined ? {} : { above: above / heaviest }),
    groups: Object.fromEntries(
      Object.entries(groups).map(([attribute, counts]) => [
        attribute,
        Object.fromEntries(Object.entries(counts).map(([group, own]) => [group, scaled(own)])),
      ]),
    ),
    ...(sizes === undefined ? {} : { sizes: each(sizes) }),
    ...(groupSizes === undefined
      ? {}
      : {
          groupSizes: Object.fromEntries(
            Object.entries(groupSizes).map(([attribute, of]) => [
              attribute,
              Object.fromEntries(Object.entries(of).map(([group, own]) => [group, each(own)])),
            ]),
          ),
        }),
    ...(ratings === undefined
      ? {}
      : {
          ratings: Object.fromEntries(
            Object.entries(ratings).map(([type, counts]) => [type, timesRatings(counts, 1 / heaviest)]),
          ),
        }),
  };
}

function scaledHours(hours: NonNullable<OutcomeArrivals['hours']>, by: number): NonNullable<OutcomeArrivals['hours']> {
  return Object.fromEntries(
    Object.entries(hours).map(([hour, [labelled, wrong]]) => [hour, [labelled / by, wrong / by] as const]),
  );
}

type Counting = { -readonly [Field in keyof ArrivalCounts]-?: ArrivalCounts[Field] };

function nothingCounted(): Counting {
  return { labelled: 0, wrong: 0, deserving: 0, denied: 0, granted: 0 };
}

/** Counts outcomes one by one; `take` hands over what was counted and starts again. */
export class ArrivalCounter {
  #overall = nothingCounted();
  #hours = new Map<string, [labelled: number, wrong: number]>();
  #groups = new Map<string, Map<string, Counting>>();
  #scored: number[] = [];
  #above = 0;
  #sizes: number[] = [];
  #groupSizes = new Map<string, Map<string, number[]>>();
  #ratings = new Map<RatingType, RatingCounts>();
  #heaviest = 1;

  /** `joined` is the entry as it was before this label. Rows that cannot be judged count as nothing. */
  add(shape: ProfileShape, joined: JoinEntry, label: string | number): void {
    if (joined.label !== null) return;
    const judgement = judge(shape, joined, label);
    if (judgement === null) {
      this.#addSize(shape, joined, label);
      return;
    }
    const favourable = favourableDecision(shape);
    const weight = this.#weigh(joined);
    count(this.#overall, judgement, favourable, weight);
    const cell = scoredCell(shape, joined.score, judgement.label);
    if (cell !== null) addAt(this.#scored, cell, weight);
    this.#addHour(String(hourOfWeek(joined.time)), weight, judgement.wrong ? weight : 0);
    for (const of of shape.groups) {
      const group = groupIn(of, joined.groups);
      if (group !== undefined) count(this.#cell(of.attribute, group), judgement, favourable, weight);
    }
  }

  #addHour(hour: string, labelled: number, wrong: number): void {
    const known = entryOf(this.#hours, hour, (): [number, number] => [0, 0]);
    known[0] += labelled;
    known[1] += wrong;
  }

  #addSize(shape: ProfileShape, joined: JoinEntry, label: string | number): void {
    const cell = outcomeCell(shape, joined, label);
    if (cell === null) return;
    const weight = this.#weigh(joined);
    this.#overall.labelled += weight;
    if (shape.task === 'regression' && liesAbove(joined, label)) this.#above += weight;
    addAt(this.#sizes, cell, weight);
    for (const of of shape.groups) {
      const group = groupIn(of, joined.groups);
      if (group !== undefined) addAt(this.#sizesOf(of.attribute, group), cell, weight);
    }
  }

  /** A rating of an inference; what is no number and no known word is left out. Every rating counts, also a second one. */
  rate(type: RatingType, value: string | number, weight = 1): void {
    const number = ratingValue(value);
    if (number === null) return;
    this.#heaviest = Math.max(this.#heaviest, weight);
    const rating = timesRatings(addRating(noRatings, number), weight);
    this.#ratings.set(type, addRatings(this.#ratings.get(type) ?? noRatings, rating));
  }

  #weigh(joined: JoinEntry): number {
    const weight = weightOf(joined);
    this.#heaviest = Math.max(this.#heaviest, weight);
    return weight;
  }

  addAll(arrivals: OutcomeArrivals): void {
    this.#heaviest = Math.max(this.#heaviest, arrivals.heaviest ?? 1);
    for (const type of ratingTypes) {
      const more = arrivals.ratings?.[type];
      if (more !== undefined) this.#ratings.set(type, addRatings(this.#ratings.get(type) ?? noRatings, more));
    }
    merge(this.#overall, arrivals.overall);
    for (const [hour, [labelled, wrong]] of Object.entries(arrivals.hours ?? {})) this.#addHour(hour, labelled, wrong);
    addCounts(this.#scored, arrivals.scored ?? []);
    this.#above += arrivals.above ?? 0;
    addCounts(this.#sizes, arrivals.sizes ?? []);
    for (const [attribute, groups] of Object.entries(arrivals.groupSizes ?? {})) {
      for (const [group, sizes] of Object.entries(groups)) addCounts(this.#sizesOf(attribute, group), sizes);
    }
    for (const [attribute, groups] of Object.entries(arrivals.groups)) {
      for (const [group, counts] of Object.entries(groups)) merge(this.#cell(attribute, group), counts);
    }
  }

  take(): OutcomeArrivals {
    const taken: OutcomeArrivals = {
      overall: this.#overall,
      ...(this.#hours.size === 0 ? {} : { hours: Object.fromEntries(this.#hours) }),
      ...(this.#scored.length === 0 ? {} : { scored: this.#scored }),
      ...(this.#above === 0 ? {} : { above: this.#above }),
      groups: recordOf(this.#groups),
      ...(this.#sizes.length === 0 ? {} : { sizes: this.#sizes }),
      ...(this.#groupSizes.size === 0 ? {} : { groupSizes: recordOf(this.#groupSizes) }),
      ...(this.#ratings.size === 0 ? {} : { ratings: Object.fromEntries(this.#ratings) }),
      ...(this.#heaviest === 1 ? {} : { heaviest: this.#heaviest }),
    };
    this.#overall = nothingCounted();
    this.#hours = new Map();
    this.#groups = new Map();
    this.#scored = [];
    this.#above = 0;
    this.#sizes = [];
    this.#groupSizes = new Map();
    this.#ratings = new Map();
    this.#heaviest = 1;
    return taken;
  }

  #cell(attribute: string, group: string): Counting {
    return entryOf(
      entryOf(this.#groups, attribute, () => new Map()),
      group,
      nothingCounted,
    );
  }

  #sizesOf(attribute: string, group: string): number[] {
    return entryOf(
      entryOf(this.#groupSizes, attribute, () => new Map()),
      group,
      () => [],
    );
  }
}

function entryOf<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function recordOf<Value>(maps: ReadonlyMap<string, ReadonlyMap<string, Value>>): Record<string, Record<string, Value>> {
  return Object.fromEntries([...maps].map(([name, map]) => [name, Object.fromEntries(map)]));
}

function addCounts(counts: number[], more: readonly number[]): void {
  for (const [cell, count] of more.entries()) addAt(counts, cell, count);
}

function addAt(counts: number[], cell: number, count: number): void {
  while (counts.length <= cell) counts.push(0);
  counts[cell]! += count;
}

function count(cell: Counting, { decision, label, wrong }: Judgement, favourable: 0 | 1, weight: number): void {
  cell.labelled += weight;
  if (wrong) cell.wrong += weight;
  if (label !== favourable) {
    if (decision === favourable) cell.granted += weight;
    return;
  }
  cell.deserving += weight;
  if (decision !== favourable) cell.denied += weight;
}

function merge(cell: Counting, more: ArrivalCounts): void {
  cell.labelled += more.labelled;
  cell.wrong += more.wrong;
  cell.deserving += more.deserving ?? 0;
  cell.denied += more.denied ?? 0;
  cell.granted += more.granted ?? 0;
}

import type { ProfileShape } from '../shape.ts';
import { createDistinctCounter, type DistinctCounter, mergeDistinct } from './distinctCounter.ts';
import { copyHeavy, createHeavyHitters, type HeavyHitters, mergeHeavy, scaleHeavy } from './heavyHitters.ts';
import { copyIds, createIdSample, type IdSample, mergeIds } from './idSample.ts';

/** What a profile knows beside its counts: about data quality, rare values and time. Merges like the profile. */
export interface Sketches {
  /** Rows by hour of the week in UTC, 168 of them; 0 is Monday from midnight. */
  readonly hours: Float64Array;
  /** By signal: rows with a value of another type (text where the reference had numbers, or the other way round). */
  readonly otherType: Float64Array;
  /** Features that came and are not in the shape, by rows. */
  readonly unknownFeatures: HeavyHitters;
  /** By signal: category values without a cell of their own. `null` where there were none. */
  readonly rare: (RareValues | null)[];
  readonly ids: IdSample;
}

export interface RareValues {
  readonly frequent: HeavyHitters;
  readonly distinct: DistinctCounter;
}

export const hoursPerWeek = 168;
const frequentValues = 256;
const knownUnknowns = 64;
/** Ids that are kept to see repeats when no rows are sampled. */
const sampledIds = 128;

export function createSketches(shape: ProfileShape): Sketches {
  return {
    hours: new Float64Array(hoursPerWeek),
    otherType: new Float64Array(shape.signals.length),
    unknownFeatures: createHeavyHitters(knownUnknowns),
    rare: shape.signals.map(() => null),
    ids: createIdSample(shape.sampledRows ?? sampledIds, shape.sampledRows !== undefined),
  };
}

export function createRareValues(): RareValues {
  return { frequent: createHeavyHitters(frequentValues), distinct: createDistinctCounter() };
}

export function mergeSketches(target: Sketches, source: Sketches): void {
  for (let i = 0; i < target.hours.length; i++) target.hours[i] = target.hours[i]! + source.hours[i]!;
  for (let i = 0; i < target.otherType.length; i++) target.otherType[i] = target.otherType[i]! + source.otherType[i]!;
  mergeHeavy(target.unknownFeatures, source.unknownFeatures);
  source.rare.forEach((rare, signal) => {
    if (rare === null) return;
    const own = target.rare[signal] ?? createRareValues();
    target.rare[signal] = own;
    mergeHeavy(own.frequent, rare.frequent);
    mergeDistinct(own.distinct, rare.distinct);
  });
  mergeIds(target.ids, source.ids);
}

export function copySketches({ hours, otherType, unknownFeatures, rare, ids }: Sketches): Sketches {
  return {
    hours: hours.slice(),
    otherType: otherType.slice(),
    unknownFeatures: copyHeavy(unknownFeatures),
    rare: rare.map((values) =>
      values === null ? null : { frequent: copyHeavy(values.frequent), distinct: values.distinct.slice() },
    ),
    ids: copyIds(ids),
  };
}

/** Counts of rows times a factor. The sample of ids is one of rows as they came, and stays. */
export function scaleSketches({ hours, otherType, unknownFeatures, rare, ids }: Sketches, factor: number): Sketches {
  return {
    hours: hours.map((rows) => rows * factor),
    otherType: otherType.map((rows) => rows * factor),
    unknownFeatures: scaleHeavy(unknownFeatures, factor),
    rare: rare.map((values) =>
      values === null ? null : { frequent: scaleHeavy(values.frequent, factor), distinct: values.distinct.slice() },
    ),
    ids: copyIds(ids),
  };
}

/** Nothing was folded: an empty profile, or one written before there were sketches. */
export function isEmptySketches({ hours, ids }: Sketches): boolean {
  return ids.size === 0 && hours.every((rows) => rows === 0);
}

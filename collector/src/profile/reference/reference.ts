import type { InferenceBatch } from '@plumbline/sdk/event';
import { PlumblineError } from '../../errors.ts';
import {
  designEffect,
  fewestWindows,
  hourOfWeek,
  isSeasonal,
  type Score,
  type ScoreMoments,
  type Season,
  scoredBucket,
  scoreMoments,
  seasonOf,
  withoutSeason,
} from '../../statistics/evidence/index.ts';
import { foldInferences } from '../fold/fold.ts';
import { foldOutcome, joinEntryOf } from '../fold/outcome.ts';
import { effectiveProfile, rowCounts } from '../fold/weighted.ts';
import { createProfile, mergeInto, type Profile } from '../profile.ts';
import type { ProfileShape } from '../shape.ts';
import { expectedErrors } from '../signals/expectedErrors.ts';
import { isGroupSignal } from '../signals/groupSignals.ts';
import { labelSignals } from '../signals/labelSignals.ts';
import { ratedGroups } from '../signals/ratedGroups.ts';
import { errorRateIndicator, indicatorsOf, outcomeSizes } from '../signals/signalScores.ts';
import { watchedSignal } from '../signals/watchedSignal.ts';
import { createExemplars } from '../sketches/exemplars.ts';
import { heaviestOf } from '../sketches/provenance.ts';
import { buildShape, type ShapeOptions } from './buildShape.ts';
import { type Part, partsByBlock, partsByWindow } from './parts.ts';
import { identifyReference } from './referenceFile.ts';

/**
 * The frozen profile a version is compared with, and what detectors need to know about the noise of its traffic.
 */
export interface Reference {
  /** `sha256:<64 hex digits>` of the canonical content. */
  readonly id: string;
  readonly shape: ProfileShape;
  readonly profile: Profile;
  readonly rows: number;
  /** First and last event time, milliseconds since 1970-01-01 UTC; `null` for a reference without times. */
  readonly from: number | null;
  readonly to: number | null;
  /** Windows with rows. With fewer than 4 the design effects come from blocks of rows; a note says so. */
  readonly windows: number;
  /**
   * By signal (`feature:income`, `score`, ..., `performance:error_rate`, `data_quality:failures`)
   * and score (`location`, `missing`, ...):
   * how many times larger the variance of a window's mean is than with independent rows. At least 1.
   */
  readonly designEffects: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** What ordinary traffic looks like by hour of the week; `null` when no signal follows it, or too little was seen. */
  readonly seasons: ReferenceSeasons | null;
  /** What a reader of the statistics should know about this reference, in sentences. */
  readonly notes: readonly string[];
}

/** Counts of seasonal signals, by hour of the week. */
export interface ReferenceSeasons {
  /** 168 hours, Monday 00:00 UTC first: which bucket an hour belongs to, `null` when nothing is known of such an hour. */
  readonly bucketOfHour: readonly (number | null)[];
  /** By signal that follows the hour: events by bucket, then by cell. */
  readonly signals: Readonly<Record<string, readonly (readonly number[])[]>>;
}

export interface ReferenceOptions extends ShapeOptions {
  /** Length of the windows that profiles will have. */
  readonly windowMs: number;
}

export interface LabelledOutcome {
  readonly inferenceId: string;
  readonly label: string | number;
}

/** Builds a reference from rows and the outcomes known for them. Throws `BAD_DATA` without rows. */
export function buildReference(
  batches: readonly InferenceBatch[],
  outcomes: readonly LabelledOutcome[],
  options: ReferenceOptions,
): Reference {
  const seen = batches.reduce((sum, batch) => sum + batch.count, 0);
  if (seen === 0) throw new PlumblineError('BAD_DATA', 'a reference needs at least one row');
  const labels = new Map(outcomes.map(({ inferenceId, label }) => [inferenceId, label]));
  const known = batches.flatMap((batch) => batch.ids.flatMap((id) => labels.get(id) ?? []));
  const shape = buildShape(batches, known, options);
  const all = createProfile(shape);
  const windows = partsByWindow(batches, options.windowMs).map((part) => foldPart(shape, part, labels));
  for (const window of windows) mergeInto(all, window);
  const { stoodFor, effective: rows } = rowCounts(all);
  // Ids of inferences do not belong into a reference.
  const profile = { ...effectiveProfile(all), exemplars: createExemplars() };
  // A reference compares latencies by its signal; these cells are for versions that have none.
  profile.latencies.fill(0);

  const notes: string[] = [];
  if (stoodFor !== seen) {
    notes.push(
      `${seen} rows came for ${stoodFor} inferences: weighted by that, they are worth ${rows} rows as evidence.`,
    );
  }
  let parts = windows;
  let season: Season | null = null;
  if (windows.length < fewestWindows) {
    const blocks = Math.min(mostBlocks, Math.floor(seen / rowsPerBlock));
    parts = partsByBlock(batches, blocks).map((part) => foldPart(shape, part, labels));
    notes.push(
      blocks < fewestWindows
        ? `${seen} rows in ${windows.length} windows are too few to measure how rows depend on each other: they are taken as independent.`
        : `How rows depend on each other was measured on ${blocks} blocks of rows, because the reference covers only ${windows.length} windows: dependence over longer times is not in it.`,
    );
  } else {
    season = seasonOf(windows.map((window) => startOf(window, options.windowMs)));
    if (season === null) {
      notes.push(
        'The reference covers too few days to know the hours of the day apart: traffic that follows them may look like drift. Four days are the least, two weeks are good.',
      );
    }
  }
  // On one scale: their counts are added and compared.
  const onOneScale = parts.map((part) => effectiveProfile(part, heaviestOf(all)));
  const measured = measureSignals(profile, onOneScale, season, options.windowMs);
  return identifyReference({
    shape,
    profile,
    rows,
    from: finiteOrNull(profile.minima.at(-1)!),
    to: finiteOrNull(profile.maxima.at(-1)!),
    windows: windows.length,
    designEffects: designEffectsOf(measured),
    seasons: seasonsOf(measured, onOneScale, season),
    notes,
  });
}

const mostBlocks = 20;
const rowsPerBlock = 25;

function foldPart(shape: ProfileShape, part: Part, labels: ReadonlyMap<string, string | number>): Profile {
  const profile = createProfile(shape);
  for (const { batch, rows } of part) {
    foldInferences(profile, batch, rows);
    for (const row of rows) {
      const label = labels.get(batch.ids[row]!);
      if (label !== undefined) foldOutcome(profile, joinEntryOf(batch, row), label, batch.ids[row]!);
    }
  }
  return profile;
}

/** First instant of the window that a profile was folded from. */
function startOf(window: Profile, windowMs: number): number {
  return Math.floor(window.minima.at(-1)! / windowMs) * windowMs;
}

interface Measured {
  readonly signal: string;
  readonly countsOf: (profile: Profile) => Float64Array;
  readonly isSeasonal: boolean;
  /** By score; `null` where it never varied. */
  readonly effects: ReadonlyMap<string, number | null>;
}

/** How each signal's windows vary: with the hour of the week, and beyond it. */
function measureSignals(
  reference: Profile,
  parts: readonly Profile[],
  season: Season | null,
  windowMs: number,
): readonly Measured[] {
  const hours = parts.map((part) => hourOfWeek(startOf(part, windowMs)));
  const buckets = hours.map((hour) => season?.bucketOfHour[hour] ?? null);
  const measure = (
    signal: string,
    scores: readonly Score[],
    countsOf: Measured['countsOf'],
    timing: 'by its own hour' | 'by other hours' | 'by any hour',
  ): Measured => {
    const windows = scores.map((score) => parts.map((part) => scoreMoments(score, countsOf(part))));
    const level = seasonLevel / Math.max(1, scores.length);
    const follows = season !== null && timing !== 'by any hour' && windows.some((of) => isSeasonal(of, buckets, level));
    const effectAtItsHour = (of: readonly ScoreMoments[]): number | null => {
      const centred = withoutSeason(of, buckets);
      return designEffect(centred.windows, centred.degrees);
    };
    const effects = new Map(
      scores.flatMap(({ name }, index): [string, number | null][] => {
        const of = windows[index]!;
        if (!follows) return [[name, designEffect(of)]];
        if (timing === 'by its own hour') return [[name, effectAtItsHour(of)]];
        return [
          [name, designEffect(of)],
          [atItsHour(name), effectAtItsHour(of)],
        ];
      }),
    );
    return { signal, countsOf, isSeasonal: follows, effects };
  };
  const sizes = outcomeSizes(reference);
  const expected = expectedErrors(reference);
  return [
    ...(expected === null ? [] : [measure(expected.signal, [expected.score], expected.counts, 'by its own hour')]),
    ...(sizes === null ? [] : [measure(sizes.signal, [sizes.score], sizes.counts, 'by any hour')]),
    ...reference.shape.signals.map(({ signal }) => {
      const { scores, countsOf } = watchedSignal(reference, signal);
      return measure(signal, scores, countsOf, 'by its own hour');
    }),
    ...labelSignals(reference).map(({ signal, scores, counts }) => measure(signal, scores, counts, 'by any hour')),
    // Labels of a group come at hours of their own, and gaps between groups are compared over all hours.
    ...ratedGroups(reference).map(({ signal, scores, countsOf }) => measure(signal, scores, countsOf, 'by any hour')),
    // Wrong predictions are watched by the arrival of their labels, of which some are told apart by the hour of their prediction.
    ...indicatorsOf(reference.shape).map(({ signal, score, counts }) =>
      measure(signal, [score], counts, signal === errorRateIndicator.signal ? 'by other hours' : 'by its own hour'),
    ),
  ];
}

/** Name of a score's design effect among windows of the same hour, where there is one over all windows too. */
export function atItsHour(score: string): string {
  return `${score} at its hour`;
}

/** Chance that a signal without a season is taken for one that has it. */
const seasonLevel = 0.01;

/**
 * A score that never varies in the reference (no value was ever missing) says nothing about how rows depend on each
 * other. The middle one of its signal's scores stands in for it, or of all scores: rows that come in clusters do so for
 * every score. Buckets of rare values stand in for nothing: they are many, and each hears of few rows.
 */
function designEffectsOf(measured: readonly Measured[]): Reference['designEffects'] {
  // Small groups say little, and there may be many.
  const telling = measured.filter(({ signal }) => !isGroupSignal(signal));
  const overall = middleOf(telling.flatMap(({ effects }) => effectsOfMany(effects))) ?? 1;
  return Object.fromEntries(
    measured.map(({ signal, effects }) => {
      const fallback = middleOf(effectsOfMany(effects)) ?? overall;
      return [signal, Object.fromEntries([...effects].map(([score, effect]) => [score, effect ?? fallback]))];
    }),
  );
}

/** Of the scores that hear of many rows. */
function effectsOfMany(effects: Measured['effects']): (number | null)[] {
  return [...effects].flatMap(([score, effect]) => (scoredBucket(score) === null ? [effect] : []));
}

function seasonsOf(
  measured: readonly Measured[],
  windows: readonly Profile[],
  season: Season | null,
): ReferenceSeasons | null {
  const seasonal = measured.filter((signal) => signal.isSeasonal);
  if (season === null || seasonal.length === 0) return null;
  const { bucketOfHour, members } = season;
  const signals = seasonal.map(({ signal, countsOf }) => {
    const counts = members.map((indices) => {
      const sum = new Float64Array(countsOf(windows[0]!).length);
      for (const index of indices) {
        countsOf(windows[index]!).forEach((count, cell) => {
          sum[cell] = sum[cell]! + count;
        });
      }
      return [...sum];
    });
    return [signal, counts] as const;
  });
  return { bucketOfHour, signals: Object.fromEntries(signals) };
}

function middleOf(effects: readonly (number | null)[]): number | null {
  const known = effects.filter((effect) => effect !== null).sort((a, b) => a - b);
  return known[Math.floor(known.length / 2)] ?? null;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

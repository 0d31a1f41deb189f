import type { InferenceBatch } from '@plumbline/sdk/event';
import { PlumblineError } from '../errors.ts';
import { designEffect, fewestWindows, type Score, scoreMoments } from '../statistics/evidence/index.ts';
import { buildShape, type ShapeOptions } from './buildShape.ts';
import { foldInferences } from './fold.ts';
import { foldOutcome, joinEntryOf } from './outcome.ts';
import { type Part, partsByBlock, partsByWindow } from './parts.ts';
import { createProfile, mergeInto, type Profile } from './profile.ts';
import { identifyReference } from './referenceFile.ts';
import type { ProfileShape } from './shape.ts';
import { indicators, signalScores } from './signalScores.ts';
import { signalCounts } from './views.ts';

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
  /** What a reader of the statistics should know about this reference, in sentences. */
  readonly notes: readonly string[];
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
  const rows = batches.reduce((sum, batch) => sum + batch.count, 0);
  if (rows === 0) throw new PlumblineError('BAD_DATA', 'a reference needs at least one row');
  const labels = new Map(outcomes.map(({ inferenceId, label }) => [inferenceId, label]));
  const known = batches.flatMap((batch) => batch.ids.flatMap((id) => labels.get(id) ?? []));
  const shape = buildShape(batches, known, options);
  const profile = createProfile(shape);
  const windows = partsByWindow(batches, options.windowMs).map((part) => foldPart(shape, part, labels));
  for (const window of windows) mergeInto(profile, window);

  const notes: string[] = [];
  let parts = windows;
  if (windows.length < fewestWindows) {
    const blocks = Math.min(mostBlocks, Math.floor(rows / rowsPerBlock));
    parts = partsByBlock(batches, blocks).map((part) => foldPart(shape, part, labels));
    notes.push(
      blocks < fewestWindows
        ? `${rows} rows in ${windows.length} windows are too few to measure how rows depend on each other: they are taken as independent.`
        : `How rows depend on each other was measured on ${blocks} blocks of rows, because the reference covers only ${windows.length} windows: dependence over longer times is not in it.`,
    );
  }
  return identifyReference({
    shape,
    profile,
    rows,
    from: finiteOrNull(profile.minima.at(-1)!),
    to: finiteOrNull(profile.maxima.at(-1)!),
    windows: windows.length,
    designEffects: measureDesignEffects(profile, parts),
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
      if (label !== undefined) foldOutcome(profile, joinEntryOf(batch, row), label);
    }
  }
  return profile;
}

/**
 * A score that never varies in the reference (no value was ever missing) says nothing about how rows depend on each
 * other. The middle one of its signal's scores stands in for it, or of all scores: rows that come in clusters do so for
 * every score.
 */
function measureDesignEffects(reference: Profile, parts: readonly Profile[]): Reference['designEffects'] {
  const measured = [
    ...reference.shape.signals.map(({ signal }) => ({
      signal,
      effects: measure(signalScores(reference, signal), parts, (profile) => signalCounts(profile, signal)),
    })),
    ...indicators.map(({ signal, score, counts }) => ({ signal, effects: measure([score], parts, counts) })),
  ];
  const overall = middleOf(measured.flatMap(({ effects }) => [...effects.values()])) ?? 1;
  return Object.fromEntries(
    measured.map(({ signal, effects }) => {
      const fallback = middleOf([...effects.values()]) ?? overall;
      return [signal, Object.fromEntries([...effects].map(([score, effect]) => [score, effect ?? fallback]))];
    }),
  );
}

function measure(
  scores: readonly Score[],
  parts: readonly Profile[],
  countsOf: (profile: Profile) => Float64Array,
): Map<string, number | null> {
  return new Map(
    scores.map((score) => [score.name, designEffect(parts.map((part) => scoreMoments(score, countsOf(part))))]),
  );
}

function middleOf(effects: readonly (number | null)[]): number | null {
  const known = effects.filter((effect) => effect !== null).sort((a, b) => a - b);
  return known[Math.floor(known.length / 2)] ?? null;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

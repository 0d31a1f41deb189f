import type { InferenceBatch } from '@plumbline/sdk/event';
import { PlumblineError } from '../errors.ts';
import { buildShape, type ShapeOptions } from './buildShape.ts';
import { allRows, foldInferences } from './fold.ts';
import { foldOutcome, joinEntryOf } from './outcome.ts';
import { createProfile, type Profile } from './profile.ts';
import { identifyReference } from './referenceFile.ts';
import type { ProfileShape } from './shape.ts';

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
  /** Windows (or, without enough of them, blocks of rows) the design effects were measured on. */
  readonly windows: number;
  /**
   * By signal (`feature:income`, `score`, ..., `performance:error_rate`) and score (`location`, `missing`, ...):
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
  for (const batch of batches) {
    foldInferences(profile, batch, allRows(batch));
    foldLabels(profile, batch, allRows(batch), labels);
  }
  return identifyReference({
    shape,
    profile,
    rows,
    from: profile.minima.at(-1)!,
    to: profile.maxima.at(-1)!,
    windows: 0,
    designEffects: {},
    notes: [],
  });
}

function foldLabels(
  profile: Profile,
  batch: InferenceBatch,
  rows: Int32Array,
  labels: ReadonlyMap<string, string | number>,
): void {
  for (const row of rows) {
    const label = labels.get(batch.ids[row]!);
    if (label !== undefined) foldOutcome(profile, joinEntryOf(batch, row), label);
  }
}

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PlumblineError } from '../../errors.ts';
import { bucketScoreName, hoursOfWeek } from '../../statistics/evidence/index.ts';
import { ByteReader, ByteWriter } from '../encoding/bytes.ts';
import { readSketches, writeSketches } from '../encoding/encodeSketches.ts';
import { planOf } from '../plan.ts';
import { createProfile, type Profile } from '../profile.ts';
import { identifyShape, type NumericSignal, type ProfileShape } from '../shape.ts';
import { expectedErrorSignal, expectedErrors } from '../signals/expectedErrors.ts';
import { indicatorsOf } from '../signals/signalScores.ts';
import { signalWatchedBy } from '../signals/watchedSignal.ts';
import { isEmptySketches, type Sketches } from '../sketches/sketches.ts';
import { findSignal } from '../views/views.ts';
import type { Reference } from './reference.ts';

/** A reference as JSON text: the file that `plumbline profile` writes. */
export function encodeReference(reference: Reference): string {
  return `${JSON.stringify({ id: reference.id, ...contentOf(reference) })}\n`;
}

/** Reads what `encodeReference` wrote. Throws `BAD_DATA` that names the field when anything is not as it should be. */
export function decodeReference(text: string): Reference {
  const file = parse(text);
  const shape = readShape(file.shape);
  const profile = readProfile(shape, file.profile, file.rows);
  const { rows, from, to, windows, designEffects, notes } = file;
  const seasons = file.seasons ?? null;
  if (seasons !== null) checkSeasons(seasons, { profile, designEffects });
  const reference = identifyReference({ shape, profile, rows, from, to, windows, designEffects, seasons, notes });
  if (reference.id !== file.id) {
    throw bad(`its content does not belong to its id ${file.id}: it was changed after it was written`);
  }
  return reference;
}

/** A reference with the id that belongs to its content. */
export function identifyReference(content: Omit<Reference, 'id'>): Reference {
  const digest = createHash('sha256')
    .update(JSON.stringify(contentOf(content)))
    .digest('hex');
  return { id: `sha256:${digest}`, ...content };
}

/**
 * 2 has sketches; 3 also knows how buckets of rare values, or errors that scores let expect, vary. A reference of an older
 * version keeps its content, and so its id.
 */
const formatVersion = 3;
const withoutBuckets = 2;
const withoutSketches = 1;

function versionOf({ profile, designEffects }: Pick<Reference, 'profile' | 'designEffects'>): number {
  const hasBuckets = Object.values(designEffects).some((effects) => effects[bucketScoreName(0)] !== undefined);
  if (hasBuckets || designEffects[expectedErrorSignal] !== undefined) return formatVersion;
  return isEmptySketches(profile.sketches) ? withoutSketches : withoutBuckets;
}

/** The canonical content: fields in a fixed order, so equal references have equal text. */
function contentOf(reference: Omit<Reference, 'id'>) {
  const { profile, rows, from, to, windows, designEffects, seasons, notes } = reference;
  const hasSketches = !isEmptySketches(profile.sketches);
  return {
    format: 'plumbline-reference',
    formatVersion: versionOf(reference),
    rows,
    from,
    to,
    windows,
    notes,
    designEffects: sortKeys(designEffects, (scores) => sortKeys(scores, (value) => value)),
    ...(seasons === null
      ? {}
      : {
          seasons: {
            bucketOfHour: seasons.bucketOfHour,
            signals: sortKeys(seasons.signals, (counts) => counts),
          },
        }),
    shape: reference.shape,
    profile: {
      counts: [...profile.counts],
      sums: [...profile.sums],
      minima: [...profile.minima].map(finiteOrNull),
      maxima: [...profile.maxima].map(finiteOrNull),
      ...(hasSketches ? { sketches: sketchesText(profile.sketches) } : {}),
    },
  };
}

const text = z.string();
const numericSignal = z.strictObject({
  signal: text.min(1),
  kind: z.enum(['feature', 'score', 'prediction', 'latency']),
  name: text.min(1),
  type: z.literal('number'),
  edges: z.array(z.number()),
  deciles: z.array(z.int().min(0).max(9)),
  centre: z.number(),
  scale: z.number().positive(),
});
const categorySignal = z.strictObject({
  signal: text.min(1),
  kind: z.enum(['feature', 'score', 'prediction', 'latency']),
  name: text.min(1),
  type: z.literal('category'),
  categories: z.array(text).max(64),
  otherKnown: z.array(text).max(1_024),
  hashBuckets: z.union([z.literal(0), z.literal(64)]),
  newValues: z.strictObject({ events: z.int().min(0), n: z.int().min(0) }),
  cycle: z.literal('day').optional(),
});
const groupShape = z.strictObject({
  attribute: text.min(1),
  groups: z.array(text).max(32),
  attributes: z.array(text.min(1)).min(2).max(3).optional(),
  parts: z.array(z.array(text)).max(32).optional(),
  conditionOn: text.optional(),
});
const referenceFile = z.strictObject({
  id: text.regex(/^sha256:[0-9a-f]{64}$/),
  format: z.literal('plumbline-reference'),
  formatVersion: z.literal([withoutSketches, withoutBuckets, formatVersion]),
  rows: z.int().positive(),
  from: z.number().nullable(),
  to: z.number().nullable(),
  windows: z.int().min(0),
  notes: z.array(text),
  designEffects: z.record(text, z.record(text, z.number().min(1))),
  seasons: z
    .strictObject({
      bucketOfHour: z.array(z.int().min(0).nullable()).length(hoursOfWeek),
      signals: z.record(text, z.array(z.array(z.number().min(0)))),
    })
    .optional(),
  shape: z.strictObject({
    id: text,
    task: z.enum(['binary_classification', 'multiclass_classification', 'regression', 'ranking']),
    signals: z.array(z.discriminatedUnion('type', [numericSignal, categorySignal])),
    scoreBins: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('logit') }),
        z.strictObject({ kind: z.literal('edges'), edges: z.array(z.number()).max(255) }),
      ])
      .nullable(),
    positive: text.nullable(),
    favourable: text.nullable(),
    classes: z.array(text).max(32),
    groups: z.array(groupShape),
    residualScale: z.number().positive(),
    sampledRows: z.int().positive().max(100_000).optional(),
    edition: z.literal([2, 3, 4]).optional(),
  }),
  profile: z.strictObject({
    // Of rows with weights, counts need not be whole.
    counts: z.array(z.number().min(0)),
    sums: z.array(z.number()),
    minima: z.array(z.number().nullable()),
    maxima: z.array(z.number().nullable()),
    sketches: z.base64().optional(),
  }),
});
type ReferenceFile = z.infer<typeof referenceFile>;

function parse(source: string): ReferenceFile {
  let json: unknown;
  try {
    json = JSON.parse(source);
  } catch (cause) {
    throw bad(`it is not JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  const version = (json as { formatVersion?: unknown } | null)?.formatVersion;
  if (typeof version === 'number' && !(version >= withoutSketches && version <= formatVersion)) {
    throw bad(`its format version is ${version}; this program reads versions ${withoutSketches} to ${formatVersion}`);
  }
  const parsed = referenceFile.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const at = issue === undefined || issue.path.length === 0 ? 'the top level' : issue.path.join('.');
  throw bad(`at ${at}: ${issue?.message ?? 'unreadable'}`);
}

function readShape(content: ReferenceFile['shape']): ProfileShape {
  const names = new Set<string>();
  for (const signal of content.signals) {
    if (names.has(signal.signal)) throw bad(`at shape.signals: ${signal.signal} is there twice`);
    names.add(signal.signal);
    if (signal.type === 'number') checkNumericSignal(signal);
  }
  for (const { attribute, groups, attributes, parts } of content.groups) {
    const fits = parts?.length === groups.length && parts.every((part) => part.length === attributes?.length);
    if ((attributes !== undefined || parts !== undefined) && !fits) {
      throw bad(`at shape.groups: the parts of ${attribute} do not fit its groups`);
    }
  }
  if (content.scoreBins?.kind === 'edges') checkAscending(content.scoreBins.edges, 'shape.scoreBins.edges');
  const shape = identifyShape(content);
  if (shape.id !== content.id) throw bad(`at shape: its content does not belong to its id ${content.id}`);
  return shape;
}

function checkNumericSignal(signal: NumericSignal): void {
  checkAscending(signal.edges, `shape.signals ${signal.signal}.edges`);
  const cells = signal.edges.length === 0 ? 0 : signal.edges.length + 1;
  if (signal.edges.length === 1 || signal.deciles.length !== cells) {
    throw bad(
      `at shape.signals ${signal.signal}: ${signal.edges.length} edges and ${signal.deciles.length} deciles do not fit`,
    );
  }
}

function checkAscending(values: readonly number[], where: string): void {
  const at = values.findIndex((value, i) => i > 0 && value <= values[i - 1]!);
  if (at >= 0) throw bad(`at ${where}.${at}: edges must ascend, ${values[at]} follows ${values[at - 1]}`);
}

function checkSeasons(
  seasons: NonNullable<ReferenceFile['seasons']>,
  reference: Pick<Reference, 'profile' | 'designEffects'>,
): void {
  const buckets = Math.max(0, ...seasons.bucketOfHour.map((bucket) => (bucket ?? -1) + 1));
  for (const [signal, counts] of Object.entries(seasons.signals)) {
    const cells = seasonCells(reference, signal);
    if (cells === null) throw bad(`at seasons.signals: there is no signal ${signal}`);
    if (counts.length !== buckets || counts.some((bucket) => bucket.length !== cells)) {
      throw bad(`at seasons.signals.${signal}: ${buckets} buckets of ${cells} counts are wanted`);
    }
  }
}

/** Counts that a reference has of a signal at each hour. */
function seasonCells(reference: Pick<Reference, 'profile' | 'designEffects'>, signal: string): number | null {
  const { profile } = reference;
  if (findSignal(profile.shape, signal) !== undefined) {
    return signalWatchedBy(reference, signal).countsOf(profile).length;
  }
  if (signal === expectedErrorSignal) return expectedErrors(profile)?.counts(profile).length ?? null;
  return (
    indicatorsOf(profile.shape)
      .find((indicator) => indicator.signal === signal)
      ?.counts(profile).length ?? null
  );
}

function readProfile(shape: ProfileShape, content: ReferenceFile['profile'], rows: number): Profile {
  const profile = createProfile(shape);
  const fill = (name: 'counts' | 'sums' | 'minima' | 'maxima', absent: number): void => {
    const target = profile[name];
    const source = content[name];
    if (source.length !== target.length) {
      throw bad(`at profile.${name}: ${source.length} numbers where the shape has ${target.length}`);
    }
    for (let i = 0; i < target.length; i++) target[i] = source[i] ?? absent;
  };
  fill('counts', 0);
  fill('sums', 0);
  fill('minima', Number.POSITIVE_INFINITY);
  fill('maxima', Number.NEGATIVE_INFINITY);
  if (content.sketches !== undefined) {
    const reader = new ByteReader(Buffer.from(content.sketches, 'base64'), 0);
    readSketches(reader, profile.sketches);
    reader.end();
  }
  if (profile.counts[0] !== rows)
    throw bad(`at profile.counts.0: ${profile.counts[0]} rows, but the file says ${rows}`);
  shape.signals.forEach((signal, index) => {
    const { countOffset, cells } = planOf(shape).signals[index]!;
    const counted = profile.counts.subarray(countOffset, countOffset + cells).reduce((sum, count) => sum + count, 0);
    if (Math.abs(counted - rows) > 1e-9 * rows)
      throw bad(`at profile.counts: ${signal.signal} counts ${counted} of ${rows} rows`);
  });
  return profile;
}

function sketchesText(sketches: Sketches): string {
  const writer = new ByteWriter(4_096);
  writeSketches(writer, sketches);
  return Buffer.from(writer.finish()).toString('base64');
}

function sortKeys<In, Out>(record: Readonly<Record<string, In>>, map: (value: In) => Out): Record<string, Out> {
  return Object.fromEntries(
    Object.entries(record)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, map(value)]),
  );
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function bad(problem: string): PlumblineError {
  return new PlumblineError('BAD_DATA', `reference cannot be read: ${problem}`);
}

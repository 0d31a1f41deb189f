import type { CategoryColumn, Column, InferenceBatch } from '@plumbline/sdk/event';
import { otherSegment, type SegmentDimension, segmentName } from '../config/segments.ts';
import type { ModelSettings } from '../config/settings.ts';
import type { VersionKey } from '../store/history.ts';
import type { JoinRecord } from './join-record.ts';
import { partByWindow } from './windows.ts';

/** In which segment of one dimension each row of a batch is: the dictionary holds all its values, and no row has none. */
export interface SegmentColumn {
  readonly by: string;
  readonly column: CategoryColumn;
}

/** Rows of one version, or of one segment of it, in one window. */
export interface UnitRows {
  readonly key: VersionKey;
  readonly from: number;
  readonly rows: Int32Array;
}

/** One column for each dimension of the model's segments; none for a model without any. */
export function segmentColumns({ segments }: ModelSettings, batch: InferenceBatch): readonly SegmentColumn[] {
  return segments.map((dimension) => ({ by: dimension.by, column: segmentColumn(dimension, batch) }));
}

/** Parts the rows of a batch by version and window, and those again by segment: the whole first, then its segments. */
export function partByUnit(
  { name: model, environment, window }: ModelSettings,
  batch: InferenceBatch,
  segments: readonly SegmentColumn[],
): UnitRows[] {
  return partByWindow(batch, window).flatMap(({ version, from, rows }) => {
    const whole = { model, environment, version };
    return [
      { key: whole, from, rows },
      ...segments.flatMap(({ by, column }) =>
        rowsByValue(column, rows).map(([value, own]) => ({
          key: { ...whole, segment: segmentName(by, value) },
          from,
          rows: own,
        })),
      ),
    ];
  });
}

/** The groups of a batch as the join keeps them: outcomes have to find the segments of their inference. */
export function joinedGroups(
  { groups }: Pick<InferenceBatch, 'groups'>,
  segments: readonly SegmentColumn[],
): InferenceBatch['groups'] {
  if (segments.length === 0) return groups;
  return { ...groups, ...Object.fromEntries(segments.map(({ by, column }) => [joinedName(by), column])) };
}

/** Where an outcome of an inference counts: in its version, and in the segments that it was recorded in. */
export function unitsOf(settings: ModelSettings, record: Pick<JoinRecord, 'version' | 'groups'>): VersionKey[] {
  const whole = wholeOf(settings, record);
  if (settings.segments.length === 0) return [whole];
  const segments = settings.segments.flatMap(({ by, values }) => {
    const value = record.groups[joinedName(by)];
    // Recorded when other values were declared: it counts where its row did.
    const isDeclared = value !== undefined && (values.includes(value) || value === otherSegment);
    return isDeclared ? [{ ...whole, segment: segmentName(by, value) }] : [];
  });
  return [whole, ...segments];
}

export function wholeOf(
  { name: model, environment }: ModelSettings,
  { version }: Pick<JoinRecord, 'version'>,
): VersionKey {
  return { model, environment, version };
}

function segmentColumn({ by, values }: SegmentDimension, batch: InferenceBatch): CategoryColumn {
  const dictionary = [...values, otherSegment];
  const other = dictionary.length;
  const codeOf = new Map(values.map((value, index) => [value, index + 1]));
  const source = sourceOf(batch, by);
  const codes = new Uint8Array(batch.count).fill(other);
  if (source?.type === 'number') {
    for (let row = 0; row < codes.length; row++) codes[row] = codeOf.get(String(source.values[row])) ?? other;
  } else if (source !== undefined) {
    const byCode = [other, ...source.dictionary.map((text) => codeOf.get(text) ?? other)];
    for (let row = 0; row < codes.length; row++) codes[row] = byCode[source.codes[row]!]!;
  }
  return { type: 'category', codes, dictionary };
}

function sourceOf({ schema, features, groups }: InferenceBatch, by: string): Column | undefined {
  const feature = schema.features.findIndex(({ name }) => name === by);
  if (feature >= 0) return features[feature];
  // It may be called `constructor`, which every object has without having been given it.
  return Object.hasOwn(groups, by) ? groups[by] : undefined;
}

/** The rows of each value that occurs, in the order of the dictionary. */
function rowsByValue({ codes, dictionary }: CategoryColumn, rows: Int32Array): [value: string, rows: Int32Array][] {
  const counts = new Uint32Array(dictionary.length + 1);
  for (let index = 0; index < rows.length; index++) counts[codes[rows[index]!]!]!++;
  const parts = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    const code = codes[row]!;
    parts[code]![counts[code]!++] = row;
  }
  return dictionary.flatMap((value, index) => (parts[index + 1]!.length === 0 ? [] : [[value, parts[index + 1]!]]));
}

/** Among the groups of an inference, as no attribute is called. */
function joinedName(by: string): string {
  return `segment:${by}`;
}

import type { Column, InferenceBatch } from '@plumbline/sdk/event';
import type { Profile } from '../profile.ts';
import { addDistinct } from '../sketches/distinctCounter.ts';
import { addHeavy } from '../sketches/heavyHitters.ts';
import { addId, addUuid, addUuids, type SampledRow, withoutRow } from '../sketches/idSample.ts';
import { createRareValues, hoursPerWeek, type Sketches } from '../sketches/sketches.ts';
import { featurePlaces, textAt } from './columns.ts';

/** The parts of folding a batch that feed a profile's sketches. */

/** Category values without a cell of their own. */
export function foldRare({ rare }: Sketches, index: number, values: readonly [text: string, count: number][]): void {
  const own = rare[index] ?? createRareValues();
  rare[index] = own;
  for (const [text] of values) addDistinct(own.distinct, text);
  addHeavy(own.frequent, values);
}

/** Features that the shape does not have, in the rows of the batch that gave them a value. */
export function foldUnknownFeatures({ shape, sketches }: Profile, batch: InferenceBatch, rows: Int32Array): void {
  const unknown: [string, number][] = [];
  for (const index of featurePlaces(shape, batch.schema).unknown) {
    const column = batch.features[index]!;
    let count = 0;
    for (let i = 0; i < rows.length; i++) if (textAt(column, rows[i]!) !== null) count++;
    if (count > 0) unknown.push([batch.schema.features[index]!.name, count]);
  }
  if (unknown.length > 0) addHeavy(sketches.unknownFeatures, unknown);
}

/** Every arrival of an id; with the row's values where the shape wants them. `columns`: by signal. */
export function foldIds(
  { shape, sketches }: Profile,
  batch: InferenceBatch,
  columns: readonly (Column | undefined)[],
  rows: Int32Array,
): void {
  const keepsRows = shape.sampledRows !== undefined;
  const { ids } = sketches;
  const { uuids } = batch;
  if (uuids !== undefined && uuids.suffixes.dictionary.length === 0) {
    addUuids(ids, uuids.bytes, rows, keepsRows ? (row) => sampledRow(columns, row) : withoutRow);
    return;
  }
  let row = 0;
  const rowOf = keepsRows ? () => sampledRow(columns, row) : withoutRow;
  for (let i = 0; i < rows.length; i++) {
    row = rows[i]!;
    if (uuids === undefined || uuids.suffixes.codes[row] !== 0) addId(ids, batch.ids[row]!, rowOf);
    else addUuid(ids, uuids.bytes, row * 16, rowOf);
  }
}

function sampledRow(columns: readonly (Column | undefined)[], row: number): SampledRow {
  return columns.map((column) => {
    if (column === undefined) return null;
    if (column.type === 'category') return textAt(column, row);
    const value = column.values[row]!;
    return Number.isNaN(value) ? null : Number.isFinite(value) ? value + 0 : Number.POSITIVE_INFINITY;
  });
}

/** 0 is Monday from midnight, UTC; 1970-01-01 was a Thursday. */
export function hourOfWeek(time: number): number {
  const hour = (Math.floor(time / 3_600_000) + 72) % hoursPerWeek;
  return hour < 0 ? hour + hoursPerWeek : hour;
}

import { deserialize, serialize } from 'node:v8';
import type { InferenceBatch } from '@plumbline/sdk/event';
import type { ModelSettings } from '../config/settings.ts';
import type { ProfileShape } from '../profile/index.ts';
import { identifyShape } from '../profile/shape.ts';
import { type VersionKey, versionKey } from '../store/history.ts';
import { type Collection, type ReadTransaction, sortableNumber, type Transaction } from '../store/port.ts';

/** Rows as they came, kept until there are enough of them to make a reference of. */
const learningRows: Collection<InferenceBatch> = {
  name: 'learning_rows',
  encode: (batch) => serialize(batch),
  // Written by `encode` above, columns as typed arrays.
  decode: (bytes) => deserialize(bytes) as InferenceBatch,
};

export async function keepRows(
  transaction: Transaction,
  key: VersionKey,
  piece: number,
  rows: InferenceBatch,
): Promise<void> {
  await transaction.put(learningRows, `${versionKey(key)}/${sortableNumber(piece)}`, rows);
}

/** In the order in which they came. */
export async function readRows(transaction: ReadTransaction, key: VersionKey): Promise<InferenceBatch[]> {
  const pieces = await transaction.range(learningRows, { prefix: `${versionKey(key)}/` });
  return pieces.map(({ value }) => value);
}

export async function forgetRows(transaction: Transaction, key: VersionKey): Promise<void> {
  await transaction.deleteRange(learningRows, { prefix: `${versionKey(key)}/` });
}

/** Rows are kept while labels for the first of them are awaited, but not more than this many times the reference. */
const keptReferences = 10;

/** The rows that will make the reference of a version, and the most that are kept until then. */
export function learningSize(settings: ModelSettings): { readonly needed: number; readonly most: number } {
  const needed = 'rows' in settings.reference ? settings.reference.rows : defaultReferenceRows;
  return { needed, most: needed * keptReferences };
}

/** For a version that has no reference although its model's settings name a file. */
const defaultReferenceRows = 5_000;

/** The shape of windows before there is a reference: no signals, only totals, errors, agreements and labels. */
export function bareShape(settings: ModelSettings): ProfileShape {
  let shape = bareShapes.get(settings);
  if (shape === undefined) {
    shape = identifyShape({
      task: settings.task,
      signals: [],
      scoreBins: null,
      positive: settings.positive ?? null,
      favourable: settings.favourable ?? null,
      classes: [],
      groups: [],
      residualScale: 1,
    });
    bareShapes.set(settings, shape);
  }
  return shape;
}

const bareShapes = new WeakMap<ModelSettings, ProfileShape>();

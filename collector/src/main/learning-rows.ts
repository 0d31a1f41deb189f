import { deserialize, serialize } from 'node:v8';
import type { InferenceBatch } from '@plumbline/sdk/event';
import type { ModelSettings } from '../config/settings.ts';
import type { ProfileShape } from '../profile/index.ts';
import { identifyShape } from '../profile/shape.ts';
import { type VersionKey, versionKey } from '../store/history.ts';
import { type Collection, sortableNumber, type Transaction } from '../store/port.ts';

/** Rows as they came, kept until there are enough of them to make a reference of. */
const learningRows: Collection<InferenceBatch> = {
  name: 'learning_rows',
  encode: (batch) => serialize(batch),
  // Written by `encode` above, columns as typed arrays.
  decode: (bytes) => deserialize(bytes) as InferenceBatch,
};

/**
 * Rows of one version that shall become its reference. Those of a commit are written together at its end: a write for
 * each batch would be waited for as often.
 */
export class LearningRows {
  readonly #prefix: string;
  #fresh: { readonly key: string; readonly value: InferenceBatch }[] = [];

  constructor(key: VersionKey) {
    this.#prefix = `${versionKey(key)}/`;
  }

  /** `piece`: how many there were before. */
  add(piece: number, rows: InferenceBatch): void {
    this.#fresh.push({ key: this.#prefix + sortableNumber(piece), value: rows });
  }

  async write(transaction: Transaction): Promise<void> {
    const entries = this.#fresh;
    this.#fresh = [];
    if (entries.length > 0) await transaction.putMany(learningRows, entries);
  }

  /** In the order in which they came. */
  async read(transaction: Transaction): Promise<InferenceBatch[]> {
    await this.write(transaction);
    return (await transaction.range(learningRows, { prefix: this.#prefix })).map(({ value }) => value);
  }

  async forget(transaction: Transaction): Promise<void> {
    this.#fresh = [];
    await transaction.deleteRange(learningRows, { prefix: this.#prefix });
  }
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

import type { Column, FeatureSchema, InferenceBatch } from '@plumbline/sdk/event';
import type { ProfileShape, SignalShape } from '../shape.ts';
import { hourColumn } from './hourOfDay.ts';

/** Text of one value of a column; `null` when it is missing or not a finite number. */
export function textAt(column: Column, row: number): string | null {
  if (column.type === 'number') {
    const value = column.values[row]!;
    return Number.isFinite(value) ? String(value) : null;
  }
  const code = column.codes[row]!;
  return code === 0 ? null : (column.dictionary[code - 1] ?? null);
}

export function featureColumn(batch: InferenceBatch, name: string): Column | undefined {
  const index = batch.schema.features.findIndex((feature) => feature.name === name);
  return index < 0 ? undefined : batch.features[index];
}

/** The columns that the signals of a shape are read from, in their order; `undefined` where the batch has none. */
export function signalColumns(shape: ProfileShape, batch: InferenceBatch): readonly (Column | undefined)[] {
  const { ofSignal } = featurePlaces(shape, batch.schema);
  return shape.signals.map((signal, index) => signalColumn(batch, batch.features[ofSignal[index]!], signal));
}

function signalColumn(batch: InferenceBatch, feature: Column | undefined, signal: SignalShape): Column | undefined {
  switch (signal.kind) {
    case 'feature': {
      const isTime = signal.type === 'category' && signal.cycle !== undefined;
      return isTime && feature !== undefined ? hourColumn(feature) : feature;
    }
    case 'score':
      return batch.scores;
    case 'prediction':
      return batch.predictions;
    case 'latency':
      return batch.latenciesMs;
  }
}

/** Where the features of a shape and those of a schema meet. */
interface FeaturePlaces {
  /** By signal of the shape: which feature of the schema it is; -1 for none. */
  readonly ofSignal: readonly number[];
  /** Features of the schema that the shape does not have. */
  readonly unknown: readonly number[];
}

/** Batches of one schema follow each other by the thousand: names are looked up for the first. */
export function featurePlaces(shape: ProfileShape, schema: FeatureSchema): FeaturePlaces {
  let ofShape = places.get(shape);
  if (ofShape === undefined) {
    ofShape = new WeakMap();
    places.set(shape, ofShape);
  }
  let known = ofShape.get(schema);
  if (known === undefined) {
    const names = schema.features.map(({ name }) => name);
    const ofSignal = shape.signals.map(({ kind, name }) => (kind === 'feature' ? names.indexOf(name) : -1));
    known = { ofSignal, unknown: [...names.keys()].filter((index) => !ofSignal.includes(index)) };
    ofShape.set(schema, known);
  }
  return known;
}

const places = new WeakMap<ProfileShape, WeakMap<FeatureSchema, FeaturePlaces>>();

/** Finite numbers of a column over all batches, ascending. `pick` finds the column in a batch. */
export function sortedNumbers(
  batches: readonly InferenceBatch[],
  pick: (batch: InferenceBatch) => Column | undefined,
): Float64Array {
  const total = batches.reduce((sum, batch) => sum + batch.count, 0);
  const values = new Float64Array(total);
  let length = 0;
  for (const batch of batches) {
    const column = pick(batch);
    if (column?.type !== 'number') continue;
    for (let row = 0; row < batch.count; row++) {
      const value = column.values[row]!;
      if (Number.isFinite(value)) values[length++] = value;
    }
  }
  return values.slice(0, length).sort();
}

/** Texts of a column over all batches with how often each occurs: most frequent first, then by text. */
export function countedTexts(
  batches: readonly InferenceBatch[],
  pick: (batch: InferenceBatch) => Column | undefined,
): [text: string, count: number][] {
  const counts = new Map<string, number>();
  for (const batch of batches) {
    const column = pick(batch);
    if (column === undefined) continue;
    for (let row = 0; row < batch.count; row++) {
      const text = textAt(column, row);
      if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

import { MonitorOptionsError } from '../errors.ts';
import { type Fields, got, refuseUnknown, whole } from '../options-checks.ts';
import type { Descriptor } from './descriptor.ts';
import { EmbeddingDescriptor } from './embedding.ts';
import { TextDescriptor } from './text.ts';

/** What makes numbers of a feature that is declared as an embedding or a text; nothing for other types. */
export function readDescriptor(feature: string, fields: Fields, where: string): Descriptor | undefined {
  switch (fields.type) {
    case 'embedding':
      return readEmbedding(feature, fields, where);
    case 'text':
      refuseUnknown(fields, `${where}.`, ['type']);
      return new TextDescriptor(feature);
    default:
      return undefined;
  }
}

function readEmbedding(feature: string, fields: Fields, where: string): Descriptor {
  refuseUnknown(fields, `${where}.`, ['type', 'dimensions', 'seed', 'centre']);
  const dimensions = whole(fields.dimensions, `${where}.dimensions`, 1, maxDimensions);
  if (dimensions === undefined) {
    throw new MonitorOptionsError(`${where}.dimensions`, 'must be given: how many numbers a vector has');
  }
  const seed = whole(fields.seed, `${where}.seed`, 0, Number.MAX_SAFE_INTEGER) ?? 0;
  return new EmbeddingDescriptor(feature, {
    dimensions,
    seed,
    centre: fields.centre === undefined ? undefined : readCentre(fields.centre, dimensions, `${where}.centre`),
  });
}

function readCentre(value: unknown, dimensions: number, where: string): readonly number[] {
  const centre: readonly unknown[] = Array.isArray(value) ? value : [];
  const numbers = centre.map((coordinate) => (typeof coordinate === 'number' ? coordinate : Number.NaN));
  const norm = Math.hypot(...numbers);
  if (centre.length !== dimensions || !(norm > 0 && norm < Number.POSITIVE_INFINITY)) {
    throw new MonitorOptionsError(where, `must be a list of ${dimensions} numbers, not all of them zero${got(value)}`);
  }
  return numbers;
}

/** A table of sixteen signs for each is kept: 2 MB. */
const maxDimensions = 16_384;

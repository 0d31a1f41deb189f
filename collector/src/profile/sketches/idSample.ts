import { hash32, hashUuid, highSeed, lowSeed } from './textHash.ts';

/**
 * The inferences whose ids have the smallest hashes: a uniform sample without replacement of all different ids, the same
 * on every machine and in any order of arrival. Each with how often it came, so repeats can be told from new rows, and, if
 * wanted, with its values.
 *
 * Source: Cohen and Kaplan 2007 (bottom-k sketches).
 */
export interface IdSample {
  readonly capacity: number;
  /** Ascending 53-bit hashes, `size` of them. */
  readonly hashes: Float64Array;
  /** How often each id came. */
  readonly counts: Float64Array;
  /** Values of the row by signal; empty lists when rows are not kept. */
  readonly rows: SampledRow[];
  size: number;
}

/** One value a signal of the shape, in its order. A number that was not finite is kept as `Infinity`. */
export type SampledRow = readonly (number | string | null)[];

export const noRow: SampledRow = [];

export function createIdSample(capacity: number): IdSample {
  return { capacity, hashes: new Float64Array(capacity), counts: new Float64Array(capacity), rows: [], size: 0 };
}

/** Adds one arrival of an id. `rowOf` is only called for an id that enters the sample. */
export function addId(sample: IdSample, id: string, rowOf: () => SampledRow): void {
  const high = hash32(id, highSeed);
  const { hashes, capacity, size } = sample;
  // Most ids are turned away by the upper half of their hash.
  if (size === capacity && high > Math.floor(hashes[size - 1]! / lowPart)) return;
  add(sample, high * lowPart + (hash32(id, lowSeed) >>> 11), 1, rowOf);
}

/** `addId` for an id that is a UUID, given as its 16 bytes at an offset. */
export function addUuid(sample: IdSample, bytes: Uint8Array, offset: number, rowOf: () => SampledRow): void {
  const high = hashUuid(bytes, offset, highSeed);
  const { hashes, capacity, size } = sample;
  if (size === capacity && high > Math.floor(hashes[size - 1]! / lowPart)) return;
  add(sample, high * lowPart + (hashUuid(bytes, offset, lowSeed) >>> 11), 1, rowOf);
}

/** Commutative and associative. */
export function mergeIds(target: IdSample, source: IdSample): void {
  for (let i = 0; i < source.size; i++) {
    add(target, source.hashes[i]!, source.counts[i]!, () => source.rows[i] ?? noRow);
  }
}

export function copyIds({ capacity, hashes, counts, rows, size }: IdSample): IdSample {
  return { capacity, hashes: hashes.slice(), counts: counts.slice(), rows: rows.slice(), size };
}

/** Low 21 bits of a hash come from the second half. */
const lowPart = 2 ** 21;

function add(sample: IdSample, hash: number, count: number, rowOf: () => SampledRow): void {
  const { hashes, counts, rows, capacity } = sample;
  const at = placeOf(hashes, sample.size, hash);
  if (at < sample.size && hashes[at] === hash) {
    counts[at] = counts[at]! + count;
    return;
  }
  if (at >= capacity) return;
  const last = Math.min(sample.size, capacity - 1);
  hashes.copyWithin(at + 1, at, last);
  counts.copyWithin(at + 1, at, last);
  hashes[at] = hash;
  counts[at] = count;
  rows.splice(at, 0, rowOf());
  if (rows.length > capacity) rows.pop();
  sample.size = last + 1;
}

/** How many of the first `size` ascending hashes are smaller. */
function placeOf(hashes: Float64Array, size: number, hash: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (hashes[middle]! < hash) low = middle + 1;
    else high = middle;
  }
  return low;
}

import { hash32, hashUuid, hashUuids, highSeed, lowSeed } from './textHash.ts';

/**
 * The inferences whose ids have the smallest hashes: a uniform sample without replacement of all different ids, the same
 * on every machine and in any order of arrival. Each with how often it came, so repeats can be told from new rows, and, if
 * wanted, with its values and with what its outcome said.
 *
 * An outcome may be folded where its row is not, and added up with the row later: until then it has a place of its own, which takes
 * none from any row in the end, since rows with outcomes are among all rows.
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
  /** How many outcomes are known of the row, and the sum of their losses in units of 2^-10. Empty when rows are not kept. */
  readonly outcomes: Float64Array;
  readonly losses: Float64Array;
  size: number;
}

/** One value a signal of the shape, in its order. A number that was not finite is kept as `Infinity`. */
export type SampledRow = readonly (number | string | null)[];

export const noRow: SampledRow = [];

export function withoutRow(): SampledRow {
  return noRow;
}

export function createIdSample(capacity: number, keepsRows: boolean): IdSample {
  const ofRows = keepsRows ? capacity : 0;
  return {
    capacity,
    hashes: new Float64Array(capacity),
    counts: new Float64Array(capacity),
    rows: [],
    outcomes: new Float64Array(ofRows),
    losses: new Float64Array(ofRows),
    size: 0,
  };
}

/** Adds one arrival of an id. `rowOf` is only called for an id that enters the sample. */
export function addId(sample: IdSample, id: string, rowOf: () => SampledRow): void {
  const high = hash32(id, highSeed);
  // Most ids are turned away by the upper half of their hash.
  if (high > largestHigh(sample)) return;
  add(sample, high * lowPart + (hash32(id, lowSeed) >>> 11), 1, rowOf);
}

/** What the outcome of an id said. `times`: -1 takes back what was said before. Nothing where rows are not kept. */
export function addOutcome(sample: IdSample, id: string, loss: number, times: 1 | -1): void {
  if (sample.outcomes.length === 0) return;
  const at = add(sample, hash32(id, highSeed) * lowPart + (hash32(id, lowSeed) >>> 11), 0, withoutRow);
  if (at < 0) return;
  sample.outcomes[at] = sample.outcomes[at]! + times;
  sample.losses[at] = sample.losses[at]! + times * Math.round(loss * lossUnits);
}

/** The loss of a sampled row; `null` while its outcome is not known. */
export function sampledLoss({ outcomes, losses, counts }: IdSample, at: number): number | null {
  // An id that came twice may have two outcomes, of the same row.
  return (outcomes[at] ?? 0) > 0 && counts[at]! > 0 ? losses[at]! / outcomes[at]! / lossUnits : null;
}

/** `addId` for an id that is a UUID, given as its 16 bytes at an offset. */
export function addUuid(sample: IdSample, bytes: Uint8Array, offset: number, rowOf: () => SampledRow): void {
  const high = hashUuid(bytes, offset, highSeed);
  if (high > largestHigh(sample)) return;
  add(sample, high * lowPart + (hashUuid(bytes, offset, lowSeed) >>> 11), 1, rowOf);
}

/** `addUuid` for the ids of these rows, one behind the other. `rowOf` is given the row. */
export function addUuids(
  sample: IdSample,
  bytes: Uint8Array,
  rows: Int32Array,
  rowOf: (row: number) => SampledRow,
): void {
  if (rows.length > highHalves.length) highHalves = new Uint32Array(2 * rows.length);
  hashUuids(bytes, rows, highSeed, highHalves);
  let largest = largestHigh(sample);
  for (let i = 0; i < rows.length; i++) {
    const high = highHalves[i]!;
    if (high > largest) continue;
    const row = rows[i]!;
    add(sample, high * lowPart + (hashUuid(bytes, row * 16, lowSeed) >>> 11), 1, () => rowOf(row));
    largest = largestHigh(sample);
  }
}

let highHalves = new Uint32Array(512);

/** The largest upper half of a hash that may still get into the sample. */
function largestHigh({ hashes, capacity, size }: IdSample): number {
  return size === capacity ? Math.floor(hashes[size - 1]! / lowPart) : Number.POSITIVE_INFINITY;
}

/** Commutative and associative. */
export function mergeIds(target: IdSample, source: IdSample): void {
  for (let i = 0; i < source.size; i++) {
    const at = add(target, source.hashes[i]!, source.counts[i]!, () => source.rows[i] ?? noRow);
    if (at < 0 || target.outcomes.length === 0) continue;
    target.outcomes[at] = target.outcomes[at]! + (source.outcomes[i] ?? 0);
    target.losses[at] = target.losses[at]! + (source.losses[i] ?? 0);
  }
}

export function copyIds({ capacity, hashes, counts, rows, outcomes, losses, size }: IdSample): IdSample {
  return {
    capacity,
    hashes: hashes.slice(),
    counts: counts.slice(),
    rows: rows.slice(),
    outcomes: outcomes.slice(),
    losses: losses.slice(),
    size,
  };
}

/** Low 21 bits of a hash come from the second half. */
const lowPart = 2 ** 21;

/** Losses are kept as whole numbers, so that sums are the same in any order and can be taken back. */
const lossUnits = 2 ** 10;

/** Returns the place of the hash, -1 where it is too large to be in the sample. */
function add(sample: IdSample, hash: number, count: number, rowOf: () => SampledRow): number {
  const { hashes, counts, rows, outcomes, losses, capacity } = sample;
  const at = placeOf(hashes, sample.size, hash);
  if (at < sample.size && hashes[at] === hash) {
    // Its outcome may have come first.
    if (counts[at] === 0 && count > 0) rows[at] = rowOf();
    counts[at] = counts[at]! + count;
    return at;
  }
  if (at >= capacity) return -1;
  const last = Math.min(sample.size, capacity - 1);
  insert(hashes, at, last, hash);
  insert(counts, at, last, count);
  if (outcomes.length > 0) {
    insert(outcomes, at, last, 0);
    insert(losses, at, last, 0);
  }
  rows.splice(at, 0, rowOf());
  if (rows.length > capacity) rows.pop();
  sample.size = last + 1;
  return at;
}

/** Those from `at` on move up by one; what was at `last` goes. */
function insert(values: Float64Array, at: number, last: number, value: number): void {
  values.copyWithin(at + 1, at, last);
  values[at] = value;
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

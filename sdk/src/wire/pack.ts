import type { CategoryBuilder } from './columns.ts';
import { type ColumnData, type ElementName, elementTypes } from './frame.ts';

/**
 * A column as the frame stores it: what the header says about it, and its bytes (none when every row is the same).
 *
 * Numbers take the narrowest element that holds every value exactly, so nothing is ever rounded on the wire.
 */
export interface PackedColumn {
  readonly description: readonly unknown[];
  readonly data?: ColumnData;
}

export function packNumbers(values: Float64Array): PackedColumn {
  const element = elementFor(values);
  if (element === 'constant') {
    const value = values[0]!;
    return { description: ['constant', Number.isNaN(value) ? null : value] };
  }
  return { description: [element], data: element === 'f64' ? values : new elementTypes[element](values) };
}

export function packCategories(builder: CategoryBuilder, count: number): PackedColumn {
  return packCodes(builder.codes(count), builder.dictionary);
}

/** Codes from 1 into the dictionary, 0 for missing. */
export function packCodes(codes: Uint16Array, dictionary: readonly string[]): PackedColumn {
  if (dictionary.length <= 1 && isSame(codes)) {
    return { description: ['constant', codes[0] === 0 ? [] : dictionary] };
  }
  if (dictionary.length <= 0xf) {
    return dictionary.length <= 3
      ? { description: ['u2', dictionary], data: packBits(codes, 2) }
      : { description: ['u4', dictionary], data: packBits(codes, 4) };
  }
  return dictionary.length <= 0xff
    ? { description: ['u8', dictionary], data: new Uint8Array(codes) }
    : { description: ['u16', dictionary], data: codes };
}

function isSame(codes: Uint16Array): boolean {
  const first = codes[0]!;
  for (let row = 1; row < codes.length; row++) {
    if (codes[row] !== first) {
      return false;
    }
  }
  return true;
}

/** Codes of 2 or 4 bits, several in a byte, the first in the lowest bits. */
function packBits(codes: Uint16Array, bits: 2 | 4): Uint8Array {
  const packed = new Uint8Array(Math.ceil((codes.length * bits) / 8));
  const inByte = 8 / bits;
  for (let byte = 0, row = 0; byte < packed.length; byte++) {
    let value = 0;
    for (let place = 0; place < inByte && row < codes.length; place++, row++) {
      value |= codes[row]! << (place * bits);
    }
    packed[byte] = value;
  }
  return packed;
}

/** Strings or numbers as they come; a column with any string is a column of strings. */
export function packScalars(values: readonly (string | number | null)[], categories: CategoryBuilder): PackedColumn {
  if (values.some((value) => typeof value === 'string')) {
    for (let row = 0; row < values.length; row++) {
      const value = values[row]!;
      // An invalid number is no category.
      if (value !== null && value !== Number.POSITIVE_INFINITY) {
        categories.set(row, String(value));
      }
    }
    return packCategories(categories, values.length);
  }
  return packNumbers(Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))));
}

/**
 * Milliseconds as differences from the clocks in the ids when those are UUIDv7 (mostly the same, and then free), else as
 * offsets from the earliest when they are whole and close together.
 */
export function packTimes(times: Float64Array, ids: Clocks): PackedColumn {
  const behind = behindIds(times, ids);
  if (behind !== undefined) {
    const { description, data } = packNumbers(behind);
    if (data === undefined || data.BYTES_PER_ELEMENT === 1) {
      return { description: ['id', ...description], ...(data === undefined ? {} : { data }) };
    }
  }
  let earliest = Number.POSITIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  let whole = true;
  for (let row = 0; row < times.length; row++) {
    const time = times[row]!;
    earliest = Math.min(earliest, time);
    latest = Math.max(latest, time);
    whole &&= Number.isSafeInteger(time);
  }
  const span = latest - earliest;
  if (!whole || span > 0xffff_ffff) {
    return { description: ['f64'], data: times };
  }
  const offsets = span <= 0xffff ? new Uint16Array(times.length) : new Uint32Array(times.length);
  for (let row = 0; row < times.length; row++) {
    offsets[row] = times[row]! - earliest;
  }
  return { description: [span <= 0xffff ? 'u16' : 'u32', earliest], data: offsets };
}

/** Milliseconds since 1970-01-01 UTC that the id of a row holds; `NaN` when it holds none. */
export interface Clocks {
  clock(row: number): number;
}

/** Event times less the clocks in their ids, or nothing when an id holds none or is far away. */
function behindIds(times: Float64Array, ids: Clocks): Float64Array | undefined {
  const behind = new Float64Array(times.length);
  for (let row = 0; row < times.length; row++) {
    const clock = ids.clock(row);
    const difference = times[row]! - clock;
    if (!(difference >= -0x80 && difference <= 0x7f) || clock + difference !== times[row]) {
      return undefined;
    }
    behind[row] = difference;
  }
  return behind;
}

/** Plain loops, each ending as soon as it knows: this runs over every number that leaves the app. */
function elementFor(values: Float64Array): ElementName | 'constant' {
  const first = values[0]!;
  // A lone number is shorter as bytes than as text; infinity has no JSON.
  if ((Number.isNaN(first) || (values.length > 2 && Number.isFinite(first))) && isConstant(values)) {
    return 'constant';
  }
  return wholeElement(values) ?? (isSingle(values) ? 'f32' : 'f64');
}

function isConstant(values: Float64Array): boolean {
  const first = values[0]!;
  const missing = Number.isNaN(first);
  for (let row = 1; row < values.length; row++) {
    const value = values[row]!;
    if (value !== first && !(missing && Number.isNaN(value))) {
      return false;
    }
  }
  return true;
}

function isSingle(values: Float64Array): boolean {
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Math.fround(value) !== value && !Number.isNaN(value)) {
      return false;
    }
  }
  return true;
}

/** The narrowest whole-number element, when all are whole and none is missing. */
function wholeElement(values: Float64Array): ElementName | undefined {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (!Number.isInteger(value)) {
      return undefined;
    }
    lowest = value < lowest ? value : lowest;
    highest = value > highest ? value : highest;
  }
  if (lowest >= 0) {
    return highest <= 0xff ? 'u8' : highest <= 0xffff ? 'u16' : highest <= 0xffff_ffff ? 'u32' : undefined;
  }
  if (lowest >= -0x80 && highest <= 0x7f) {
    return 'i8';
  }
  if (lowest >= -0x8000 && highest <= 0x7fff) {
    return 'i16';
  }
  return lowest >= -0x8000_0000 && highest <= 0x7fff_ffff ? 'i32' : undefined;
}

import type { CategoryBuilder } from './columns.ts';
import type { ColumnData, ElementName } from './frame.ts';
import { uuidBytes, uuidTextLength, writeHex, writeUuid } from './uuid-bytes.ts';

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
  return { description: [element], data: element === 'f64' ? values : new narrowTypes[element](values) };
}

export function packCategories(builder: CategoryBuilder, count: number): PackedColumn {
  const codes = builder.codes(count);
  const first = codes[0]!;
  if (builder.dictionary.length <= 1 && codes.every((code) => code === first)) {
    return { description: ['constant', first === 0 ? [] : builder.dictionary] };
  }
  return builder.dictionary.length <= 0xff
    ? { description: ['u8', builder.dictionary], data: new Uint8Array(codes) }
    : { description: ['u16', builder.dictionary], data: codes };
}

/** Strings or numbers as they come; a column with any string is a column of strings. */
export function packScalars(values: readonly (string | number | null)[], categories: CategoryBuilder): PackedColumn {
  if (values.some((value) => typeof value === 'string')) {
    for (const [row, value] of values.entries()) {
      // An invalid number is no category.
      if (value !== null && value !== Number.POSITIVE_INFINITY) {
        categories.set(row, String(value));
      }
    }
    return packCategories(categories, values.length);
  }
  return packNumbers(Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))));
}

/** Milliseconds as offsets from the earliest when they are whole and close together. */
export function packTimes(times: Float64Array): PackedColumn {
  let earliest = Number.POSITIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  let whole = true;
  for (const time of times) {
    earliest = Math.min(earliest, time);
    latest = Math.max(latest, time);
    whole &&= Number.isSafeInteger(time);
  }
  const span = latest - earliest;
  if (!whole || span > 0xffff_ffff) {
    return { description: ['f64'], data: times };
  }
  const offsets = span <= 0xffff ? new Uint16Array(times.length) : new Uint32Array(times.length);
  for (const [row, time] of times.entries()) {
    offsets[row] = time - earliest;
  }
  return { description: [span <= 0xffff ? 'u16' : 'u32', earliest], data: offsets };
}

/**
 * Ids as 16-byte UUIDs without the leading bytes they all share (UUIDv7 of one moment share their clock), plus what
 * follows a `~`. One id of another form makes them all text in the header.
 */
export function packIds(ids: readonly string[], suffixes: CategoryBuilder): PackedColumn[] {
  const bytes = new Uint8Array(ids.length * uuidBytes);
  for (const [row, id] of ids.entries()) {
    if (!writeUuid(id, bytes, row * uuidBytes) || (id.length > uuidTextLength && id[uuidTextLength] !== '~')) {
      return [{ description: ['text', ids] }];
    }
    if (id.length > uuidTextLength) {
      suffixes.set(row, id.slice(uuidTextLength + 1));
    }
  }
  const shared = sharedPrefix(bytes, ids.length);
  const rest = uuidBytes - shared;
  const data = new Uint8Array(ids.length * rest);
  for (let row = 0; row < ids.length; row++) {
    for (let byte = 0; byte < rest; byte++) {
      data[row * rest + byte] = bytes[row * uuidBytes + shared + byte]!;
    }
  }
  const suffix = packCategories(suffixes, ids.length);
  const prefix = Buffer.from(bytes.buffer, 0, shared).toString('hex');
  return [
    { description: ['uuid', prefix, ...suffix.description], data },
    ...(suffix.data === undefined ? [] : [{ description: [], data: suffix.data }]),
  ];
}

/** Trace ids as 16 bytes a row, zeros for none; as a dictionary when rows share them or one is no trace id. */
export function packTraceIds(traceIds: readonly (string | null)[], categories: CategoryBuilder): PackedColumn {
  const repeats = traceIds.reduce((sum, id, row) => sum + (row > 0 && id === traceIds[row - 1] ? 1 : 0), 0);
  const data = repeats * 2 < traceIds.length ? traceBytes(traceIds) : undefined;
  if (data !== undefined) {
    return { description: ['trace'], data };
  }
  for (const [row, id] of traceIds.entries()) {
    if (id !== null) {
      categories.set(row, id);
    }
  }
  return packCategories(categories, traceIds.length);
}

function traceBytes(traceIds: readonly (string | null)[]): Uint8Array | undefined {
  const bytes = new Uint8Array(traceIds.length * uuidBytes);
  for (let row = 0; row < traceIds.length; row++) {
    const id = traceIds[row]!;
    if (id !== null && (id.length !== 32 || !writeHex(id, 0, 32, bytes, row * uuidBytes) || id === noTraceId)) {
      return undefined;
    }
  }
  return bytes;
}

const noTraceId = '0'.repeat(32);

const narrowTypes = {
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  i16: Int16Array,
  u16: Uint16Array,
  i8: Int8Array,
  u8: Uint8Array,
} as const;

/** Leading bytes that all rows share; at least one byte a row stays, so that a row always costs bytes. */
function sharedPrefix(bytes: Uint8Array, count: number): number {
  let shared = uuidBytes - 1;
  for (let row = 1; row < count; row++) {
    for (let byte = 0; byte < shared; byte++) {
      if (bytes[row * uuidBytes + byte] !== bytes[byte]) {
        shared = byte;
      }
    }
  }
  return shared;
}

function elementFor(values: Float64Array): ElementName | 'constant' {
  const first = values[0]!;
  let constant = true;
  let whole = true;
  let single = true;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    constant &&= value === first || (Number.isNaN(value) && Number.isNaN(first));
    single &&= Number.isNaN(value) || Math.fround(value) === value;
    if (whole && Number.isInteger(value)) {
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
    } else {
      whole = false;
      if (!constant && !single) {
        return 'f64';
      }
    }
  }
  // A lone number is shorter as bytes than as text; infinity has no JSON.
  if (constant && (Number.isNaN(first) || (values.length > 2 && Number.isFinite(first)))) {
    return 'constant';
  }
  return (whole ? wholeElement(lowest, highest) : undefined) ?? (single ? 'f32' : 'f64');
}

function wholeElement(lowest: number, highest: number): ElementName | undefined {
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

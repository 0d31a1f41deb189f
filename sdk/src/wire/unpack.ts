import type { CategoryColumn, Column, NumberColumn, UuidColumn } from '../event.ts';
import { type ElementName, elementTypes, type FrameReader } from './frame.ts';
import { maxIdLength, maxNameLength, maxTextLength, maxTime, maxWeight } from './limits.ts';
import { RejectedError, shown } from './rejection.ts';
import { readHex, readUuid, uuidBytes, uuidClock, uuidMilliseconds } from './uuid-bytes.ts';

/** Columns out of a frame: the mirror of `pack.ts`. Each description is checked before it is believed. */

/** Where in the header a column stands, for messages. */
export type Place = string | { readonly part: string; readonly name: string };

/** Ids of a batch; those that travelled as UUIDs become texts when somebody asks for them. */
export interface IdColumn {
  readonly texts: () => readonly string[];
  readonly uuids: UuidColumn | undefined;
}

/**
 * `["uuid", shared, ...suffix column]` or `["text", [id, ...]]`. `shared` is 16 bytes in hexadecimal with `--` for each
 * that differs between rows, or in version 1 the leading bytes alone.
 */
export function readIds(reader: FrameReader, value: unknown, where: Place): IdColumn {
  const [encoding, detail, ...suffixDescription] = asArray(value, where);
  if (encoding === 'text') {
    const ids = asArray(detail, where);
    if (
      ids.length !== reader.rows ||
      !ids.every((id) => typeof id === 'string' && id.length > 0 && id.length <= maxIdLength)
    ) {
      throw badHeader(where, `must be ${reader.rows} texts of 1 to ${maxIdLength} characters`);
    }
    // Each element was found to be a string above.
    return { texts: () => ids as string[], uuids: undefined };
  }
  if (encoding !== 'uuid' || typeof detail !== 'string' || !sharedHexPattern.test(detail)) {
    throw badHeader(where, `must be text or uuid with at most 15 shared bytes, got ${shown(value)}`);
  }
  const bytes = readUuids(reader, detail.padEnd(2 * uuidBytes, '-'));
  const suffixes = readCategories(reader, suffixDescription, where, maxIdLength - 37);
  let texts: readonly string[] | undefined;
  return {
    texts: () => {
      texts ??= uuidTexts({ bytes, suffixes });
      return texts;
    },
    uuids: { bytes, suffixes },
  };
}

/** 16 bytes a row: what the template says, and the row's own where it says `--`. */
function readUuids(reader: FrameReader, template: string): Uint8Array {
  const own = Array.from({ length: uuidBytes }, (_, byte) => byte).filter((byte) => template[2 * byte] === '-');
  const stored = reader.take('u8', reader.rows * own.length);
  const shared = Buffer.from(template.replaceAll('-', '0'), 'hex');
  const bytes = reader.memory.bytes(reader.rows * uuidBytes);
  for (let byte = 0; byte < uuidBytes; byte++) {
    const place = own.indexOf(byte);
    if (place === -1) {
      const value = shared[byte]!;
      for (let at = byte; at < bytes.length; at += uuidBytes) {
        bytes[at] = value;
      }
    } else {
      for (let at = byte, from = place; at < bytes.length; at += uuidBytes, from += own.length) {
        bytes[at] = stored[from]!;
      }
    }
  }
  return bytes;
}

/** `uuid` or `uuid~suffix` for each row. */
export function uuidTexts({ bytes, suffixes: { codes, dictionary } }: UuidColumn): string[] {
  const texts: string[] = [];
  for (let row = 0; row < codes.length; row++) {
    const uuid = readUuid(bytes, row * uuidBytes);
    const code = codes[row]!;
    texts.push(code === 0 ? uuid : `${uuid}~${dictionary[code - 1]}`);
  }
  return texts;
}

/** `["id", ...numbers]`: differences from the clocks in the ids; `["u16" | "u32", earliest]` or `["f64"]`. */
export function readTimes(reader: FrameReader, value: unknown, ids: IdColumn): Float64Array {
  const [element, earliest] = asArray(value, 'times');
  if (element === 'id') {
    const { values } = readNumbers(reader, asArray(value, 'times').slice(1), 'times');
    const clocks = clocksOf(ids);
    const times = reader.memory.numbers(reader.rows);
    for (let row = 0; row < times.length; row++) {
      times[row] = clocks(row) + values[row]!;
    }
    return refuseBadTimes(times);
  }
  if ((element === 'u16' || element === 'u32') && typeof earliest === 'number' && earliest >= 0) {
    const behind = reader.take(element, reader.rows);
    const times = reader.memory.numbers(reader.rows);
    for (let row = 0; row < times.length; row++) {
      times[row] = earliest + behind[row]!;
    }
    return refuseBadTimes(times);
  }
  if (element === 'f64') {
    return refuseBadTimes(reader.take('f64', reader.rows));
  }
  throw badHeader('times', `no known encoding: ${shown(value)}`);
}

function clocksOf({ texts, uuids }: IdColumn): (row: number) => number {
  if (uuids === undefined) {
    const ids = texts();
    return (row) => uuidMilliseconds(ids[row]!);
  }
  const { bytes } = uuids;
  return (row) => uuidClock(bytes, row * uuidBytes);
}

function refuseBadTimes(times: Float64Array): Float64Array {
  for (let row = 0; row < times.length; row++) {
    if (!(times[row]! >= 0 && times[row]! <= maxTime)) {
      throw badColumn('times', `row ${row} is ${times[row]}, not milliseconds since 1970`);
    }
  }
  return times;
}

/** A description with a dictionary is a column of categories, one without is a column of numbers. */
export function readColumn(reader: FrameReader, description: readonly unknown[], where: Place): Column {
  return Array.isArray(description[1])
    ? readCategories(reader, description, where)
    : readNumbers(reader, description, where);
}

/** `["f64" | "f32" | ...]` or `["constant", number | null]`. */
export function readNumbers(reader: FrameReader, value: unknown, where: Place): NumberColumn {
  const [element, constant] = asArray(value, where);
  if (element === 'constant' && (typeof constant === 'number' || constant === null)) {
    return { type: 'number', values: reader.memory.numbers(reader.rows).fill(constant ?? Number.NaN) };
  }
  if (!isElement(element)) {
    throw badHeader(where, `no known encoding of numbers: ${shown(value)}`);
  }
  const stored = reader.take(element, reader.rows);
  const values = stored instanceof Float64Array ? stored : copied(stored, reader.memory.numbers(reader.rows));
  return { type: 'number', values: values.includes(Number.NEGATIVE_INFINITY) ? values.map(onlyPositive) : values };
}

/** `["u2" | "u4" | "u8" | "u16", dictionary]` or `["constant", dictionary of at most one]`. */
export function readCategories(
  reader: FrameReader,
  value: unknown,
  where: Place,
  maxLength = maxTextLength,
): CategoryColumn {
  const [element, entries] = asArray(value, where);
  const dictionary = asArray(entries, where);
  for (const entry of dictionary) {
    if (typeof entry !== 'string' || entry.length > maxLength) {
      throw badHeader(where, `a category must be text of at most ${maxLength} characters`);
    }
  }
  // Each entry was found to be a string above.
  const texts = dictionary as string[];
  if (element === 'constant' && texts.length <= 1) {
    return { type: 'category', codes: reader.memory.bytes(reader.rows).fill(texts.length), dictionary: texts };
  }
  if (element !== 'u8' && element !== 'u16' && element !== 'u4' && element !== 'u2') {
    throw badHeader(where, `no known encoding of categories: ${shown(value)}`);
  }
  const codes =
    element === 'u8' || element === 'u16'
      ? reader.take(element, reader.rows)
      : unpackBits(reader, element === 'u2' ? 2 : 4);
  for (let row = 0; row < codes.length; row++) {
    if (codes[row]! > texts.length) {
      throw badColumn(where, `row ${row} has code ${codes[row]} of a dictionary of ${texts.length}`);
    }
  }
  return { type: 'category', codes, dictionary: texts };
}

/** Codes of a few bits, several in a byte, the first in the lowest bits. */
function unpackBits(reader: FrameReader, bits: 2 | 4): Uint8Array {
  const { rows } = reader;
  const packed = reader.take('u8', Math.ceil((rows * bits) / 8));
  // The last byte may hold places beyond the last row.
  const codes = reader.memory.bytes((packed.length * 8) / bits);
  if (bits === 4) {
    for (let byte = 0, row = 0; byte < packed.length; byte++, row += 2) {
      const value = packed[byte]!;
      codes[row] = value & 0xf;
      codes[row + 1] = value >> 4;
    }
  } else {
    for (let byte = 0, row = 0; byte < packed.length; byte++, row += 4) {
      const value = packed[byte]!;
      codes[row] = value & 3;
      codes[row + 1] = (value >> 2) & 3;
      codes[row + 2] = (value >> 4) & 3;
      codes[row + 3] = value >> 6;
    }
  }
  return codes.subarray(0, rows);
}

/** `["trace"]`: 16 bytes a row, zeros for none; or categories. */
export function readTraceIds(reader: FrameReader, value: unknown): CategoryColumn {
  if (asArray(value, 'traceIds')[0] !== 'trace') {
    return readCategories(reader, value, 'traceIds');
  }
  const stored = reader.take('u8', reader.rows * uuidBytes);
  const codes = new Uint16Array(reader.rows);
  const dictionary: string[] = [];
  for (let row = 0; row < reader.rows; row++) {
    if (anyByte(stored, row * uuidBytes)) {
      codes[row] = dictionary.push(readHex(stored, row * uuidBytes));
    }
  }
  return { type: 'category', codes, dictionary };
}

export function readRequired(reader: FrameReader, value: unknown, where: Place, maxLength: number): CategoryColumn {
  const column = readCategories(reader, value, where, maxLength);
  const missing = column.codes.indexOf(0);
  if (missing !== -1 || column.dictionary.includes('')) {
    throw badColumn(where, missing === -1 ? 'a value is empty' : `row ${missing} has no value`);
  }
  return column;
}

/** Numbers from 1 to `maxWeight`: how many inferences each row stands for. */
export function readWeights(reader: FrameReader, value: unknown): NumberColumn {
  const column = readNumbers(reader, value, 'weights');
  const wrong = column.values.findIndex((weight) => !(weight >= 1 && weight <= maxWeight));
  if (wrong !== -1) {
    throw badColumn('weights', `row ${wrong} has ${column.values[wrong]}, which is not from 1 to ${maxWeight}`);
  }
  return column;
}

export function readOneOf(reader: FrameReader, value: unknown, where: Place, known: readonly string[]): CategoryColumn {
  return refuseOthers(readRequired(reader, value, where, maxNameLength), where, known);
}

/** As `readOneOf`, and rows may have none. */
export function readKnown(reader: FrameReader, value: unknown, where: Place, known: readonly string[]): CategoryColumn {
  return refuseOthers(readCategories(reader, value, where, maxNameLength), where, known);
}

function refuseOthers(column: CategoryColumn, where: Place, known: readonly string[]): CategoryColumn {
  const unknown = column.dictionary.find((entry) => !known.includes(entry));
  if (unknown !== undefined) {
    throw badColumn(where, `${shown(unknown)} is none of ${known.join(', ')}`);
  }
  return column;
}

export function asArray(value: unknown, where: Place): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw badHeader(where, `must be a list, got ${shown(value)}`);
  }
  return value;
}

function anyByte(bytes: Uint8Array, offset: number): boolean {
  for (let byte = 0; byte < uuidBytes; byte++) {
    if (bytes[offset + byte] !== 0) {
      return true;
    }
  }
  return false;
}

function badHeader(where: Place, what: string): RejectedError {
  return new RejectedError('BAD_HEADER', `${placeText(where)}: ${what}`);
}

function badColumn(where: Place, what: string): RejectedError {
  return new RejectedError('BAD_COLUMN', `${placeText(where)}: ${what}`);
}

function placeText(place: Place): string {
  return typeof place === 'string' ? place : `${place.part} ${shown(place.name)}`;
}

function isElement(value: unknown): value is ElementName {
  return typeof value === 'string' && Object.hasOwn(elementTypes, value);
}

function copied(values: ArrayLike<number>, into: Float64Array): Float64Array {
  into.set(values);
  return into;
}

function onlyPositive(value: number): number {
  return value === Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : value;
}

/** Leading bytes alone, or all 16 with at least one left open. */
const sharedHexPattern = /^(?:(?:[0-9a-f]{2}){0,15}|(?=.*-)(?:[0-9a-f]{2}|--){16})$/;

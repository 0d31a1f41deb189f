import {
  type BatchIdentity,
  type CategoryColumn,
  type Column,
  type EventBatch,
  type InferenceBatch,
  type NumberColumn,
  type OutcomeBatch,
  outcomeTypes,
  servingRoles,
} from '../event.ts';
import { type ElementName, elementTypes, FrameReader } from './frame.ts';
import { maxCells, maxColumns, maxIdLength, maxNameLength, maxTextLength, maxTime } from './limits.ts';
import { RejectedError, type Rejection, shown } from './rejection.ts';
import { featureSchema } from './schema.ts';
import { readUuids, uuidBytes } from './uuid-bytes.ts';

/**
 * A columnar frame as columns, or why it cannot be read. Never throws, whatever the bytes are. Columns are views into
 * `bytes` where alignment allows: do not change the bytes afterwards.
 */
export function decodeFrame(bytes: Uint8Array): EventBatch | Rejection {
  try {
    const reader = new FrameReader(bytes);
    const batch = reader.kind === 'inference' ? readInferences(reader) : readOutcomes(reader);
    reader.finish();
    return batch;
  } catch (error) {
    if (error instanceof RejectedError) {
      return error.rejection;
    }
    throw error;
  }
}

type Header = Readonly<Record<string, unknown>>;

function readInferences(reader: FrameReader): InferenceBatch {
  const header = asHeader(reader.header);
  const described = {
    features: asArray(header.features, 'features'),
    groups: asArray(header.groups, 'groups'),
  };
  const columns = described.features.length + described.groups.length;
  if (columns > maxColumns || columns * reader.rows > maxCells) {
    throw new RejectedError('TOO_LARGE', `${columns} columns of ${reader.rows} rows exceed the limits of a batch`);
  }
  const identity = readIdentity(header);
  const ids = readIds(reader, header.ids, 'ids');
  const times = readTimes(reader, header.times);
  const versions = readRequired(reader, header.versions, 'versions', maxNameLength);
  const roles = readOneOf(reader, header.roles, 'roles', servingRoles);
  const features = described.features.map((feature) => readNamed(reader, feature, 'features'));
  refuseRepeats(features, 'features');
  const predictions = readColumn(reader, asArray(header.predictions, 'predictions'), 'predictions');
  const scores = readNumbers(reader, header.scores, 'scores');
  const groups = described.groups.map((group) => readNamed(reader, group, 'groups'));
  refuseRepeats(groups, 'groups');
  const latenciesMs = readNumbers(reader, header.latenciesMs, 'latenciesMs');
  const traceIds = readTraceIds(reader, header.traceIds);
  const errors = readCategories(reader, header.errors, 'errors');
  return {
    kind: 'inference',
    ...identity,
    count: reader.rows,
    schema: featureSchema(features.map(({ name, column }) => ({ name, type: column.type }))),
    ids,
    times,
    versions,
    roles,
    features: features.map(({ column }) => column),
    predictions,
    scores,
    groups: Object.fromEntries(
      groups.map(({ name, column }) => [name, asCategoryColumn(column, `groups ${shown(name)}`)]),
    ),
    latenciesMs,
    traceIds,
    errors,
  };
}

function readOutcomes(reader: FrameReader): OutcomeBatch {
  const header = asHeader(reader.header);
  const identity = readIdentity(header);
  const ids = readIds(reader, header.ids, 'ids');
  const times = readTimes(reader, header.times);
  const inferenceIds = readIds(reader, header.inferenceIds, 'inferenceIds');
  const types = readOneOf(reader, header.types, 'types', outcomeTypes);
  const values = readColumn(reader, asArray(header.values, 'values'), 'values');
  const missing =
    values.type === 'number' ? values.values.findIndex((value) => !Number.isFinite(value)) : values.codes.indexOf(0);
  if (missing !== -1) {
    throw new RejectedError('BAD_COLUMN', `values: row ${missing} has no value`);
  }
  return { kind: 'outcome', ...identity, count: reader.rows, ids, times, inferenceIds, types, values };
}

function readIdentity(header: Header): BatchIdentity & { readonly model: string } {
  const { producer, batch, model } = header;
  if (!isName(producer) || !isName(model)) {
    throw new RejectedError('BAD_HEADER', `producer and model must be names of 1 to ${maxNameLength} characters`);
  }
  if (typeof batch !== 'number' || !Number.isSafeInteger(batch) || batch < 1) {
    throw new RejectedError('BAD_HEADER', `batch must be a whole number from 1, got ${shown(batch)}`);
  }
  return { producer, batch, model };
}

/** `["uuid", shared hex, ...suffix column]` or `["text", [id, ...]]`. */
function readIds(reader: FrameReader, value: unknown, where: string): string[] {
  const [encoding, detail, ...suffixDescription] = asArray(value, where);
  if (encoding === 'text') {
    const ids = asArray(detail, where);
    if (
      ids.length !== reader.rows ||
      !ids.every((id) => typeof id === 'string' && id.length > 0 && id.length <= maxIdLength)
    ) {
      throw new RejectedError('BAD_HEADER', `${where}: must be ${reader.rows} texts of 1 to ${maxIdLength} characters`);
    }
    // Each element was found to be a string above.
    return ids as string[];
  }
  if (encoding !== 'uuid' || typeof detail !== 'string' || !sharedHexPattern.test(detail)) {
    throw new RejectedError(
      'BAD_HEADER',
      `${where}: must be text or uuid with at most 15 shared bytes, got ${shown(value)}`,
    );
  }
  const shared = Buffer.from(detail, 'hex');
  const rest = uuidBytes - shared.length;
  const stored = reader.take('u8', reader.rows * rest);
  const bytes = new Uint8Array(reader.rows * uuidBytes);
  for (let row = 0; row < reader.rows; row++) {
    for (let byte = 0; byte < shared.length; byte++) {
      bytes[row * uuidBytes + byte] = shared[byte]!;
    }
    for (let byte = 0; byte < rest; byte++) {
      bytes[row * uuidBytes + shared.length + byte] = stored[row * rest + byte]!;
    }
  }
  const ids = readUuids(bytes, reader.rows);
  const suffixes = readCategories(reader, suffixDescription, where, maxIdLength - 37);
  return suffixes.dictionary.length === 0
    ? ids
    : ids.map((id, row) => {
        const code = suffixes.codes[row]!;
        return code === 0 ? id : `${id}~${suffixes.dictionary[code - 1]}`;
      });
}

/** `["u16" | "u32", earliest]` or `["f64"]`. */
function readTimes(reader: FrameReader, value: unknown): Float64Array {
  const [element, earliest] = asArray(value, 'times');
  if ((element === 'u16' || element === 'u32') && typeof earliest === 'number' && earliest >= 0) {
    const times = Float64Array.from(reader.take(element, reader.rows));
    for (let row = 0; row < times.length; row++) {
      times[row]! += earliest;
    }
    return refuseBadTimes(times);
  }
  if (element === 'f64') {
    return refuseBadTimes(reader.take('f64', reader.rows));
  }
  throw new RejectedError('BAD_HEADER', `times: no known encoding: ${shown(value)}`);
}

function refuseBadTimes(times: Float64Array): Float64Array {
  for (let row = 0; row < times.length; row++) {
    if (!(times[row]! >= 0 && times[row]! <= maxTime)) {
      throw new RejectedError('BAD_COLUMN', `times: row ${row} is ${times[row]}, not milliseconds since 1970`);
    }
  }
  return times;
}

function readNamed(reader: FrameReader, value: unknown, where: string): { name: string; column: Column } {
  const [name, ...description] = asArray(value, where);
  if (!isName(name)) {
    throw new RejectedError(
      'BAD_HEADER',
      `${where}: a name must have 1 to ${maxNameLength} characters, got ${shown(name)}`,
    );
  }
  return { name, column: readColumn(reader, description, `${where} ${shown(name)}`) };
}

/** A description with a dictionary is a column of categories, one without is a column of numbers. */
function readColumn(reader: FrameReader, description: readonly unknown[], where: string): Column {
  return Array.isArray(description[1])
    ? readCategories(reader, description, where)
    : readNumbers(reader, description, where);
}

/** `["f64" | "f32" | ...]` or `["constant", number | null]`. */
function readNumbers(reader: FrameReader, value: unknown, where: string): NumberColumn {
  const [element, constant] = asArray(value, where);
  if (element === 'constant' && (typeof constant === 'number' || constant === null)) {
    return { type: 'number', values: new Float64Array(reader.rows).fill(constant ?? Number.NaN) };
  }
  if (!isElement(element)) {
    throw new RejectedError('BAD_HEADER', `${where}: no known encoding of numbers: ${shown(value)}`);
  }
  const stored = reader.take(element, reader.rows);
  const values = stored instanceof Float64Array ? stored : new Float64Array(stored);
  return { type: 'number', values: values.includes(Number.NEGATIVE_INFINITY) ? values.map(onlyPositive) : values };
}

/** `["u8" | "u16", dictionary]` or `["constant", dictionary of at most one]`. */
function readCategories(reader: FrameReader, value: unknown, where: string, maxLength = maxTextLength): CategoryColumn {
  const [element, entries] = asArray(value, where);
  const dictionary = asArray(entries, where);
  for (const entry of dictionary) {
    if (typeof entry !== 'string' || entry.length > maxLength) {
      throw new RejectedError('BAD_HEADER', `${where}: a category must be text of at most ${maxLength} characters`);
    }
  }
  // Each entry was found to be a string above.
  const texts = dictionary as string[];
  if (element === 'constant' && texts.length <= 1) {
    return { type: 'category', codes: new Uint8Array(reader.rows).fill(texts.length), dictionary: texts };
  }
  if (element !== 'u8' && element !== 'u16') {
    throw new RejectedError('BAD_HEADER', `${where}: no known encoding of categories: ${shown(value)}`);
  }
  const codes = reader.take(element, reader.rows);
  for (let row = 0; row < codes.length; row++) {
    if (codes[row]! > texts.length) {
      throw new RejectedError(
        'BAD_COLUMN',
        `${where}: row ${row} has code ${codes[row]} of a dictionary of ${texts.length}`,
      );
    }
  }
  return { type: 'category', codes, dictionary: texts };
}

/** `["trace"]`: 16 bytes a row, zeros for none; or categories. */
function readTraceIds(reader: FrameReader, value: unknown): CategoryColumn {
  if (asArray(value, 'traceIds')[0] !== 'trace') {
    return readCategories(reader, value, 'traceIds');
  }
  const stored = reader.take('u8', reader.rows * uuidBytes);
  const hex = Buffer.from(stored.buffer, stored.byteOffset, stored.length).toString('hex');
  const codes = new Uint16Array(reader.rows);
  const dictionary: string[] = [];
  for (let row = 0; row < reader.rows; row++) {
    const id = hex.substring(row * 32, row * 32 + 32);
    if (id !== noTraceId) {
      codes[row] = dictionary.push(id);
    }
  }
  return { type: 'category', codes, dictionary };
}

function readRequired(reader: FrameReader, value: unknown, where: string, maxLength: number): CategoryColumn {
  const column = readCategories(reader, value, where, maxLength);
  const missing = column.codes.indexOf(0);
  if (missing !== -1 || column.dictionary.includes('')) {
    throw new RejectedError(
      'BAD_COLUMN',
      `${where}: ${missing === -1 ? 'a value is empty' : `row ${missing} has no value`}`,
    );
  }
  return column;
}

function readOneOf(reader: FrameReader, value: unknown, where: string, known: readonly string[]): CategoryColumn {
  const column = readRequired(reader, value, where, maxNameLength);
  const unknown = column.dictionary.find((entry) => !known.includes(entry));
  if (unknown !== undefined) {
    throw new RejectedError('BAD_COLUMN', `${where}: ${shown(unknown)} is none of ${known.join(', ')}`);
  }
  return column;
}

function refuseRepeats(columns: readonly { readonly name: string }[], where: string): void {
  const names = new Set<string>();
  for (const { name } of columns) {
    if (names.has(name)) {
      throw new RejectedError('BAD_HEADER', `${where}: ${shown(name)} is there twice`);
    }
    names.add(name);
  }
}

function asHeader(value: unknown): Header {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RejectedError('BAD_HEADER', 'the header is not a JSON object');
  }
  // A JSON object has string keys; each member is checked where it is read.
  return value as Header;
}

function asArray(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw new RejectedError('BAD_HEADER', `${where}: must be a list, got ${shown(value)}`);
  }
  return value;
}

function asCategoryColumn(column: Column, where: string): CategoryColumn {
  if (column.type !== 'category') {
    throw new RejectedError('BAD_HEADER', `${where}: must be categories`);
  }
  return column;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= maxNameLength;
}

function isElement(value: unknown): value is ElementName {
  return typeof value === 'string' && Object.hasOwn(elementTypes, value);
}

function onlyPositive(value: number): number {
  return value === Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : value;
}

const noTraceId = '0'.repeat(32);
const sharedHexPattern = /^(?:[0-9a-f]{2}){0,15}$/;

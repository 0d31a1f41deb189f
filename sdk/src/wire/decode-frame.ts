import {
  type BatchIdentity,
  type CategoryColumn,
  type Column,
  captureModes,
  type EventBatch,
  type FeatureDeclaration,
  type FeatureSchema,
  type InferenceBatch,
  type OutcomeBatch,
  outcomeTypes,
  servingRoles,
} from '../event.ts';
import type { ColumnMemory } from './column-memory.ts';
import { FrameReader } from './frame.ts';
import { maxCells, maxColumns, maxNameLength } from './limits.ts';
import { RejectedError, type Rejection, shown } from './rejection.ts';
import { featureSchema } from './schema.ts';
import {
  asArray,
  readCategories,
  readColumn,
  readIds,
  readKnown,
  readNumbers,
  readOneOf,
  readRequired,
  readTimes,
  readTraceIds,
  readWeights,
} from './unpack.ts';

/**
 * A columnar frame as columns, or why it cannot be read. Never throws, whatever the bytes are. Columns are views into
 * `bytes` where alignment allows, and lie in `memory` elsewhere: do not change either while the batch is in use.
 */
export function decodeFrame(bytes: Uint8Array, memory?: ColumnMemory): EventBatch | Rejection {
  try {
    const reader = new FrameReader(bytes, memory);
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
  const times = readTimes(reader, header.times, ids);
  const versions = readRequired(reader, header.versions, 'versions', maxNameLength);
  const roles = readOneOf(reader, header.roles, 'roles', servingRoles);
  const features = described.features.map((feature) => readNamed(reader, feature, 'features'));
  const schema = featureSchema(features);
  if (!checkedSchemas.has(schema)) {
    refuseRepeats(features, 'features');
    checkedSchemas.add(schema);
  }
  const predictions = readColumn(reader, asArray(header.predictions, 'predictions'), 'predictions');
  const scores = readNumbers(reader, header.scores, 'scores');
  const groups = described.groups.map((group) => readNamed(reader, group, 'groups'));
  refuseRepeats(groups, 'groups');
  const latenciesMs = readNumbers(reader, header.latenciesMs, 'latenciesMs');
  const traceIds = readTraceIds(reader, header.traceIds);
  const errors = readCategories(reader, header.errors, 'errors');
  const weights = header.weights === undefined ? undefined : readWeights(reader, header.weights);
  const readIfThere = (name: 'captures' | 'sources' | 'sampled', known: readonly string[]) =>
    header[name] === undefined ? undefined : readKnown(reader, header[name], name, known);
  const captures = readIfThere('captures', captureModes);
  const sources = readIfThere('sources', ['span']);
  const sampled = readIfThere('sampled', ['false']);
  return {
    kind: 'inference',
    ...identity,
    count: reader.rows,
    schema,
    get ids() {
      return ids.texts();
    },
    uuids: ids.uuids,
    times,
    versions,
    roles,
    features: features.map(({ column }) => column),
    predictions,
    scores,
    groups: Object.fromEntries(groups.map(({ name, column }) => [name, asCategoryColumn(column, name)])),
    latenciesMs,
    traceIds,
    errors,
    weights,
    captures,
    sources,
    sampled,
  };
}

function readOutcomes(reader: FrameReader): OutcomeBatch {
  const header = asHeader(reader.header);
  const identity = readIdentity(header);
  const ids = readIds(reader, header.ids, 'ids');
  const times = readTimes(reader, header.times, ids);
  const inferenceIds = readIds(reader, header.inferenceIds, 'inferenceIds').texts();
  const types = readOneOf(reader, header.types, 'types', outcomeTypes);
  const values = readColumn(reader, asArray(header.values, 'values'), 'values');
  const missing =
    values.type === 'number' ? values.values.findIndex((value) => !Number.isFinite(value)) : values.codes.indexOf(0);
  if (missing !== -1) {
    throw new RejectedError('BAD_COLUMN', `values: row ${missing} has no value`);
  }
  return { kind: 'outcome', ...identity, count: reader.rows, ids: ids.texts(), times, inferenceIds, types, values };
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

function readNamed(reader: FrameReader, value: unknown, where: string): FeatureDeclaration & { column: Column } {
  const [name, ...description] = asArray(value, where);
  if (!isName(name)) {
    throw new RejectedError(
      'BAD_HEADER',
      `${where}: a name must have 1 to ${maxNameLength} characters, got ${shown(name)}`,
    );
  }
  const column = readColumn(reader, description, { part: where, name });
  return { name, type: column.type, column };
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

function asCategoryColumn(column: Column, attribute: string): CategoryColumn {
  if (column.type !== 'category') {
    throw new RejectedError('BAD_HEADER', `groups ${shown(attribute)}: must be categories`);
  }
  return column;
}

function asHeader(value: unknown): Header {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RejectedError('BAD_HEADER', 'the header is not a JSON object');
  }
  // A JSON object has string keys; each member is checked where it is read.
  return value as Header;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= maxNameLength;
}

/** Schemas repeat with every batch; their names need looking at once. */
const checkedSchemas = new WeakSet<FeatureSchema>();

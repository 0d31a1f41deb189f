import type {
  CategoryColumn,
  Column,
  EventBatch,
  InferenceBatch,
  NumberColumn,
  OutcomeBatch,
} from '@plumbline/sdk/event';
import { featureSchemaOf, featureSchemaText, ReusedMemory, uuidBytes, uuidTexts } from '@plumbline/sdk/wire';

/**
 * A batch on its way from one thread to another: its columns lie in memory that both see, and everything else is text.
 * Handing over forty arrays and their dictionaries one by one costs more than reading the batch did.
 */
export interface PackedBatch {
  readonly buffer: SharedArrayBuffer;
  /** Of inferences: the features as `["name","type"]`, the same text for the same schema. */
  readonly schema: string | null;
  readonly text: string;
}

/** Where a column of numbers begins. */
type PackedNumbers = number;
/** Bytes of a code, where the codes begin, and what they stand for. */
type PackedCategories = readonly [width: number, at: number, dictionary: readonly string[]];

type PackedField<Value> = Value extends CategoryColumn
  ? PackedCategories
  : Value extends Float64Array | NumberColumn
    ? PackedNumbers
    : Value extends Column
      ? PackedNumbers | PackedCategories
      : Value;
type Packed<Batch> = { [Field in keyof Batch]: PackedField<Batch[Field]> };

type PackedOutcomes = Packed<OutcomeBatch>;
type PackedInferences = Omit<Packed<InferenceBatch>, 'schema' | 'ids' | 'uuids' | 'features' | 'groups'> & {
  /** Texts, where they are no UUIDs. */
  readonly ids?: readonly string[];
  readonly uuids?: readonly [at: number, suffixes: PackedCategories];
  readonly features: readonly (PackedNumbers | PackedCategories)[];
  readonly groups: readonly (readonly [attribute: string, column: PackedCategories])[];
};

/**
 * Columns that lie in the buffer of `memory` stay where they are, others are copied there; where it has no room for these,
 * all of them go to a buffer of their own.
 */
export function packBatch(batch: EventBatch, memory: ReusedMemory<SharedArrayBuffer>): PackedBatch {
  const packer = new Packer(memory);
  const packed = batch.kind === 'inference' ? packInferences(batch, packer) : packOutcomes(batch, packer);
  if (packer.lacksRoom) return packBatch(batch, new ReusedMemory(new SharedArrayBuffer(packer.size)));
  const schema = batch.kind === 'inference' ? featureSchemaText(batch.schema) : null;
  return { buffer: memory.buffer, schema, text: JSON.stringify(packed) };
}

/** Columns are views into the buffer of the packed batch: who keeps one for longer than the batch copies it. */
export function unpackBatch({ buffer, schema, text }: PackedBatch): EventBatch {
  // Written by `packBatch`.
  const packed = JSON.parse(text) as PackedInferences | PackedOutcomes;
  const unpacker = new Unpacker(buffer, packed.count);
  return packed.kind === 'inference'
    ? unpackInferences(packed, schema ?? '[]', unpacker)
    : unpackOutcomes(packed, unpacker);
}

function packInferences(batch: InferenceBatch, packer: Packer): PackedInferences {
  const { uuids, weights, captures, sources, sampled } = batch;
  return {
    kind: 'inference',
    producer: batch.producer,
    batch: batch.batch,
    model: batch.model,
    count: batch.count,
    ...(uuids === undefined
      ? { ids: batch.ids }
      : { uuids: [packer.place(uuids.bytes), packer.categories(uuids.suffixes)] as const }),
    times: packer.place(batch.times),
    versions: packer.categories(batch.versions),
    roles: packer.categories(batch.roles),
    features: batch.features.map((column) => packer.column(column)),
    predictions: packer.column(batch.predictions),
    scores: packer.place(batch.scores.values),
    groups: Object.entries(batch.groups).map(([attribute, column]) => [attribute, packer.categories(column)] as const),
    latenciesMs: packer.place(batch.latenciesMs.values),
    traceIds: packer.categories(batch.traceIds),
    errors: packer.categories(batch.errors),
    weights: weights && packer.place(weights.values),
    captures: captures && packer.categories(captures),
    sources: sources && packer.categories(sources),
    sampled: sampled && packer.categories(sampled),
  };
}

function unpackInferences(packed: PackedInferences, schema: string, unpacker: Unpacker): InferenceBatch {
  const { kind, producer, batch, model, count, uuids, weights, captures, sources, sampled } = packed;
  const uuidColumn =
    uuids === undefined ? undefined : { bytes: unpacker.bytes(uuids[0]), suffixes: unpacker.categories(uuids[1]) };
  let ids = packed.ids;
  return {
    kind,
    producer,
    batch,
    model,
    count,
    schema: featureSchemaOf(schema),
    get ids() {
      ids ??= uuidColumn === undefined ? [] : uuidTexts(uuidColumn);
      return ids;
    },
    uuids: uuidColumn,
    times: unpacker.values(packed.times),
    versions: unpacker.categories(packed.versions),
    roles: unpacker.categories(packed.roles),
    features: packed.features.map((column) => unpacker.column(column)),
    predictions: unpacker.column(packed.predictions),
    scores: unpacker.numbers(packed.scores),
    groups: Object.fromEntries(packed.groups.map(([attribute, column]) => [attribute, unpacker.categories(column)])),
    latenciesMs: unpacker.numbers(packed.latenciesMs),
    traceIds: unpacker.categories(packed.traceIds),
    errors: unpacker.categories(packed.errors),
    weights: weights === undefined ? undefined : unpacker.numbers(weights),
    captures: captures && unpacker.categories(captures),
    sources: sources && unpacker.categories(sources),
    sampled: sampled && unpacker.categories(sampled),
  };
}

function packOutcomes(batch: OutcomeBatch, packer: Packer): PackedOutcomes {
  return {
    ...batch,
    times: packer.place(batch.times),
    types: packer.categories(batch.types),
    values: packer.column(batch.values),
  };
}

function unpackOutcomes(packed: PackedOutcomes, unpacker: Unpacker): OutcomeBatch {
  return {
    ...packed,
    times: unpacker.values(packed.times),
    types: unpacker.categories(packed.types),
    values: unpacker.column(packed.values),
  };
}

class Packer {
  /** Bytes of all columns. */
  size = 0;
  lacksRoom = false;
  readonly #memory: ReusedMemory<SharedArrayBuffer>;

  constructor(memory: ReusedMemory<SharedArrayBuffer>) {
    this.#memory = memory;
  }

  place(values: Float64Array | CategoryColumn['codes']): number {
    const { buffer, byteOffset, byteLength } = values;
    this.size = Math.ceil((this.size + byteLength) / 8) * 8;
    if (buffer === this.#memory.buffer) return byteOffset;
    const copy = this.#memory.bytes(byteLength);
    if (copy.buffer === this.#memory.buffer) copy.set(new Uint8Array(buffer, byteOffset, byteLength));
    else this.lacksRoom = true;
    return copy.byteOffset;
  }

  categories({ codes, dictionary }: CategoryColumn): PackedCategories {
    return [codes.BYTES_PER_ELEMENT, this.place(codes), dictionary];
  }

  column(column: Column): PackedNumbers | PackedCategories {
    return column.type === 'number' ? this.place(column.values) : this.categories(column);
  }
}

class Unpacker {
  readonly #buffer: SharedArrayBuffer;
  readonly #rows: number;

  constructor(buffer: SharedArrayBuffer, rows: number) {
    this.#buffer = buffer;
    this.#rows = rows;
  }

  bytes(at: number): Uint8Array {
    return new Uint8Array(this.#buffer, at, this.#rows * uuidBytes);
  }

  values(at: PackedNumbers): Float64Array {
    return new Float64Array(this.#buffer, at, this.#rows);
  }

  numbers(at: PackedNumbers): NumberColumn {
    return { type: 'number', values: this.values(at) };
  }

  categories([width, at, dictionary]: PackedCategories): CategoryColumn {
    const codes =
      width === 1
        ? new Uint8Array(this.#buffer, at, this.#rows)
        : width === 2
          ? new Uint16Array(this.#buffer, at, this.#rows)
          : new Uint32Array(this.#buffer, at, this.#rows);
    return { type: 'category', codes, dictionary };
  }

  column(column: PackedNumbers | PackedCategories): Column {
    return typeof column === 'number' ? this.numbers(column) : this.categories(column);
  }
}

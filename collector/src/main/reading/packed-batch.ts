import type {
  CategoryColumn,
  Column,
  EventBatch,
  InferenceBatch,
  NumberColumn,
  OutcomeBatch,
} from '@plumbline/sdk/event';
import { featureSchemaOf, featureSchemaText, uuidBytes, uuidTexts } from '@plumbline/sdk/wire';
import type { Memory } from './slabs.ts';

/**
 * A batch on its way from one thread to another: its columns lie one behind the other in memory that both see, and
 * everything else is text. Handing over forty arrays and their dictionaries one by one costs more than reading the batch did.
 */
export interface PackedBatch {
  readonly memory: Memory;
  /** Bytes of its columns. */
  readonly size: number;
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

/** `room` gives memory for as many bytes. */
export function packBatch(batch: EventBatch, room: (size: number) => Memory): PackedBatch {
  const packer = new Packer();
  const packed = batch.kind === 'inference' ? packInferences(batch, packer) : packOutcomes(batch, packer);
  const memory = room(packer.size);
  packer.writeTo(memory);
  const schema = batch.kind === 'inference' ? featureSchemaText(batch.schema) : null;
  return { memory, size: packer.size, schema, text: JSON.stringify(packed) };
}

/** Columns are views into the memory of the packed batch: who keeps one for longer than the batch copies it. */
export function unpackBatch({ memory, schema, text }: PackedBatch): EventBatch {
  // Written by `packBatch`.
  const packed = JSON.parse(text) as PackedInferences | PackedOutcomes;
  const unpacker = new Unpacker(memory, packed.count);
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
  size = 0;
  readonly #placed: { readonly at: number; readonly values: Float64Array | CategoryColumn['codes'] }[] = [];

  place(values: Float64Array | CategoryColumn['codes']): number {
    const at = this.size;
    this.#placed.push({ at, values });
    this.size = Math.ceil((at + values.byteLength) / 8) * 8;
    return at;
  }

  categories({ codes, dictionary }: CategoryColumn): PackedCategories {
    return [codes.BYTES_PER_ELEMENT, this.place(codes), dictionary];
  }

  column(column: Column): PackedNumbers | PackedCategories {
    return column.type === 'number' ? this.place(column.values) : this.categories(column);
  }

  writeTo({ buffer, at: start }: Memory): void {
    const bytes = new Uint8Array(buffer, start, this.size);
    for (const { at, values } of this.#placed) {
      bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    }
  }
}

class Unpacker {
  readonly #memory: Memory;
  readonly #rows: number;

  constructor(memory: Memory, rows: number) {
    this.#memory = memory;
    this.#rows = rows;
  }

  bytes(at: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, this.#memory.at + at, this.#rows * uuidBytes);
  }

  values(at: PackedNumbers): Float64Array {
    return new Float64Array(this.#memory.buffer, this.#memory.at + at, this.#rows);
  }

  numbers(at: PackedNumbers): NumberColumn {
    return { type: 'number', values: this.values(at) };
  }

  categories([width, at, dictionary]: PackedCategories): CategoryColumn {
    const { buffer } = this.#memory;
    const from = this.#memory.at + at;
    const codes =
      width === 1
        ? new Uint8Array(buffer, from, this.#rows)
        : width === 2
          ? new Uint16Array(buffer, from, this.#rows)
          : new Uint32Array(buffer, from, this.#rows);
    return { type: 'category', codes, dictionary };
  }

  column(column: PackedNumbers | PackedCategories): Column {
    return typeof column === 'number' ? this.numbers(column) : this.categories(column);
  }
}

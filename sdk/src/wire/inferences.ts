import type { BatchIdentity, FeatureDeclaration, FeatureType, InferenceEvent } from '../event.ts';
import { asScalar, CategoryBuilder, NumberBuilder, setValue, typeOfValue } from './columns.ts';
import { FeatureCells } from './feature-cells.ts';
import { type ColumnData, writeFrame } from './frame.ts';
import { IdColumn } from './id-column.ts';
import { maxCells, maxColumns, maxNameLength, maxRows, maxTextLength } from './limits.ts';
import { type PackedColumn, packCategories, packNumbers, packScalars, packTimes } from './pack.ts';
import { byName } from './schema.ts';
import { TraceIdColumn } from './trace-id-column.ts';

/**
 * Inferences of one model, at least one, as a columnar frame.
 *
 * A feature's type is the declared one, else that of its first value that is not missing; features that are missing in
 * every event and not declared are left out. Features travel in the order of their names.
 */
export function encodeInferences(
  events: readonly InferenceEvent[],
  identity: BatchIdentity,
  declared: readonly FeatureDeclaration[] = [],
): Uint8Array {
  const columns = new InferenceColumns(new FeatureTypes(declared));
  for (const event of events) {
    columns.append(event);
  }
  return columns.encode(events[0]?.model ?? '', identity);
}

/**
 * The types of a model's features: declared ones first, then each name as it is first seen with a value. Shared by all
 * batches of a model in a process, so that the schema settles after the first events.
 */
export class FeatureTypes {
  readonly #types = new Map<string, FeatureType>();
  #ordered: readonly FeatureDeclaration[] | undefined;
  #ignored = 0;
  readonly #declared: ReadonlySet<string>;
  readonly #maxLearntText: number;

  /** `maxLearntText`: longer text of a feature that is not declared is no category, and missing. */
  constructor(declared: readonly FeatureDeclaration[] = [], maxLearntText = maxTextLength) {
    this.#declared = new Set(declared.map(({ name }) => name));
    this.#maxLearntText = maxLearntText;
    for (const { name, type } of declared) {
      this.#types.set(name, type);
    }
  }

  /** The longest text that is a category of the feature. */
  maxTextOf(name: string): number {
    return this.#declared.has(name) ? maxTextLength : this.#maxLearntText;
  }

  /** The type of a feature, learnt from this value when it is the first; `undefined` when there is none to learn. */
  of(name: string, value: unknown): FeatureType | undefined {
    const known = this.#types.get(name);
    if (known !== undefined) {
      return known;
    }
    const type = typeOfValue(value);
    if (type === undefined) {
      return undefined;
    }
    if (name.length === 0 || name.length > maxNameLength || this.#types.size >= maxFeatures) {
      this.#ignored += 1;
      return undefined;
    }
    this.#types.set(name, type);
    this.#ordered = undefined;
    return type;
  }

  get ordered(): readonly FeatureDeclaration[] {
    this.#ordered ??= [...this.#types].map(([name, type]) => ({ name, type })).sort(byName);
    return this.#ordered;
  }

  /** Values left out because of their name: empty, too long, or one too many. */
  get ignored(): number {
    return this.#ignored;
  }
}

/** The columns of one batch while it fills. Appending costs one look-up a feature; nothing is kept of the event. */
export class InferenceColumns {
  readonly #types: FeatureTypes;
  #count = 0;
  #bytes = 0;
  readonly #features: FeatureCells;
  readonly #groups = new Map<string, CategoryBuilder>();
  readonly #ids = new IdColumn();
  readonly #traceIds = new TraceIdColumn();
  #predictions: (string | number | null)[] = [];
  readonly #times = new NumberBuilder();
  readonly #versions = new CategoryBuilder();
  readonly #roles = new CategoryBuilder();
  readonly #predictionTexts = new CategoryBuilder();
  readonly #scores = new NumberBuilder();
  readonly #latencies = new NumberBuilder();
  readonly #errors = new CategoryBuilder();
  readonly #weights = new NumberBuilder();
  readonly #captures = new CategoryBuilder();
  readonly #sources = new CategoryBuilder();
  readonly #sampled = new CategoryBuilder();
  /** Whether a row stands for more than itself. */
  #weighted = false;

  constructor(types: FeatureTypes) {
    this.#types = types;
    this.#features = new FeatureCells(types);
  }

  get count(): number {
    return this.#count;
  }

  /** Whether one more row would make a batch that readers refuse. */
  get full(): boolean {
    const columns = this.#types.ordered.length + this.#groups.size;
    return this.#count >= maxRows || (this.#count + 1) * columns > maxCells;
  }

  /** About what the encoded batch will weigh, never much less. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Appends a row and returns about how many bytes it adds. An event that throws when it is read leaves no trace. `idBytes`:
   * the event's id as the 16 bytes of a UUID, where they are known.
   */
  append(event: InferenceEvent, idBytes?: Uint8Array): number {
    try {
      return this.#append(event, idBytes);
    } catch (error) {
      this.#clearRow(this.#count);
      throw error;
    }
  }

  #append(event: InferenceEvent, idBytes: Uint8Array | undefined): number {
    const row = this.#count;
    let bytes = row === 0 ? emptyBatchBytes : 0;
    bytes += this.#features.write(row, event.features);
    const groups = event.groups;
    for (const attribute in groups) {
      let column = this.#groups.get(attribute);
      if (column === undefined) {
        column = this.#addGroup(attribute);
      }
      if (column !== undefined) {
        setValue(column, row, groups[attribute]);
        bytes += 2 + String(groups[attribute]).length;
      }
    }
    this.#ids.set(row, event.id, idBytes);
    this.#times.set(row, event.time);
    this.#versions.set(row, event.version);
    this.#roles.set(row, event.role);
    this.#predictions.push(asScalar(event.prediction));
    setValue(this.#scores, row, event.score);
    setValue(this.#latencies, row, event.latencyMs);
    this.#traceIds.set(row, event.traceId);
    setValue(this.#errors, row, event.error);
    const weight = event.weight ?? 1;
    this.#weights.set(row, weight);
    this.#weighted ||= weight !== 1;
    if (event.capture !== undefined) {
      this.#captures.set(row, event.capture);
    }
    if (event.source !== undefined) {
      this.#sources.set(row, event.source);
    }
    if (event.sampled === false) {
      this.#sampled.set(row, 'false');
    }
    this.#count = row + 1;
    bytes += fixedRowBytes + 2 * event.id.length;
    this.#bytes += bytes;
    return bytes;
  }

  /** The rows so far as a frame; the columns are empty and ready for the next batch afterwards. */
  encode(model: string, identity: BatchIdentity): Uint8Array {
    const count = this.#count;
    const data: ColumnData[] = [];
    const packed = (column: PackedColumn): readonly unknown[] => {
      if (column.data !== undefined) {
        data.push(column.data);
      }
      return column.description;
    };
    const packedIfAny = (name: string, column: CategoryBuilder) =>
      column.dictionary.length > 0 ? { [name]: packed(packCategories(column, count)) } : {};
    // Members are packed, and so their bytes are laid out, in the order in which they stand here.
    const header = {
      producer: identity.producer,
      batch: identity.batch,
      model,
      ids: this.#ids.pack(count).map(packed)[0],
      times: packed(packTimes(this.#times.values(count), this.#ids)),
      versions: packed(packCategories(this.#versions, count)),
      roles: packed(packCategories(this.#roles, count)),
      features: this.#features.pack(count).map(({ name, packed: column }) => [name, ...packed(column)]),
      predictions: packed(packScalars(this.#predictions, this.#predictionTexts)),
      scores: packed(packNumbers(this.#scores.values(count))),
      groups: [...this.#groups].map(([attribute, column]) => [attribute, ...packed(packCategories(column, count))]),
      latenciesMs: packed(packNumbers(this.#latencies.values(count))),
      traceIds: packed(this.#traceIds.pack(count)),
      errors: packed(packCategories(this.#errors, count)),
      ...(this.#weighted ? { weights: packed(packNumbers(this.#weights.values(count))) } : {}),
      ...packedIfAny('captures', this.#captures),
      ...packedIfAny('sources', this.#sources),
      ...packedIfAny('sampled', this.#sampled),
    };
    const frame = writeFrame('inference', count, header, data);
    this.#reset();
    return frame;
  }

  #addGroup(attribute: string): CategoryBuilder | undefined {
    if (attribute.length === 0 || attribute.length > maxNameLength || this.#groups.size >= maxGroups) {
      return undefined;
    }
    const column = new CategoryBuilder();
    this.#groups.set(attribute, column);
    return column;
  }

  #clearRow(row: number): void {
    this.#features.clear(row);
    for (const column of this.#groups.values()) {
      column.clear(row);
    }
  }

  #reset(): void {
    this.#features.reset(this.#count);
    for (const column of this.#groups.values()) {
      column.reset();
    }
    for (const column of [
      ...[this.#ids, this.#traceIds, this.#times, this.#versions, this.#roles, this.#predictionTexts],
      ...[this.#scores, this.#latencies, this.#errors, this.#weights, this.#captures, this.#sources, this.#sampled],
    ]) {
      column.reset();
    }
    this.#predictions = [];
    this.#weighted = false;
    this.#count = 0;
    this.#bytes = 0;
  }
}

const maxFeatures = 2_000;
const maxGroups = Math.min(64, maxColumns - maxFeatures);
/** Header names and the identity. */
const emptyBatchBytes = 512;
/** Id, time, score, prediction, latency, trace id, codes. */
const fixedRowBytes = 64;

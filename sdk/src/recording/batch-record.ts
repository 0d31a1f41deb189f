import type { ServingRole } from '../event.ts';
import type { InferenceRecord, RecordedValue } from '../record.ts';

/** Cells of one column. */
export type Cells<Value> = ArrayLike<Value | null | undefined>;

/** Rows as one object each, or columns as one array each, all of one length. */
export type BatchFeatures =
  | readonly Readonly<Record<string, RecordedValue | undefined>>[]
  | Readonly<Record<string, Cells<RecordedValue>>>;

/** One call that predicted many rows. Each row becomes an inference of its own. */
export interface InferenceBatchRecord {
  /** Needed when the monitor has several models. */
  readonly model?: string | undefined;
  /** Default: the version compiled into the app. */
  readonly version?: string | undefined;
  readonly role?: ServingRole | undefined;
  /** Event time of all rows, milliseconds since 1970-01-01 UTC. Default: now. */
  readonly time?: number | undefined;
  readonly features: BatchFeatures;
  /** The app's own ids, one a row. Default: new ones, which `recordBatch` returns. */
  readonly ids?: readonly (string | undefined)[] | undefined;
  readonly predictions?: Cells<string | number | boolean> | undefined;
  readonly scores?: Cells<number> | undefined;
  /** Sensitive attributes, as objects or as columns. */
  readonly groups?:
    | readonly Readonly<Record<string, string | undefined>>[]
    | Readonly<Record<string, Cells<string>>>
    | undefined;
  /** How long the call took, milliseconds. Every row was waited for that long. */
  readonly latencyMs?: number | null | undefined;
  readonly traceId?: string | null | undefined;
  /** Low-cardinality type of the failure, when the call failed. */
  readonly error?: string | null | undefined;
  /** `metadata`: no feature, prediction, score or group of these inferences leaves the app. */
  readonly capture?: 'metadata' | undefined;
}

/** Rows of a batch, or what is wrong with it. What a member throws is the caller's to catch. */
export function rowsOf(
  batch: InferenceBatchRecord,
): { readonly count: number; row(index: number): InferenceRecord } | Wrong {
  const features = tableOf<RecordedValue | null | undefined>(batch.features);
  if (features === undefined || features.count === undefined) {
    return { wrong: 'features must be a list of rows, or columns that are lists' };
  }
  const { count } = features;
  if (count > maxRows) {
    return { wrong: `it has ${count} rows, and at most ${maxRows} are recorded at once: split it` };
  }
  const groups = batch.groups === undefined ? noTable : tableOf<string | null | undefined>(batch.groups);
  const hasLength = (length: number | undefined) => length === undefined || length === count;
  const uneven =
    (!features.even && 'features') ||
    (!(groups?.even && hasLength(groups.count)) && 'groups') ||
    (!hasLength(batch.ids?.length) && 'ids') ||
    (!hasLength(batch.predictions?.length) && 'predictions') ||
    (!hasLength(batch.scores?.length) && 'scores');
  if (uneven || groups === undefined) {
    return { wrong: `${uneven} must have one entry for each of the ${count} rows` };
  }
  const { model, version, role, time, ids, predictions, scores, latencyMs, traceId, error } = batch;
  const hasGroups = batch.groups !== undefined;
  return {
    count,
    row: (index) => ({
      model,
      version,
      role,
      time,
      latencyMs,
      traceId,
      error,
      id: ids?.[index],
      // A column takes undefined for missing.
      features: features.row(index) as InferenceRecord['features'],
      prediction: predictions?.[index],
      score: scores?.[index],
      groups: hasGroups ? (groups.row(index) as InferenceRecord['groups']) : undefined,
    }),
  };
}

export interface Wrong {
  readonly wrong: string;
}

interface Table<Value> {
  /** Rows; unknown when there is no column. */
  readonly count: number | undefined;
  readonly even: boolean;
  row(index: number): Readonly<Record<string, Value>>;
}

const noTable: Table<never> = { count: undefined, even: true, row: () => ({}) };

function tableOf<Value>(given: unknown): Table<Value> | undefined {
  if (Array.isArray(given)) {
    const { length } = given;
    const rows: readonly Readonly<Record<string, Value>>[] = given;
    return { count: length, even: true, row: (index) => rows[index]! };
  }
  if (typeof given !== 'object' || given === null) {
    return undefined;
  }
  const columns = Object.entries(given as Readonly<Record<string, ArrayLike<Value>>>);
  if (columns.some(([, cells]) => typeof cells !== 'object' || cells === null || !(cells.length >= 0))) {
    return undefined;
  }
  const count = columns[0]?.[1].length;
  return {
    count,
    even: columns.every(([, cells]) => cells.length === count),
    row(index) {
      const row: Record<string, Value> = {};
      for (const [name, cells] of columns) {
        row[name] = cells[index]!;
      }
      return row;
    },
  };
}

/** Recording runs to its end before anything else of the app does: at a microsecond or two a row. */
const maxRows = 100_000;

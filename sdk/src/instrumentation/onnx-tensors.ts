import type { FeatureValue } from '../event.ts';

/** A tensor of ONNX Runtime, as far as it is read: its data in rows of the first dimension. */
export interface OnnxTensor {
  /** `float32`, `int64`, `string`, `bool`, ... */
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

export type OnnxValues = Readonly<Record<string, OnnxTensor>>;

type Row = Readonly<Record<string, FeatureValue>>;

/** How many rows a prediction has: the first dimension of its first tensor; one when that has none. */
export function rowCount(values: OnnxValues): number {
  return Object.values(values)[0]?.dims[0] ?? 1;
}

/**
 * Reads the rows of what goes into a model. A tensor [rows] or [rows, 1] is a feature of its name; of [rows, columns] each
 * column is one, named by `columns` or by its number. Tensors that are no table (images, sequences) are left out.
 */
export class FeatureReader {
  readonly #columns: Readonly<Record<string, readonly string[]>>;
  /** Made once for each input and width: a model is run far more often than it changes. */
  readonly #names = new Map<string, readonly string[]>();

  constructor(columns: Readonly<Record<string, readonly string[]>>) {
    this.#columns = columns;
  }

  rows(feeds: OnnxValues): Row[] {
    const count = rowCount(feeds);
    const rows: Record<string, FeatureValue>[] = Array.from({ length: count }, () => ({}));
    for (const input of Object.keys(feeds)) {
      const tensor = feeds[input]!;
      const width = tableWidth(tensor, count);
      if (width !== null) {
        fill(rows, this.#namesOf(input, width), tensor);
      }
    }
    return rows;
  }

  #namesOf(input: string, width: number): readonly string[] {
    const known = this.#names.get(input);
    if (known?.length === width) {
      return known;
    }
    const given = this.#columns[input];
    const numbered = (column: number) => (width === 1 ? input : `${input}_${column}`);
    const names = Array.from({ length: width }, (_, column) => given?.[column] ?? numbered(column));
    if (this.#names.size < maxColumns) {
      this.#names.set(input, names);
    }
    return names;
  }
}

function fill(rows: readonly Record<string, FeatureValue>[], names: readonly string[], tensor: OnnxTensor): void {
  const width = names.length;
  // Most tensors are numbers already.
  const numbers = tensor.data instanceof Float32Array || tensor.data instanceof Float64Array ? tensor.data : undefined;
  const cells = cellsOf(tensor);
  for (let row = 0; row < rows.length; row++) {
    const features = rows[row]!;
    for (let column = 0; column < width; column++) {
      const index = row * width + column;
      features[names[column]!] = numbers === undefined ? cells(index) : numbers[index]!;
    }
  }
}

export interface OnnxResult {
  readonly predictions: readonly (string | number | null)[];
  readonly scores: readonly (number | null)[];
}

/**
 * What the usual outputs say of each row. A tensor of integers or text, one a row, holds classes; a float tensor
 * [rows, classes] their probabilities, of which the last is that of the positive class of two, and the largest decides
 * where there is no tensor of classes. One float a row is the probability of the second of two `labels`, or without
 * labels the predicted value.
 */
export function resultOf(outputs: OnnxValues, count: number, labels: readonly string[] | undefined): OnnxResult {
  const tensors = Object.values(outputs).flatMap((tensor) => {
    const width = tableWidth(tensor, count);
    return width === null ? [] : [{ width, isFloat: /float|double/.test(tensor.type), cells: cellsOf(tensor) }];
  });
  const classes = tensors.find(({ width, isFloat }) => width === 1 && !isFloat);
  const numbers = tensors.find(({ isFloat }) => isFloat);
  const labelAt = (index: number) => labels?.[index] ?? String(index);
  const row = (index: number): { prediction: string | number | null; score: number | null } => {
    const given = classes?.cells(index) ?? null;
    const named = typeof given === 'number' ? labelAt(given) : given === null ? null : String(given);
    if (numbers === undefined) {
      return { prediction: named, score: null };
    }
    if (numbers.width === 1) {
      const value = numberOrNull(numbers.cells(index));
      const decided = value !== null && labels?.length === 2 ? labelAt(value >= 0.5 ? 1 : 0) : null;
      const isValue = classes === undefined && decided === null;
      return { prediction: named ?? decided ?? value, score: isValue ? null : value };
    }
    const shares = Array.from({ length: numbers.width }, (_, column) =>
      numberOrNull(numbers.cells(index * numbers.width + column)),
    );
    const largest = shares.reduce<number>(
      (best, share, column) => ((share ?? -1) > (shares[best] ?? -1) ? column : best),
      0,
    );
    const score = numbers.width === 2 ? shares[1] : shares[largest];
    return { prediction: named ?? labelAt(largest), score: score ?? null };
  };
  const rows = Array.from({ length: count }, (_, index) => row(index));
  return { predictions: rows.map(({ prediction }) => prediction), scores: rows.map(({ score }) => score) };
}

/** Columns of a table of so many rows; null for every other shape. */
function tableWidth({ dims }: OnnxTensor, rows: number): number | null {
  const width = dims.length === 2 ? (dims[1] ?? 0) : 1;
  const isTable = dims.length <= 2 && (dims[0] ?? 1) === rows && width >= 1 && width <= maxColumns;
  return isTable ? width : null;
}

/** Integers of 64 bits are numbers here: beyond 2^53 they are rounded. */
function cellsOf({ type, data }: OnnxTensor): (index: number) => FeatureValue {
  // Tensors hold an array, of the type that their name says.
  const cells = data as ArrayLike<unknown>;
  return (index) => {
    const value = cells[index];
    if (type === 'bool') {
      return value === 1 || value === true;
    }
    if (typeof value === 'bigint') {
      return Number(value);
    }
    return typeof value === 'number' || typeof value === 'string' ? value : null;
  };
}

function numberOrNull(value: FeatureValue): number | null {
  return typeof value === 'number' ? value : null;
}

/** Wider ones are pictures and vectors, not tables. */
const maxColumns = 1_000;

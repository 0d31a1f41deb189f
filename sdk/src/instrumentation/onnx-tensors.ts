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
  /** Of the runs before: a model is run far more often than it changes. */
  #shapes: readonly RowShape[] = [];

  constructor(columns: Readonly<Record<string, readonly string[]>>) {
    this.#columns = columns;
  }

  rows(feeds: OnnxValues): Row[] {
    const count = rowCount(feeds);
    const { tables, blank } = this.#shapeOf(feeds, count);
    const rows: Record<string, FeatureValue>[] = [];
    for (let row = 0; row < count; row++) {
      rows.push({ ...blank });
    }
    for (const { input, names } of tables) {
      fill(rows, names, feeds[input]!);
    }
    return rows;
  }

  #shapeOf(feeds: OnnxValues, count: number): RowShape {
    for (const shape of this.#shapes) {
      if (fits(shape, feeds, count)) {
        return shape;
      }
    }
    const learnt = this.#learn(feeds, count);
    this.#shapes = [learnt, ...this.#shapes].slice(0, maxShapes);
    return learnt;
  }

  #learn(feeds: OnnxValues, count: number): RowShape {
    const tables = Object.entries(feeds).flatMap(([input, tensor]) => {
      const width = tableWidth(tensor, count);
      return width === null ? [] : [{ input, names: this.#namesOf(input, width) }];
    });
    const names = tables.flatMap((table) => table.names);
    return { tables, blank: JSON.parse(JSON.stringify(Object.fromEntries(names.map((name) => [name, null])))) };
  }

  #namesOf(input: string, width: number): readonly string[] {
    const given = this.#columns[input];
    const numbered = (column: number) => (width === 1 ? input : `${input}_${column}`);
    return Array.from({ length: width }, (_, column) => given?.[column] ?? numbered(column));
  }
}

interface RowShape {
  /** Inputs that are tables, with the names of their columns. */
  readonly tables: readonly { readonly input: string; readonly names: readonly string[] }[];
  /** A row without values, as JSON makes it: a copy of it is several times faster to fill and to read than a new object. */
  readonly blank: Row;
}

function fits({ tables }: RowShape, feeds: OnnxValues, count: number): boolean {
  let fitting = 0;
  for (const input in feeds) {
    const width = tableWidth(feeds[input]!, count);
    if (width !== null) {
      const table = tables[fitting];
      if (table?.input !== input || table.names.length !== width) {
        return false;
      }
      fitting += 1;
    }
  }
  return fitting === tables.length;
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
  let classes: Table | undefined;
  let numbers: Table | undefined;
  for (const output in outputs) {
    const tensor = outputs[output]!;
    const width = tableWidth(tensor, count);
    const isFloat = /float|double/.test(tensor.type);
    if (width !== null && isFloat) {
      numbers ??= { width, cells: cellsOf(tensor) };
    } else if (width === 1) {
      classes ??= { width, cells: cellsOf(tensor) };
    }
  }
  const labelAt = (index: number) => labels?.[index] ?? String(index);
  const predictions: (string | number | null)[] = [];
  const scores: (number | null)[] = [];
  for (let row = 0; row < count; row++) {
    const given = classes?.cells(row) ?? null;
    const named = typeof given === 'number' ? labelAt(given) : given === null ? null : String(given);
    if (numbers === undefined) {
      predictions.push(named);
      scores.push(null);
    } else if (numbers.width === 1) {
      const value = numberOrNull(numbers.cells(row));
      const decided = value !== null && labels?.length === 2 ? labelAt(value >= 0.5 ? 1 : 0) : null;
      predictions.push(named ?? decided ?? value);
      scores.push(classes === undefined && decided === null ? null : value);
    } else {
      const largest = largestOf(numbers, row);
      predictions.push(named ?? labelAt(largest));
      scores.push(numberOrNull(numbers.cells(row * numbers.width + (numbers.width === 2 ? 1 : largest))));
    }
  }
  return { predictions, scores };
}

interface Table {
  readonly width: number;
  readonly cells: (index: number) => FeatureValue;
}

/** The first column with the largest number of a row. */
function largestOf({ width, cells }: Table, row: number): number {
  let largest = 0;
  let most = numberOrNull(cells(row * width)) ?? -1;
  for (let column = 1; column < width; column++) {
    const share = numberOrNull(cells(row * width + column)) ?? -1;
    if (share > most) {
      largest = column;
      most = share;
    }
  }
  return largest;
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

/** More models, or widths of one, are learnt anew. */
const maxShapes = 16;
/** Wider ones are pictures and vectors, not tables. */
const maxColumns = 1_000;

import { createHash } from 'node:crypto';
import type {
  CategoryColumn,
  Column,
  FeatureDeclaration,
  FeatureType,
  InferenceBatch,
  NumberColumn,
  OutcomeBatch,
} from '@plumbline/sdk/event';
import { PlumblineError } from '../errors.ts';
import { cellDate, cellEpoch, cellNumber } from './cell.ts';
import { type CsvRow, checkHeader, openCsv, quotedNames, shorten } from './csv-rows.ts';
import { type ColumnSpec, columnWithRole, type ReplaySpec } from './spec.ts';

export interface ReplayBatch {
  readonly inferences: InferenceBatch;
  /** Labels of the same rows; `null` when no row of the batch has one. */
  readonly outcomes: OutcomeBatch | null;
  /** Bytes of the file read so far. */
  readonly bytesRead: number;
}

export interface CsvOptions {
  readonly delimiter: string;
  /** Sort the rows by time first, which holds the whole file in memory. */
  readonly sort: boolean;
  readonly rowsPerBatch: number;
  /** Read no more rows than this; default: all. */
  readonly maximumRows?: number;
  readonly clock: RowClock;
}

/** Where the event time of a row comes from: its time column, or its number when windows are counted in rows. */
export type RowClock =
  | { readonly kind: 'column'; readonly windowMs: number }
  | { readonly kind: 'rows'; readonly rowsPerWindow: number };

/** Windows counted in rows take one hour of event time each, so that budgets in hours count windows. */
export const rowWindowMs = 3_600_000;

/** Event time of a row (from 0) when windows are counted in rows: rows spread evenly over their window's hour. */
export function rowTime(row: number, rowsPerWindow: number): number {
  const within = row % rowsPerWindow;
  return ((row - within) / rowsPerWindow) * rowWindowMs + Math.floor((within * rowWindowMs) / rowsPerWindow);
}

/**
 * Reads a CSV file as the batches of events an app would have sent, in the order of the file. Columns come straight
 * from cells; nothing is held but the batch at hand. Throws `BAD_DATA` that names row and column.
 */
export async function* readCsv(path: string, spec: ReplaySpec, options: CsvOptions): AsyncGenerator<ReplayBatch> {
  const file = await openCsv(path, options.delimiter);
  const reader = new BatchReader(path, spec, options, file.header);
  const { maximumRows = Number.POSITIVE_INFINITY } = options;
  let pending: CsvRow[] = [];
  for await (const row of file.rows) {
    pending.push(row);
    if (!options.sort && row.row >= maximumRows) break;
    if (options.sort || pending.length < options.rowsPerBatch) continue;
    yield { ...reader.read(pending), bytesRead: file.bytesRead() };
    pending = [];
  }
  if (options.sort) pending = reader.sorted(pending).slice(0, maximumRows);
  for (let from = 0; from < pending.length; from += options.rowsPerBatch) {
    yield { ...reader.read(pending.slice(from, from + options.rowsPerBatch)), bytesRead: file.bytesRead() };
  }
}

/** Turns rows of cells into batches of columns, and remembers what must hold over the whole file. */
class BatchReader {
  readonly #path: string;
  readonly #spec: ReplaySpec;
  readonly #clock: RowClock;
  readonly #places: ReadonlyMap<string, number>;
  readonly #missing: ReadonlySet<string>;
  readonly #hasNumericMissing: boolean;
  readonly #producer: string;
  readonly #ids = new Set<string>();
  #features: readonly FeatureReader[] | undefined;
  #batches = 0;
  #rows = 0;
  #latestWindow = Number.NEGATIVE_INFINITY;

  constructor(path: string, spec: ReplaySpec, options: CsvOptions, header: readonly string[]) {
    const wanted = [...new Set(spec.columns.map(({ name }) => name))];
    checkHeader(path, header, wanted, options.delimiter);
    const undeclared = header.filter((name) => !wanted.includes(name));
    if (undeclared.length > 0 && spec.undeclared === 'error') {
      throw new PlumblineError(
        'BAD_DATA',
        `${path}: the spec says nothing about column ${quotedNames(undeclared)}; give ${undeclared.length === 1 ? 'it' : 'each'} ` +
          'a role there, or write `undeclared: ignore` or `undeclared: feature`',
        { details: { undeclared } },
      );
    }
    this.#path = path;
    this.#spec = spec;
    this.#clock = options.clock;
    this.#places = new Map(header.map((name, index) => [name, index]));
    this.#missing = new Set(spec.missing);
    this.#hasNumericMissing = spec.missing.some((cell) => cellNumber(cell) !== undefined);
    this.#producer = createHash('sha256').update(path).digest('hex').slice(0, 16);
  }

  read(rows: readonly CsvRow[]): Omit<ReplayBatch, 'bytesRead'> {
    this.#features ??= this.#inferFeatures(rows);
    this.#checkIds(rows);
    const count = rows.length;
    const inferences: InferenceBatch = {
      kind: 'inference',
      producer: this.#producer,
      batch: this.#batches + 1,
      model: this.#spec.model,
      count,
      schema: featureSchema(this.#features),
      ids: rows.map((_, index) => `row-${String(this.#rows + index + 1).padStart(12, '0')}`),
      times: this.#times(rows),
      versions: constantColumn(count, this.#spec.version),
      roles: constantColumn(count, 'champion'),
      features: this.#features.map((feature) => this.#column(rows, feature)),
      predictions: this.#classes(rows, 'prediction') ?? emptyColumn(count, this.#classType()),
      scores: this.#scores(rows),
      groups: this.#groups(rows),
      latenciesMs: missingNumbers(count),
      traceIds: missingCategories(count),
      errors: missingCategories(count),
    };
    this.#batches += 1;
    this.#rows += count;
    const labels = this.#classes(rows, 'label');
    return { inferences, outcomes: labels === undefined ? null : labelledRows(inferences, labels) };
  }

  /** Stable, so that rows of the same time stay in the order of the file. */
  sorted(rows: readonly CsvRow[]): CsvRow[] {
    if (this.#clock.kind === 'rows') return [...rows];
    return rows
      .map((row) => ({ row, time: this.#time(row) }))
      .sort((a, b) => a.time - b.time)
      .map(({ row }) => row);
  }

  #times(rows: readonly CsvRow[]): Float64Array {
    const clock = this.#clock;
    if (clock.kind === 'rows') {
      return Float64Array.from(rows, (_, index) => rowTime(this.#rows + index, clock.rowsPerWindow));
    }
    return Float64Array.from(rows, (row) => {
      const time = this.#time(row);
      const window = Math.floor(time / clock.windowMs);
      if (window < this.#latestWindow) {
        const { name } = this.#timeColumn();
        throw this.#bad(
          row,
          name,
          'is earlier than a window that closed before',
          'Sort the file by time or say --sort',
        );
      }
      this.#latestWindow = window;
      return time;
    });
  }

  #time(row: CsvRow): number {
    const { name, type = 'date' } = this.#timeColumn();
    const cell = row.cells[this.#place(name)] ?? '';
    const time = type === 'date' ? cellDate(cell) : cellEpoch(cell, type === 'seconds' ? 1_000 : 1);
    if (time !== undefined) return time;
    const expected = type === 'date' ? 'an ISO 8601 date' : `${type} since 1970-01-01 UTC`;
    throw this.#bad(row, name, `is not ${expected}`, 'Every row needs a time');
  }

  #timeColumn(): ColumnSpec {
    const column = columnWithRole(this.#spec, 'time');
    if (column === undefined) {
      throw new PlumblineError('BAD_SPEC', 'windows in event time need a column with role time; count rows instead');
    }
    return column;
  }

  #place(column: string): number {
    // The constructor made sure that every column of the spec is in the file.
    return this.#places.get(column) ?? -1;
  }

  #checkIds(rows: readonly CsvRow[]): void {
    const column = columnWithRole(this.#spec, 'id');
    if (column === undefined) return;
    const place = this.#place(column.name);
    for (const row of rows) {
      const id = row.cells[place] ?? '';
      const problem = this.#missing.has(id) ? 'is missing' : this.#ids.has(id) ? 'was the id of an earlier row' : null;
      if (problem !== null) throw this.#bad(row, column.name, problem, 'Every row needs its own id');
      this.#ids.add(id);
    }
  }

  #inferFeatures(rows: readonly CsvRow[]): FeatureReader[] {
    const named = new Set(this.#spec.columns.map(({ name }) => name));
    const rest: ColumnSpec[] =
      this.#spec.undeclared === 'feature'
        ? [...this.#places.keys()].filter((name) => !named.has(name)).map((name) => ({ name, role: 'feature' }))
        : [];
    return [...this.#spec.columns.filter(({ role }) => role === 'feature'), ...rest].map(({ name, type, values }) => ({
      name,
      values,
      type: type === 'number' || type === 'category' ? type : this.#inferType(rows, name, values),
    }));
  }

  #inferType(rows: readonly CsvRow[], name: string, values: CellValues): FeatureType {
    if (values !== undefined) return 'category';
    const place = this.#place(name);
    let numbers = 0;
    for (const { cells } of rows) {
      const cell = cells[place] ?? '';
      if (this.#missing.has(cell)) continue;
      if (cellNumber(cell) === undefined) return 'category';
      numbers += 1;
    }
    return numbers > 0 ? 'number' : 'category';
  }

  #classes(rows: readonly CsvRow[], role: 'prediction' | 'label'): Column | undefined {
    const column = columnWithRole(this.#spec, role);
    if (column === undefined) return undefined;
    const type = column.type === 'number' || column.type === 'category' ? column.type : this.#classType();
    return this.#column(rows, { name: column.name, type, values: column.values });
  }

  #classType(): FeatureType {
    return this.#spec.task === 'regression' ? 'number' : 'category';
  }

  #scores(rows: readonly CsvRow[]): NumberColumn {
    const column = columnWithRole(this.#spec, 'score');
    return column === undefined
      ? missingNumbers(rows.length)
      : this.#numbers(rows, { name: column.name, values: undefined });
  }

  #groups(rows: readonly CsvRow[]): Record<string, CategoryColumn> {
    const columns = this.#spec.columns.filter(({ role }) => role === 'group');
    return Object.fromEntries(columns.map((column) => [column.name, this.#categories(rows, column)]));
  }

  #column(rows: readonly CsvRow[], column: FeatureReader): Column {
    return column.type === 'number' ? this.#numbers(rows, column) : this.#categories(rows, column);
  }

  #numbers(rows: readonly CsvRow[], { name, values: mapping }: CellReader): NumberColumn {
    const place = this.#place(name);
    const values = new Float64Array(rows.length);
    // Looking a cell up among the missing ones costs more than reading it as a number.
    const isMissingFirst = this.#hasNumericMissing || mapping !== undefined;
    rows.forEach((row, index) => {
      const cell = row.cells[place] ?? '';
      const value = isMissingFirst ? undefined : cellNumber(cell);
      values[index] = value ?? this.#unusualNumber(row, name, cell, mapping);
    });
    return { type: 'number', values };
  }

  #unusualNumber(row: CsvRow, name: string, cell: string, mapping: CellValues): number {
    if (this.#missing.has(cell)) return Number.NaN;
    const value = cellNumber(mapping === undefined ? cell : this.#mapped(row, name, cell, mapping));
    if (value !== undefined) return value;
    const advice = 'Correct it, list it under `missing` in the spec, or give the column type category';
    throw this.#bad(row, name, 'is not a number', advice);
  }

  #categories(rows: readonly CsvRow[], { name, values: mapping }: CellReader): CategoryColumn {
    const place = this.#place(name);
    const codes = new Uint32Array(rows.length);
    const codeOf = new Map<string, number>();
    rows.forEach((row, index) => {
      const cell = row.cells[place] ?? '';
      if (this.#missing.has(cell)) return;
      const value = mapping === undefined ? cell : this.#mapped(row, name, cell, mapping);
      const code = codeOf.get(value) ?? codeOf.size + 1;
      codeOf.set(value, code);
      codes[index] = code;
    });
    return { type: 'category', codes, dictionary: [...codeOf.keys()] };
  }

  #mapped(row: CsvRow, name: string, cell: string, mapping: Readonly<Record<string, string>>): string {
    const value = Object.hasOwn(mapping, cell) ? mapping[cell] : undefined;
    if (value !== undefined) return value;
    const known = quotedNames(Object.keys(mapping));
    throw this.#bad(row, name, `is not among the values of the spec (${known})`, 'Add it there');
  }

  #bad({ cells, row, line }: CsvRow, column: string, what: string, advice: string): PlumblineError {
    const value = shorten(cells[this.#place(column)] ?? '');
    return new PlumblineError(
      'BAD_DATA',
      `${this.#path} row ${row} (line ${line}), column "${column}": ${JSON.stringify(value)} ${what}. ${advice}.`,
      { details: { row, line, column, value } },
    );
  }
}

type CellValues = Readonly<Record<string, string>> | undefined;

interface CellReader {
  readonly name: string;
  readonly values?: CellValues;
}

interface FeatureReader extends FeatureDeclaration, CellReader {}

function featureSchema(features: readonly FeatureReader[]): InferenceBatch['schema'] {
  const declarations = features.map(({ name, type }) => ({ name, type }));
  const id = createHash('sha256').update(JSON.stringify(declarations)).digest('hex').slice(0, 16);
  return { id, features: declarations };
}

function labelledRows(inferences: InferenceBatch, labels: Column): OutcomeBatch | null {
  const rows: number[] = [];
  for (let row = 0; row < inferences.count; row += 1) {
    if (valueAt(labels, row) !== null) rows.push(row);
  }
  if (rows.length === 0) return null;
  const inferenceIds = rows.map((row) => inferences.ids[row] ?? '');
  return {
    kind: 'outcome',
    producer: `${inferences.producer}-labels`,
    batch: inferences.batch,
    model: inferences.model,
    count: rows.length,
    ids: inferenceIds.map((id) => `${id}-label`),
    times: Float64Array.from(rows, (row) => inferences.times[row] ?? 0),
    inferenceIds,
    types: constantColumn(rows.length, 'label'),
    values: rowsOf(labels, rows),
  };
}

/** What a row of a column holds; `null` when it is missing. */
export function valueAt(column: Column, row: number): string | number | null {
  if (column.type === 'number') {
    const value = column.values[row] ?? Number.NaN;
    return Number.isFinite(value) ? value : null;
  }
  const code = column.codes[row] ?? 0;
  return code === 0 ? null : (column.dictionary[code - 1] ?? null);
}

function rowsOf(column: Column, rows: readonly number[]): Column {
  return column.type === 'number'
    ? { type: 'number', values: Float64Array.from(rows, (row) => column.values[row] ?? Number.NaN) }
    : {
        type: 'category',
        codes: Uint32Array.from(rows, (row) => column.codes[row] ?? 0),
        dictionary: column.dictionary,
      };
}

function emptyColumn(rows: number, type: FeatureType): Column {
  return type === 'number' ? missingNumbers(rows) : missingCategories(rows);
}

function missingNumbers(rows: number): NumberColumn {
  return { type: 'number', values: new Float64Array(rows).fill(Number.NaN) };
}

function missingCategories(rows: number): CategoryColumn {
  return { type: 'category', codes: new Uint8Array(rows), dictionary: [] };
}

function constantColumn(rows: number, value: string): CategoryColumn {
  return { type: 'category', codes: new Uint8Array(rows).fill(1), dictionary: [value] };
}

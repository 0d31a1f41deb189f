import { CsvError, parse } from 'csv-parse/sync';
import { PlumblineError } from '../../errors.ts';

/** Rows that no version was trained on, as columns of text. */
export interface HeldOutRows {
  readonly count: number;
  readonly names: readonly string[];
  /** Cells of a column, one a row; `undefined` when there is no such column. */
  column(name: string): readonly string[] | undefined;
}

/**
 * Reads held-out rows: CSV in UTF-8 with a header, separated by commas. Throws `BAD_DATA` for what is not such a file,
 * has no rows, or names a column twice.
 */
export function readHeldOutRows(bytes: Uint8Array): HeldOutRows {
  const [header = [], ...rows] = records(bytes);
  const names = header.map((name) => name.trim());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new PlumblineError('BAD_DATA', `the held-out rows name column "${twice}" twice`);
  if (rows.length === 0) throw new PlumblineError('BAD_DATA', 'the held-out rows hold a header at most, and no row');
  return {
    count: rows.length,
    names,
    column(name) {
      const index = names.indexOf(name);
      // Every record has as many cells as the header: the parser refuses others.
      return index < 0 ? undefined : rows.map((row) => row[index] ?? '');
    },
  };
}

/** Cells of a column that must be there. */
export function requiredColumn(rows: HeldOutRows, name: string, purpose: string): readonly string[] {
  const cells = rows.column(name);
  if (cells === undefined) {
    throw new PlumblineError('BAD_DATA', `the held-out rows have no column "${name}", ${purpose}`, {
      details: { missing: name, columns: rows.names.slice(0, 100) },
    });
  }
  return cells;
}

/** Numbers of a column; an empty cell is NaN (missing). Throws `BAD_DATA` naming row and column of anything else. */
export function numbersOf(rows: HeldOutRows, name: string, purpose: string): Float64Array {
  const cells = requiredColumn(rows, name, purpose);
  return Float64Array.from(cells, (cell, row) => {
    const value = cell.trim() === '' ? Number.NaN : Number(cell);
    if (cell.trim() !== '' && !Number.isFinite(value)) {
      throw new PlumblineError(
        'BAD_DATA',
        `row ${row + 1} of the held-out rows, column "${name}": ${JSON.stringify(cell.slice(0, 40))} is not a number`,
      );
    }
    return value;
  });
}

function records(bytes: Uint8Array): string[][] {
  try {
    return parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      bom: true,
      skip_empty_lines: true,
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new PlumblineError('BAD_DATA', `the held-out rows are not readable CSV: ${error.message}`, { cause: error });
  }
}

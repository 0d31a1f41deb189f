import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import { cannotRead, PlumblineError } from '../errors.ts';

/** One data row of a CSV file. */
export interface CsvRow {
  readonly cells: readonly string[];
  /** 1 is the first row below the header. */
  readonly row: number;
  /** Line of the file the row ends on. */
  readonly line: number;
}

export interface CsvFile {
  /** Names of the columns, trimmed, unique, none empty. */
  readonly header: readonly string[];
  readonly rows: AsyncGenerator<CsvRow>;
  readonly bytesRead: () => number;
}

/** Opens a CSV file and reads its header. Everything wrong with the file itself is a `BAD_DATA`. */
export async function openCsv(path: string, delimiter: string): Promise<CsvFile> {
  const file = createReadStream(path);
  const records = csvRecords(path, file, delimiter);
  const first = await records.next();
  if (first.done === true) {
    throw new PlumblineError('BAD_DATA', `${path} is empty: expected a header row with the names of the columns`);
  }
  const header = first.value.record.map((name) => name.trim());
  return { header, rows: dataRows(path, header, records), bytesRead: () => file.bytesRead };
}

/**
 * Checks that a header has the columns somebody wants, and no column twice or without a name. A header that is one
 * column because the file uses another delimiter is told apart from one that merely lacks columns.
 */
export function checkHeader(
  path: string,
  header: readonly string[],
  wanted: readonly string[],
  delimiter: string,
): void {
  const missing = wanted.filter((name) => !header.includes(name));
  const only = header[0] ?? '';
  const other = [';', '\t', '|', ','].find((candidate) => candidate !== delimiter && only.includes(candidate));
  if (header.length === 1 && missing.length > 0 && other !== undefined) {
    const shown = other === '\t' ? '\\t' : other;
    throw new PlumblineError(
      'BAD_DATA',
      `${path}: split at "${delimiter}" the whole header is one column, ${JSON.stringify(shorten(only))}; ` +
        `it looks separated by "${shown}": say --delimiter "${shown}"`,
    );
  }
  const unnamed = header.indexOf('');
  if (unnamed >= 0) throw new PlumblineError('BAD_DATA', `${path}: column ${unnamed + 1} of the header has no name`);
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice !== undefined) throw new PlumblineError('BAD_DATA', `${path}: the header names column "${twice}" twice`);
  if (missing.length > 0) {
    throw new PlumblineError(
      'BAD_DATA',
      `${path}: no column ${quotedNames(missing)}, which the spec names; the file has ${quotedNames(header)}`,
      { details: { missing, columns: header } },
    );
  }
}

/** Names in quotes, at most 20 of them, none longer than a line. */
export function quotedNames(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => `"${shorten(name)}"`);
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ');
}

export function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

async function* csvRecords(
  path: string,
  file: ReturnType<typeof createReadStream>,
  delimiter: string,
): AsyncGenerator<CsvRecord> {
  // Ragged rows are let through here and refused below: an error in the parser would drop the rows before it unread.
  const parser = parse({ delimiter, bom: true, skip_empty_lines: true, info: true, relax_column_count: true });
  // `pipe` does not carry errors over; without this a file that is not there would hang the loop below.
  file.on('error', (error) => parser.destroy(error));
  file.pipe(parser);
  try {
    // The stream is untyped per record; `info: true` gives this shape.
    for await (const record of parser) yield record as CsvRecord;
  } catch (error) {
    throw readableError(path, error);
  } finally {
    file.destroy();
  }
}

async function* dataRows(
  path: string,
  header: readonly string[],
  records: AsyncGenerator<CsvRecord>,
): AsyncGenerator<CsvRow> {
  let row = 0;
  for await (const { record, info } of records) {
    row += 1;
    if (record.length !== header.length) {
      throw new PlumblineError(
        'BAD_DATA',
        `${path} row ${row} (line ${info.lines}): the row has ${counted(record.length)}, the header has ${counted(header.length)}`,
        { details: { row, line: info.lines } },
      );
    }
    yield { cells: record, row, line: info.lines };
  }
  if (row === 0) throw new PlumblineError('BAD_DATA', `${path} has a header but no rows`);
}

function readableError(path: string, error: unknown): unknown {
  if (error instanceof CsvError) {
    // Not in its type: csv-parse puts the position into the error.
    const { lines } = error as { readonly lines?: unknown };
    const line = typeof lines === 'number' ? ` line ${lines}` : '';
    return new PlumblineError('BAD_DATA', `${path}${line}: ${error.message}`, { cause: error });
  }
  if (error instanceof Error && 'code' in error && 'syscall' in error) {
    return new PlumblineError('BAD_DATA', cannotRead(path, error), { cause: error });
  }
  return error;
}

function counted(cells: number): string {
  return cells === 1 ? '1 cell' : `${cells} cells`;
}

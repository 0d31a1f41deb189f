import { createHash } from 'node:crypto';
import type { HeldOutRows } from './heldOutRows.ts';

export interface Leakage {
  /** Rows compared. */
  readonly heldOutRows: number;
  readonly trainingRows: number;
  /** Held-out rows that are among the training rows. */
  readonly leaked: number;
  /** Columns by which rows are the same; `missing` are those that the training rows do not have. */
  readonly columns: number;
  readonly missing: readonly string[];
}

/**
 * Which held-out rows was the version trained on? Rows are the same when their inputs and their label are, numbers compared
 * as numbers (`1.0` is `1`). A version that has seen its test looks better there than it is.
 *
 * `inputs`: columns of the model; empty: every column of the held-out rows.
 */
export function findLeakage(
  heldOut: HeldOutRows,
  training: HeldOutRows,
  { inputs, labelColumn }: { readonly inputs: readonly string[]; readonly labelColumn: string },
): Leakage {
  const columns = inputs.length > 0 ? [...inputs, labelColumn] : heldOut.names;
  const missing = columns.filter((name) => training.column(name) === undefined);
  const counts = { heldOutRows: heldOut.count, trainingRows: training.count, columns: columns.length, missing };
  if (missing.length > 0) return { ...counts, leaked: 0 };
  const seen = new Set(rowHashes(training, columns));
  return { ...counts, leaked: rowHashes(heldOut, columns).filter((hash) => seen.has(hash)).length };
}

/** SHA-256 of each row's cells in the order of the columns. */
function rowHashes(rows: HeldOutRows, columns: readonly string[]): string[] {
  const cells = columns.map((name) => rows.column(name) ?? []);
  return Array.from({ length: rows.count }, (_, row) =>
    createHash('sha256')
      .update(JSON.stringify(cells.map((column) => normalised(column[row] ?? ''))))
      .digest('base64'),
  );
}

function normalised(cell: string): string {
  const text = cell.trim();
  const number = text === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? String(number) : text;
}

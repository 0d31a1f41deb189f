import type { CategoryColumn } from '@plumbline/sdk/event';

/**
 * Counts of the batch at hand, to be added to those of a profile: whole numbers are counted several times as fast as
 * doubles, which is what the counts of a profile are.
 */

/** `length` zeros. The same memory for whoever asks next. */
export function emptyCells(length: number): Uint32Array {
  const known = cellsOfLength.get(length);
  if (known !== undefined) return known.fill(0);
  if (length > scratch.length) {
    scratch = new Uint32Array(2 * length);
    cellsOfLength.clear();
  }
  const cells = scratch.subarray(0, length);
  cellsOfLength.set(length, cells);
  return cells.fill(0);
}

let scratch = new Uint32Array(1_024);
/** A view is asked for forty times a batch, and the lengths are few. */
const cellsOfLength = new Map<number, Uint32Array>();

/** How many of the rows have each code; 0 first, which is missing. The memory is that of `emptyCells`. */
export function countsByCode({ codes, dictionary }: CategoryColumn, rows: Int32Array): Uint32Array {
  const cells = emptyCells(dictionary.length + 1);
  for (let i = 0; i < rows.length; i++) {
    const code = codes[rows[i]!]!;
    cells[code] = cells[code]! + 1;
  }
  return cells;
}

/** Adds the cells to counts from `offset` on, `step` apart. */
export function addEach(counts: Float64Array, offset: number, step: number, cells: Uint32Array): void {
  for (let cell = 0, at = offset; cell < cells.length; cell++, at += step) counts[at] = counts[at]! + cells[cell]!;
}

import type { FeatureDeclaration, FeatureType, FeatureValue } from '../event.ts';
import { asCategory, asNumber } from './columns.ts';
import { type PackedColumn, packCodes, packNumbers } from './pack.ts';

/** Learns the type of a feature, or says that it is none. */
export interface FeatureTypeBook {
  of(name: string, value: unknown): FeatureType | undefined;
  maxTextOf(name: string): number;
  readonly ordered: readonly FeatureDeclaration[];
}

/**
 * The features of a batch while it fills: a row an event, a cell a feature, so that recording an event writes to one place
 * in memory. They become columns when the batch is encoded.
 *
 * A cell holds the number, or the code of the category (from 1); `NaN` is missing.
 */
export class FeatureCells {
  readonly #types: FeatureTypeBook;
  #cells = new Float64Array(0);
  /** Cells a row. */
  #width = 0;
  readonly #columns = new Map<string, CellColumn>();
  /** Events of one model name their features in the same order: the column is where it was last time. */
  readonly #inOrder: CellColumn[] = [];

  constructor(types: FeatureTypeBook) {
    this.#types = types;
  }

  /** Writes a row and returns about how many bytes it adds. */
  write(row: number, features: Readonly<Record<string, FeatureValue>>): number {
    let base = this.#startOf(row);
    // Read once: the loop runs for every feature of every event.
    let cells = this.#cells;
    const inOrder = this.#inOrder;
    let bytes = 0;
    let position = 0;
    for (const name in features) {
      const value = features[name];
      let column = inOrder[position];
      if (column === undefined || column.name !== name) {
        column = this.#columns.get(name) ?? this.#add(name, value);
        if (column === undefined) {
          continue;
        }
        inOrder[position] = column;
        bytes += 2 * name.length + 32;
        if (column.index >= this.#width) {
          this.#widen(row);
          base = row * this.#width;
          cells = this.#cells;
        }
      }
      position += 1;
      if (column.isNumber) {
        // Adding zero turns -0 into 0, which survives every integer encoding.
        cells[base + column.index] = (typeof value === 'number' && value - value === 0 ? value : asNumber(value)) + 0;
      } else {
        const text = typeof value === 'string' ? value : asCategory(value);
        if (text !== null && text.length <= column.maxText) {
          const known = column.texts.length;
          const code = codeOf(column, text);
          cells[base + column.index] = code;
          bytes += code > known ? text.length : 0;
        }
      }
    }
    return bytes + 8 * position;
  }

  /**
   * Every feature of the type book as a packed column of the first rows, in its order. The bytes are good until the next
   * call, of whichever batch.
   */
  pack(rows: number): readonly { readonly name: string; readonly packed: PackedColumn }[] {
    const space = spaceFor(this.#columns.size * rows);
    return this.#types.ordered.map(({ name, type }) => {
      const column = this.#columns.get(name);
      if (column === undefined) {
        return { name, packed: type === 'number' ? missingNumbers : missingCategories };
      }
      const values = space.subarray(column.index * rows, (column.index + 1) * rows);
      for (let row = 0, cell = column.index; row < rows; row++, cell += this.#width) {
        values[row] = this.#cells[cell]!;
      }
      // A missing code, NaN, becomes 0.
      return {
        name,
        packed: column.isNumber ? packNumbers(values) : packCodes(new Uint16Array(values), column.texts),
      };
    });
  }

  /** Makes the row missing, so that it may be written again. */
  clear(row: number): void {
    this.#cells.fill(Number.NaN, row * this.#width, (row + 1) * this.#width);
  }

  /** Empties the rows that were written, the first so many. */
  reset(rows: number): void {
    this.#cells.fill(Number.NaN, 0, rows * this.#width);
    for (const column of this.#columns.values()) {
      column.texts = [];
      column.codes.clear();
    }
  }

  /** The place of the row's first cell. */
  #startOf(row: number): number {
    const base = row * this.#width;
    if (base + this.#width > this.#cells.length) {
      const grown = new Float64Array(Math.max(16, 2 * row) * this.#width).fill(Number.NaN);
      grown.set(this.#cells);
      this.#cells = grown;
    }
    return base;
  }

  #add(name: string, value: unknown): CellColumn | undefined {
    const type = this.#types.of(name, value);
    if (type === undefined) {
      return undefined;
    }
    const column: CellColumn = {
      name,
      isNumber: type === 'number',
      index: this.#columns.size,
      maxText: this.#types.maxTextOf(name),
      texts: [],
      codes: new Map(),
    };
    this.#columns.set(name, column);
    return column;
  }

  /** Makes room for more features: all rows up to this one move. */
  #widen(lastRow: number): void {
    const width = Math.max(32, 2 * this.#width);
    const rows = Math.max(16, lastRow + 1);
    const wider = new Float64Array(rows * width).fill(Number.NaN);
    for (let row = 0; row <= lastRow; row++) {
      wider.set(this.#cells.subarray(row * this.#width, (row + 1) * this.#width), row * width);
    }
    this.#cells = wider;
    this.#width = width;
  }
}

interface CellColumn {
  readonly name: string;
  readonly isNumber: boolean;
  readonly index: number;
  readonly maxText: number;
  texts: string[];
  readonly codes: Map<string, number>;
}

function codeOf({ texts, codes }: CellColumn, text: string): number {
  const few = texts.length < fewTexts ? texts.length : fewTexts;
  for (let index = 0; index < few; index++) {
    if (texts[index] === text) {
      return index + 1;
    }
  }
  let code = codes.get(text);
  if (code === undefined) {
    code = texts.push(text);
    codes.set(text, code);
  }
  return code;
}

/** Looked through one by one before anything is hashed: most categories are few, and their texts the same objects. */
const fewTexts = 8;
const missingNumbers: PackedColumn = { description: ['constant', null] };
const missingCategories: PackedColumn = { description: ['constant', []] };

/** One for all batches: a batch is packed and written to its frame in one go. */
let space = new Float64Array(0);

function spaceFor(cells: number): Float64Array {
  if (space.length < cells) {
    space = new Float64Array(cells);
  }
  return space;
}

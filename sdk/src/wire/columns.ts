import type { FeatureType, FeatureValue } from '../event.ts';
import { maxTextLength } from './limits.ts';

/**
 * Columns while they are being filled. Rows that are never set are missing, so a feature may turn up late and be
 * absent at will.
 */

export class NumberBuilder {
  readonly type = 'number';
  #values = new Float64Array(initialRows).fill(Number.NaN);

  /** `NaN` is missing; anything infinite is a value that was not a finite number. */
  set(row: number, value: number): void {
    if (row >= this.#values.length) {
      const grown = new Float64Array(grownTo(row)).fill(Number.NaN);
      grown.set(this.#values);
      this.#values = grown;
    }
    // Adding zero turns -0 into 0, which survives every integer encoding.
    this.#values[row] = value + 0;
  }

  /** Makes the row missing. */
  clear(row: number): void {
    this.set(row, Number.NaN);
  }

  values(count: number): Float64Array {
    if (count > this.#values.length) {
      this.set(count - 1, Number.NaN);
    }
    return this.#values.subarray(0, count);
  }

  reset(): void {
    this.#values.fill(Number.NaN);
  }
}

export class CategoryBuilder {
  readonly type = 'category';
  #codes = new Uint16Array(initialRows);
  #dictionary: string[] = [];
  readonly #codeOf = new Map<string, number>();
  #lastText: string | undefined;
  #lastCode = 0;

  set(row: number, text: string): void {
    // Most columns repeat the row before.
    const code = text === this.#lastText ? this.#lastCode : this.#code(text);
    if (row >= this.#codes.length) {
      const grown = new Uint16Array(grownTo(row));
      grown.set(this.#codes);
      this.#codes = grown;
    }
    this.#codes[row] = code;
  }

  #code(text: string): number {
    let code = this.#codeOf.get(text);
    if (code === undefined) {
      code = this.#dictionary.push(text);
      this.#codeOf.set(text, code);
    }
    this.#lastText = text;
    this.#lastCode = code;
    return code;
  }

  /** Makes the row missing. */
  clear(row: number): void {
    if (row < this.#codes.length) {
      this.#codes[row] = 0;
    }
  }

  /** The text of a row that has been set; nothing when it is missing. */
  textAt(row: number): string | undefined {
    return this.#dictionary[(this.#codes[row] ?? 0) - 1];
  }

  codes(count: number): Uint16Array {
    if (count > this.#codes.length) {
      const grown = new Uint16Array(grownTo(count));
      grown.set(this.#codes);
      this.#codes = grown;
    }
    return this.#codes.subarray(0, count);
  }

  get dictionary(): readonly string[] {
    return this.#dictionary;
  }

  reset(): void {
    this.#codes.fill(0);
    this.#dictionary = [];
    this.#lastText = undefined;
    this.#codeOf.clear();
  }
}

/** A value of a declared or inferred type into its column; a value that fits no type is invalid or missing. */
export function setValue(builder: NumberBuilder | CategoryBuilder, row: number, value: unknown): void {
  if (builder.type === 'number') {
    builder.set(row, asNumber(value));
    return;
  }
  const text = asCategory(value);
  if (text !== null) {
    builder.set(row, text);
  }
}

/** The type a value speaks for; a missing value, an object or a function speaks for none. */
export function typeOfValue(value: unknown): FeatureType | undefined {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return 'number';
    case 'string':
    case 'boolean':
      return 'category';
    default:
      return undefined;
  }
}

/** Missing is `NaN`; whatever is there but is no finite number is `Infinity`. */
export function asNumber(value: unknown): number {
  if (typeof value === 'number') {
    return Number.isFinite(value) ? value : Number.POSITIVE_INFINITY;
  }
  if (value === null || value === undefined) {
    return Number.NaN;
  }
  return typeof value === 'boolean' || typeof value === 'bigint' ? Number(value) : Number.POSITIVE_INFINITY;
}

/** `null` is missing, and so are text too long to be a category and numbers that are not finite. */
export function asCategory(value: unknown): string | null {
  if (typeof value === 'string') {
    return value.length <= maxTextLength ? value : null;
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? String(value) : null;
  }
  return typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : null;
}

/** A prediction or outcome value: a number (`Infinity` for one that is not finite), else a category. */
export function asScalar(value: FeatureValue | undefined): string | number | null {
  return typeof value === 'number' ? asNumber(value) + 0 : asCategory(value);
}

const initialRows = 16;

function grownTo(row: number): number {
  return Math.max(initialRows, 2 ** Math.ceil(Math.log2(row + 1)));
}

import { CategoryBuilder } from './columns.ts';
import { doubled } from './id-column.ts';
import { type PackedColumn, packCategories } from './pack.ts';
import { readHex, uuidBytes, writeHex } from './uuid-bytes.ts';

/** The trace ids of a batch while it fills: 16 bytes each, zeros for none. One that is no trace id makes them all text. */
export class TraceIdColumn {
  #bytes = new Uint8Array(initialRows * uuidBytes);
  #texts: (string | null)[] | undefined;
  #last: string | null | undefined;
  /** Rows of the trace of the row before. */
  #repeats = 0;

  set(row: number, traceId: string | null): void {
    if (traceId === this.#last) {
      this.#repeats += 1;
    }
    this.#last = traceId;
    if (this.#texts === undefined && !this.#setBytes(row, traceId)) {
      this.#texts = Array.from({ length: row }, (_, index) => this.#text(index));
    }
    if (this.#texts !== undefined) {
      this.#texts[row] = traceId;
    }
  }

  /** 16 bytes a row, zeros for none; as a dictionary when rows share traces or one is no trace id. */
  pack(count: number): PackedColumn {
    if (this.#texts === undefined && this.#repeats * 2 < count) {
      return { description: ['trace'], data: this.#bytes.subarray(0, count * uuidBytes) };
    }
    const categories = new CategoryBuilder();
    let id: string | null = null;
    for (let row = 0; row < count; row++) {
      if (this.#texts !== undefined) {
        id = this.#texts[row]!;
      } else if (row === 0 || !this.#isOfRowBefore(row)) {
        id = this.#text(row);
      }
      if (id !== null) {
        categories.set(row, id);
      }
    }
    return packCategories(categories, count);
  }

  reset(): void {
    this.#texts = undefined;
    this.#last = undefined;
    this.#repeats = 0;
  }

  #setBytes(row: number, traceId: string | null): boolean {
    const offset = row * uuidBytes;
    if (offset === this.#bytes.length) {
      this.#bytes = doubled(this.#bytes);
    }
    if (traceId === null) {
      this.#bytes.fill(0, offset, offset + uuidBytes);
      return true;
    }
    return traceId.length === 32 && traceId !== noTraceId && writeHex(traceId, 0, 32, this.#bytes, offset);
  }

  #isOfRowBefore(row: number): boolean {
    const start = row * uuidBytes;
    for (let at = start; at < start + uuidBytes; at++) {
      if (this.#bytes[at] !== this.#bytes[at - uuidBytes]) {
        return false;
      }
    }
    return true;
  }

  #text(row: number): string | null {
    const text = readHex(this.#bytes, row * uuidBytes);
    return text === noTraceId ? null : text;
  }
}

const initialRows = 16;
const noTraceId = '0'.repeat(32);

import { CategoryBuilder } from './columns.ts';
import { type PackedColumn, packCategories } from './pack.ts';
import { readUuid, uuidBytes, uuidClock, uuidTextLength, writeUuid } from './uuid-bytes.ts';

/**
 * The ids of a batch while it fills: 16 bytes a UUID, and what follows a `~`. Nothing of an event then outlives its
 * recording but bytes, which no garbage collection has to move. One id of another form makes them all text.
 */
export class IdColumn {
  #bytes = new Uint8Array(initialRows * uuidBytes);
  readonly #suffixes = new CategoryBuilder();
  #texts: string[] | undefined;

  /** `bytes`: of the id, where they are known. */
  set(row: number, id: string, bytes?: Uint8Array): void {
    if (this.#texts === undefined && !this.#setUuid(row, id, bytes)) {
      this.#texts = Array.from({ length: row }, (_, index) => this.#text(index));
    }
    if (this.#texts !== undefined) {
      this.#texts[row] = id;
    }
  }

  /** The clock in a row's id, milliseconds since 1970-01-01 UTC; `NaN` when the ids are no UUIDs. */
  clock(row: number): number {
    return this.#texts === undefined ? uuidClock(this.#bytes, row * uuidBytes) : Number.NaN;
  }

  /**
   * Ids as 16-byte UUIDs without the bytes they all share (ours share most of their clock and the part that names the
   * process), plus their suffixes; or text in the header.
   */
  pack(count: number): PackedColumn[] {
    if (this.#texts !== undefined) {
      return [{ description: ['text', this.#texts] }];
    }
    const bytes = this.#bytes;
    const own = differingBytes(bytes, count);
    const data = new Uint8Array(count * own.length);
    for (let row = 0, at = 0; row < count; row++) {
      for (let index = 0; index < own.length; index++, at++) {
        data[at] = bytes[row * uuidBytes + own[index]!]!;
      }
    }
    const suffix = packCategories(this.#suffixes, count);
    const shared = Array.from({ length: uuidBytes }, (_, byte) =>
      own.includes(byte) ? '--' : bytes[byte]!.toString(16).padStart(2, '0'),
    ).join('');
    return [
      { description: ['uuid', shared, ...suffix.description], data },
      ...(suffix.data === undefined ? [] : [{ description: [], data: suffix.data }]),
    ];
  }

  reset(): void {
    this.#texts = undefined;
    this.#suffixes.reset();
  }

  #setUuid(row: number, id: string, bytes?: Uint8Array): boolean {
    const offset = row * uuidBytes;
    if (offset === this.#bytes.length) {
      this.#bytes = doubled(this.#bytes);
    }
    if (bytes !== undefined) {
      for (let index = 0; index < uuidBytes; index++) {
        this.#bytes[offset + index] = bytes[index]!;
      }
      return true;
    }
    if (!writeUuid(id, this.#bytes, offset)) {
      return false;
    }
    if (id.length > uuidTextLength) {
      if (id[uuidTextLength] !== '~') {
        return false;
      }
      this.#suffixes.set(row, id.slice(uuidTextLength + 1));
    }
    return true;
  }

  #text(row: number): string {
    const suffix = this.#suffixes.textAt(row);
    const uuid = readUuid(this.#bytes, row * uuidBytes);
    return suffix === undefined ? uuid : `${uuid}~${suffix}`;
  }
}

/** Places of the bytes in which rows differ; at least the last, so that a row always costs bytes. */
function differingBytes(bytes: Uint8Array, count: number): readonly number[] {
  const differ = new Uint8Array(uuidBytes);
  for (let row = 1, at = uuidBytes; row < count; row++) {
    for (let byte = 0; byte < uuidBytes; byte++, at++) {
      differ[byte]! |= bytes[at]! ^ bytes[byte]!;
    }
  }
  differ[uuidBytes - 1] = 1;
  return Array.from(differ.keys()).filter((byte) => differ[byte] !== 0);
}

export function doubled(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(2 * bytes.length);
  grown.set(bytes);
  return grown;
}

const initialRows = 16;

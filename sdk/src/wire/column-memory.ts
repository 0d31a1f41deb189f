/** Where columns of a batch go that cannot stay where they lie in the frame. What an array holds at first is anything. */
export interface ColumnMemory {
  bytes(length: number): Uint8Array;
  numbers(length: number): Float64Array;
}

/** Each column in memory of its own. */
export const ownMemory: ColumnMemory = {
  bytes: (length) => new Uint8Array(length),
  numbers: (length) => new Float64Array(length),
};

/**
 * One piece of memory for the columns of one batch after the other, for who is done with a batch before the next: memory
 * of its own for each column is a fifth of what decoding costs, for somebody has to clear it and somebody to collect it.
 */
export class ReusedMemory implements ColumnMemory {
  readonly #buffer: ArrayBuffer;
  #used = 0;

  /** What does not fit into so many bytes gets memory of its own. */
  constructor(bytes: number) {
    this.#buffer = new ArrayBuffer(bytes);
  }

  /** Nobody looks at what it gave before: it may be given again. */
  reuse(): void {
    this.#used = 0;
  }

  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return at === null ? ownMemory.bytes(length) : new Uint8Array(this.#buffer, at, length);
  }

  numbers(length: number): Float64Array {
    const at = this.#take(length * Float64Array.BYTES_PER_ELEMENT);
    return at === null ? ownMemory.numbers(length) : new Float64Array(this.#buffer, at, length);
  }

  /** Where so many bytes begin, at a multiple of eight; `null` when there is no room. */
  #take(bytes: number): number | null {
    const at = this.#used;
    if (at + bytes > this.#buffer.byteLength) return null;
    this.#used = Math.ceil((at + bytes) / 8) * 8;
    return at;
  }
}

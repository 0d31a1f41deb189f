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
export class ReusedMemory<Buffer extends ArrayBufferLike = ArrayBufferLike> implements ColumnMemory {
  readonly buffer: Buffer;
  readonly #from: number;
  #end: number;

  /** The buffer from a multiple of eight on. What does not fit gets memory of its own. */
  constructor(buffer: Buffer, from = 0) {
    this.buffer = buffer;
    this.#from = from;
    this.#end = from;
  }

  /** Where the next column would begin: a multiple of eight. */
  get end(): number {
    return this.#end;
  }

  /** Nobody looks at what it gave before: it may be given again. */
  reuse(): void {
    this.#end = this.#from;
  }

  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return at === null ? ownMemory.bytes(length) : new Uint8Array(this.buffer, at, length);
  }

  numbers(length: number): Float64Array {
    const at = this.#take(length * Float64Array.BYTES_PER_ELEMENT);
    return at === null ? ownMemory.numbers(length) : new Float64Array(this.buffer, at, length);
  }

  /** Where so many bytes begin; `null` when there is no room. */
  #take(bytes: number): number | null {
    const at = this.#end;
    if (at + bytes > this.buffer.byteLength) return null;
    this.#end = Math.ceil((at + bytes) / 8) * 8;
    return at;
  }
}

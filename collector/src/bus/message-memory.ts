/**
 * Memory of messages that is used again: memory of its own for each is new to the processor every time, and somebody has to
 * collect it. Who gives nothing back loses nothing but that.
 */
export class MessageMemory {
  readonly #free: ArrayBuffer[] = [];

  /** At least so many bytes, with anything in them, from a multiple of eight on. */
  take(bytes: number): Uint8Array {
    if (bytes > usualBytes) return new Uint8Array(bytes);
    return new Uint8Array(this.#free.pop() ?? new ArrayBuffer(usualBytes), 0, bytes);
  }

  /** Nobody may look at these bytes any more, nor at what lies beside them. */
  giveBack({ buffer }: Uint8Array): void {
    const isOurs = buffer instanceof ArrayBuffer && buffer.byteLength === usualBytes;
    if (isOurs && this.#free.length < mostKept) this.#free.push(buffer);
  }
}

/** Room for the largest batch of an SDK. */
const usualBytes = 262_144 + 4_096;
/** More than may wait between broker and reader. */
const mostKept = 40;

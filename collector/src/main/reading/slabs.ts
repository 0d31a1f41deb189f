/**
 * Memory that is lent and used again, for a group of batches at a time: memory of its own for each batch would cost more
 * than filling it, for it is new to the processor every time, and somebody has to collect it.
 */
export class Slabs {
  readonly #bytes: number;
  readonly #most: number;
  readonly #free: SharedArrayBuffer[] = [];
  #lent = 0;

  /** At most `most` slabs, of so many `bytes` each. */
  constructor(bytes: number, most: number) {
    this.#bytes = bytes;
    this.#most = most;
  }

  get areAllLent(): boolean {
    return this.#lent >= this.#most;
  }

  /** What needs more room than a slab has gets memory of its own. */
  lend(atLeast: number): SharedArrayBuffer {
    this.#lent++;
    if (atLeast > this.#bytes) return new SharedArrayBuffer(atLeast);
    return this.#free.pop() ?? new SharedArrayBuffer(this.#bytes);
  }

  giveBack(slab: SharedArrayBuffer): void {
    this.#lent--;
    if (slab.byteLength === this.#bytes) this.#free.push(slab);
  }
}

import { batchNumberSpan } from '@plumbline/sdk/event';

/**
 * Which batches of one producer have been counted: the highest number, and for the 1,024 numbers up to it one bit each.
 *
 * Publishers retry, and a broker that lost its tail is sent everything again, long after it has forgotten the message
 * ids; this is what keeps a repeated batch from being counted twice. A producer has far fewer than 1,024 batches under
 * way, so a number below the window has been counted or was given up.
 */
export class SeenBatches {
  #highest = 0;
  /** Number n has bit n mod 1024. */
  readonly #bits = new Uint32Array(words);
  /** When the broker stored the last batch of this producer. */
  seenAt = 0;

  /** Marks a batch as counted; false when it was counted before, or is too old to tell. */
  add(batch: number): boolean {
    if (batch > this.#highest) {
      const first = Math.max(this.#highest + 1, batch - batchNumberSpan + 1);
      for (let number = first; number < batch; number++) this.#clear(number);
      this.#set(batch);
      this.#highest = batch;
      return true;
    }
    if (this.isTooOld(batch) || this.#has(batch)) return false;
    this.#set(batch);
    return true;
  }

  /** So far below the highest number that nobody can tell any more whether it was counted. */
  isTooOld(batch: number): boolean {
    return batch <= this.#highest - batchNumberSpan;
  }

  encode(): Uint8Array {
    const bytes = new Uint8Array(encodedBytes);
    const view = new DataView(bytes.buffer);
    view.setFloat64(0, this.#highest, true);
    view.setFloat64(8, this.seenAt, true);
    this.#bits.forEach((word, index) => void view.setUint32(16 + index * 4, word, true));
    return bytes;
  }

  static decode(bytes: Uint8Array): SeenBatches {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const seen = new SeenBatches();
    seen.#highest = view.getFloat64(0, true);
    seen.seenAt = view.getFloat64(8, true);
    for (let index = 0; index < words; index++) seen.#bits[index] = view.getUint32(16 + index * 4, true);
    return seen;
  }

  #has(batch: number): boolean {
    return ((this.#bits[wordOf(batch)]! >>> (batch % 32)) & 1) === 1;
  }

  #set(batch: number): void {
    this.#bits[wordOf(batch)]! |= 1 << (batch % 32);
  }

  #clear(batch: number): void {
    this.#bits[wordOf(batch)]! &= ~(1 << (batch % 32));
  }
}

const words = batchNumberSpan / 32;
const encodedBytes = 16 + words * 4;

function wordOf(batch: number): number {
  return Math.floor((batch % batchNumberSpan) / 32);
}

import { PlumblineError } from '../../errors.ts';

/** Bytes that grow as they are written. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  integers(values: Float64Array): void {
    this.#reserve(values.length * 10);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value === 0) {
        let end = i + 1;
        while (end < values.length && values[end] === 0) end++;
        this.byte(0);
        this.varint(end - i);
        i = end - 1;
      } else if (Number.isSafeInteger(value) && Number.isSafeInteger(value * 2)) {
        this.varint(value > 0 ? value * 2 : -value * 2 + 1);
      } else {
        this.byte(1);
        this.double(value);
      }
    }
  }

  doubles(values: Float64Array): void {
    this.#reserve(values.length * 8);
    for (const value of values) this.double(value);
  }

  text(value: string): void {
    const bytes = encoder.encode(value);
    this.varint(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads what `ByteWriter` wrote; anything else ends in `BAD_DATA`. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }

  integers(into: Float64Array): void {
    for (let i = 0; i < into.length; i++) {
      const token = this.varint();
      if (token === 0) {
        const run = this.varint();
        if (run < 1 || i + run > into.length) throw bad(`a run of ${run} zeros at number ${i} is out of bounds`);
        into.fill(0, i, i + run);
        i += run - 1;
      } else if (token === 1) {
        into[i] = this.double();
      } else {
        into[i] = token % 2 === 0 ? token / 2 : -(token - 1) / 2;
      }
    }
  }

  doubles(into: Float64Array): void {
    for (let i = 0; i < into.length; i++) into[i] = this.double();
  }

  text(): string {
    const length = this.varint();
    this.#need(length);
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return decoder.decode(bytes);
  }

  byte(): number {
    this.#need(1);
    return this.#bytes[this.#at++]!;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw bad(`${this.#bytes.length - this.#at} bytes are left over`);
  }

  double(): number {
    this.#need(8);
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  varint(): number {
    let value = 0;
    let unit = 1;
    for (let i = 0; i < 8; i++) {
      this.#need(1);
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 127) * unit;
      if (byte < 128) return value;
      unit *= 128;
    }
    throw bad('a number is longer than 8 bytes');
  }

  #need(more: number): void {
    if (this.#at + more > this.#bytes.length) throw bad('it ends too early');
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function bad(problem: string): PlumblineError {
  return new PlumblineError('BAD_DATA', `stored profile cannot be read: ${problem}`);
}

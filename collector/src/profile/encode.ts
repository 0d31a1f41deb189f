import { PlumblineError } from '../errors.ts';
import { createProfile, type Profile } from './profile.ts';
import type { ProfileShape } from './shape.ts';

/**
 * A profile as bytes, for the store. Format, version 1:
 * `P L P`, version byte, 16 bytes of the shape's id, counts, sums, minima and maxima (little-endian doubles).
 * Counts and sums are whole numbers: zigzag varints, a 0 byte starts a run of zeros (its length as a varint), and
 * a number beyond 2^53 is `1` followed by its double (1 would be the zigzag of -0).
 *
 * A window of 30 features takes 5-10 kB. The shape is not repeated in it: it belongs to the reference.
 */
export function encodeProfile(profile: Profile): Uint8Array {
  const writer = new Writer(4_096);
  for (const byte of magic) writer.byte(byte);
  for (const byte of shapeIdBytes(profile.shape.id)) writer.byte(byte);
  writer.integers(profile.counts);
  writer.integers(profile.sums);
  writer.doubles(profile.minima);
  writer.doubles(profile.maxima);
  return writer.finish();
}

/** Reads what `encodeProfile` wrote. Throws `BAD_DATA` on any other bytes, another version or another shape. */
export function decodeProfile(bytes: Uint8Array, shape: ProfileShape): Profile {
  const found = shapeIdOf(bytes);
  if (found !== shape.id) throw bad(`it was made with ${found}, not with ${shape.id}`);
  const profile = createProfile(shape);
  const reader = new Reader(bytes, magic.length + idBytes);
  reader.integers(profile.counts);
  reader.integers(profile.sums);
  reader.doubles(profile.minima);
  reader.doubles(profile.maxima);
  reader.end();
  return profile;
}

/** The id of the shape a stored profile was made with. */
export function shapeIdOf(bytes: Uint8Array): string {
  if (bytes.length < magic.length + idBytes) throw bad(`it has only ${bytes.length} bytes`);
  if (magic.slice(0, 3).some((byte, i) => bytes[i] !== byte)) throw bad('it does not start with "PLP"');
  if (bytes[3] !== magic[3]) throw bad(`its format version is ${bytes[3]}; this program reads version ${magic[3]}`);
  const id = bytes.subarray(magic.length, magic.length + idBytes);
  return `shape:${Buffer.from(id).toString('hex')}`;
}

const magic = [0x50, 0x4c, 0x50, 1];
const idBytes = 16;

function shapeIdBytes(id: string): Uint8Array {
  return Buffer.from(id.slice('shape:'.length), 'hex');
}

function bad(problem: string): PlumblineError {
  return new PlumblineError('BAD_DATA', `stored profile cannot be read: ${problem}`);
}

class Writer {
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
        this.#varint(end - i);
        i = end - 1;
      } else if (Number.isSafeInteger(value * 2)) {
        this.#varint(value > 0 ? value * 2 : -value * 2 + 1);
      } else {
        this.byte(1);
        this.#double(value);
      }
    }
  }

  doubles(values: Float64Array): void {
    this.#reserve(values.length * 8);
    for (const value of values) this.#double(value);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  #varint(value: number): void {
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

class Reader {
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
      const token = this.#varint();
      if (token === 0) {
        const run = this.#varint();
        if (run < 1 || i + run > into.length) throw bad(`a run of ${run} zeros at number ${i} is out of bounds`);
        into.fill(0, i, i + run);
        i += run - 1;
      } else if (token === 1) {
        into[i] = this.#double();
      } else {
        into[i] = token % 2 === 0 ? token / 2 : -(token - 1) / 2;
      }
    }
  }

  doubles(into: Float64Array): void {
    for (let i = 0; i < into.length; i++) into[i] = this.#double();
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw bad(`${this.#bytes.length - this.#at} bytes are left over`);
  }

  #double(): number {
    this.#need(8);
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  #varint(): number {
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

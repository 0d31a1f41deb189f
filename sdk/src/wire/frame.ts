import { isUtf8 } from 'node:buffer';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type ColumnMemory, ownMemory } from './column-memory.ts';
import { maxBatchBytes, maxHeaderBytes, maxRows } from './limits.ts';
import { RejectedError } from './rejection.ts';

/**
 * The frame: 16 fixed bytes, a JSON header, then the columns one after the other.
 *
 *   0  4  magic "PLMB"
 *   4  1  format version, 2 (1 is read too)
 *   5  1  kind: 1 inference, 2 outcome
 *   6  1  1 when the header is deflated (RFC 1951), else zero; always zero in version 1
 *   7  1  zero
 *   8  4  length of the header in bytes, as it stands here (little endian)
 *  12  4  rows (little endian)
 *  16  …  JSON header in UTF-8, then zeros up to a multiple of 8
 *      …  columns, each starting at the next multiple of its element's width, little endian
 */

export const formatVersion = 2;
export const frameKinds = { inference: 1, outcome: 2 } as const;
export type FrameKind = keyof typeof frameKinds;

export type ColumnData =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** Element types of a column by their name in the header. */
export const elementTypes = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  i16: Int16Array,
  u16: Uint16Array,
  i8: Int8Array,
  u8: Uint8Array,
} as const;
export type ElementName = keyof typeof elementTypes;

export function writeFrame(kind: FrameKind, rows: number, header: unknown, columns: readonly ColumnData[]): Uint8Array {
  const text = Buffer.from(JSON.stringify(header), 'utf8');
  const columnBytes = columns.reduce((sum, column) => sum + column.byteLength, 0);
  const deflated =
    text.length >= worthDeflating && text.length >= shareWorthDeflating * columnBytes && text.length <= maxHeaderBytes;
  const headerBytes = deflated ? deflateRawSync(text, deflateOptions) : text;
  const bodyOffset = alignedTo(8, preambleBytes + headerBytes.length);
  let size = bodyOffset;
  for (const column of columns) {
    size = alignedTo(column.BYTES_PER_ELEMENT, size) + column.byteLength;
  }
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  bytes.set(magic, 0);
  bytes[4] = formatVersion;
  bytes[5] = frameKinds[kind];
  bytes[6] = deflated ? 1 : 0;
  view.setUint32(8, headerBytes.length, true);
  view.setUint32(12, rows, true);
  bytes.set(headerBytes, preambleBytes);
  let offset = bodyOffset;
  for (const column of columns) {
    offset = alignedTo(column.BYTES_PER_ELEMENT, offset);
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), offset);
    if (!littleEndian) {
      swapBytes(bytes.subarray(offset, offset + column.byteLength), column.BYTES_PER_ELEMENT);
    }
    offset += column.byteLength;
  }
  return bytes;
}

/** Reads a frame front to back. Whatever does not fit throws a `RejectedError`; nothing is allocated on a promise. */
export class FrameReader {
  readonly kind: FrameKind;
  readonly rows: number;
  readonly header: unknown;
  /** Where columns go that are not views. */
  readonly memory: ColumnMemory;
  readonly #bytes: Uint8Array;
  #offset: number;

  constructor(received: Uint8Array, memory: ColumnMemory = ownMemory) {
    this.memory = memory;
    if (received.length > maxBatchBytes) {
      throw new RejectedError('TOO_LARGE', `the frame has ${received.length} bytes, the limit is ${maxBatchBytes}`);
    }
    if (received.length < preambleBytes || magic.some((byte, index) => received[index] !== byte)) {
      throw new RejectedError('BAD_FRAME', 'the bytes do not start as a columnar frame');
    }
    const version = received[4];
    if (version !== 1 && version !== formatVersion) {
      throw new RejectedError('UNSUPPORTED_VERSION', `the frame has version ${version}, this reader knows 1 and 2`);
    }
    const kind = (['inference', 'outcome'] as const).find((name) => frameKinds[name] === received[5]);
    if (kind === undefined || received[6]! > version - 1 || received[7] !== 0) {
      throw new RejectedError('BAD_FRAME', `bytes 5 to 7 are ${received.subarray(5, 8).join(', ')}: no known kind`);
    }
    // A payload is a view into what the socket gave: columns of 8-byte numbers need it at a multiple of 8.
    const aligned = received.byteOffset % 8 === 0 && littleEndian;
    this.#bytes = aligned ? received : new Uint8Array(received);
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    const headerLength = view.getUint32(8, true);
    this.kind = kind;
    this.rows = view.getUint32(12, true);
    this.#offset = alignedTo(8, preambleBytes + headerLength);
    if (this.#offset > this.#bytes.length) {
      throw new RejectedError('BAD_FRAME', `cut off: the header needs ${headerLength} bytes`);
    }
    if (this.rows === 0) {
      throw new RejectedError('EMPTY_BATCH', 'the frame has no rows');
    }
    if (this.rows > maxRows) {
      throw new RejectedError('TOO_LARGE', `the frame has ${this.rows} rows, the limit is ${maxRows}`);
    }
    const stored = this.#bytes.subarray(preambleBytes, preambleBytes + headerLength);
    this.header = parseHeader(received[6] === 1 ? inflated(stored) : stored);
  }

  /** The next column: `length` elements, as a view when the machine is little endian. */
  take<Name extends ElementName>(element: Name, length: number): InstanceType<(typeof elementTypes)[Name]> {
    const type = elementTypes[element];
    const start = alignedTo(type.BYTES_PER_ELEMENT, this.#offset);
    const end = start + length * type.BYTES_PER_ELEMENT;
    if (end > this.#bytes.length) {
      throw new RejectedError('BAD_FRAME', `cut off: a column ends at byte ${end} of ${this.#bytes.length}`);
    }
    this.#offset = end;
    if (!littleEndian) {
      swapBytes(this.#bytes.subarray(start, end), type.BYTES_PER_ELEMENT);
    }
    // The table maps each name to its own array type, which the compiler cannot follow through the index.
    return new type(this.#bytes.buffer as ArrayBuffer, this.#bytes.byteOffset + start, length) as InstanceType<
      (typeof elementTypes)[Name]
    >;
  }

  /** Every byte must have been asked for: bytes left over mean the reader and the writer disagree. */
  finish(): void {
    if (this.#offset !== this.#bytes.length) {
      throw new RejectedError(
        'BAD_FRAME',
        `${this.#bytes.length - this.#offset} bytes are left over after the columns`,
      );
    }
  }
}

const preambleBytes = 16;
/** Names and dictionaries repeat themselves: a header of thirty features shrinks to a quarter. */
const worthDeflating = 512;
/** A header that is a smaller share of its batch stays as it is: deflating it takes a tenth of encoding and a sixth of decoding. */
const shareWorthDeflating = 1 / 100;
/** Fast, and little memory to set up: headers are small. */
const deflateOptions = { level: 1, windowBits: 12, memLevel: 5, chunkSize: 2_048 };
const magic = Uint8Array.from('PLMB', (character) => character.charCodeAt(0));
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function alignedTo(width: number, offset: number): number {
  return Math.ceil(offset / width) * width;
}

function inflated(bytes: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(bytes, { maxOutputLength: maxHeaderBytes });
  } catch (error) {
    throw new RejectedError(
      'BAD_HEADER',
      `the header does not inflate: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function parseHeader(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) {
    throw new RejectedError('BAD_HEADER', 'the header is not UTF-8');
  }
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  } catch (error) {
    throw new RejectedError('BAD_HEADER', `the header is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/** In place, for the few big-endian machines Node still runs on. */
function swapBytes(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (width === 8) {
    buffer.swap64();
  } else if (width === 4) {
    buffer.swap32();
  } else if (width === 2) {
    buffer.swap16();
  }
}

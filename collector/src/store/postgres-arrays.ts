/**
 * Arrays as PostgreSQL sends and takes them in binary: dimensions, has nulls, type of the elements, length, lower bound,
 * then each element as its length and its bytes, all big-endian (PostgreSQL source, `array_recv` in arrayfuncs.c). One
 * parameter for thousands of rows: the statement stays the same whatever their number, and bytes stay bytes.
 */

const bytesType = 17;
const integerType = 23;
const textType = 25;
const headerBytes = 20;

export function bytesArray(items: readonly Uint8Array[]): Buffer {
  return encodeArray(bytesType, items);
}

export function textArray(items: readonly string[]): Buffer {
  return encodeArray(
    textType,
    items.map((item) => Buffer.from(item)),
  );
}

/** 32-bit integers. */
export function integerArray(items: readonly number[]): Buffer {
  return encodeArray(
    integerType,
    items.map((item) => {
      const bytes = Buffer.allocUnsafe(4);
      bytes.writeInt32BE(item);
      return bytes;
    }),
  );
}

function encodeArray(type: number, items: readonly Uint8Array[]): Buffer {
  const size = items.reduce((sum, item) => sum + 4 + item.byteLength, headerBytes);
  const encoded = Buffer.allocUnsafe(size);
  encoded.writeInt32BE(1, 0);
  encoded.writeInt32BE(0, 4);
  encoded.writeInt32BE(type, 8);
  encoded.writeInt32BE(items.length, 12);
  encoded.writeInt32BE(1, 16);
  let at = headerBytes;
  for (const item of items) {
    at = encoded.writeInt32BE(item.byteLength, at);
    encoded.set(item, at);
    at += item.byteLength;
  }
  return encoded;
}

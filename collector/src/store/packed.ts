import type { Collection } from './port.ts';

/** A value that is mostly bytes, with a small JSON header in front that says what the bytes are. */
export interface Packed<Header> {
  readonly header: Header;
  readonly bytes: Uint8Array;
}

/** A collection of packed values: 4 bytes length of the header (little-endian), header, bytes. */
export function packed<Header>(name: string): Collection<Packed<Header>> {
  return {
    name,
    encode: ({ header, bytes }) => {
      const text = Buffer.from(JSON.stringify(header));
      const value = new Uint8Array(4 + text.length + bytes.length);
      new DataView(value.buffer).setUint32(0, text.length, true);
      value.set(text, 4);
      value.set(bytes, 4 + text.length);
      return value;
    },
    decode: (value) => {
      const length = new DataView(value.buffer, value.byteOffset).getUint32(0, true);
      const text = new TextDecoder().decode(value.subarray(4, 4 + length));
      // The header was written by `encode` above.
      return { header: JSON.parse(text) as Header, bytes: value.subarray(4 + length) };
    },
  };
}

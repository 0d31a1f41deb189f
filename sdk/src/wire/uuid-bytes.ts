/** UUIDs between their text (lower case, 36 characters) and 16 bytes. */

export const uuidTextLength = 36;
export const uuidBytes = 16;

/** Writes 16 bytes at `offset` and says true, or says false when the first 36 characters are no lower-case UUID. */
export function writeUuid(text: string, into: Uint8Array, offset: number): boolean {
  return (
    text.length >= uuidTextLength &&
    writeHex(text, 0, 8, into, offset) &&
    text.charCodeAt(8) === dash &&
    writeHex(text, 9, 13, into, offset + 4) &&
    text.charCodeAt(13) === dash &&
    writeHex(text, 14, 18, into, offset + 6) &&
    text.charCodeAt(18) === dash &&
    writeHex(text, 19, 23, into, offset + 8) &&
    text.charCodeAt(23) === dash &&
    writeHex(text, 24, 36, into, offset + 10)
  );
}

/** Writes the bytes that lower-case hexadecimal digits name, or says false when one is something else. */
export function writeHex(text: string, from: number, end: number, into: Uint8Array, offset: number): boolean {
  let position = offset;
  for (let index = from; index < end; index += 2) {
    const high = text.charCodeAt(index);
    const low = text.charCodeAt(index + 1);
    if ((high | low) > 0x7f) {
      return false;
    }
    const value = (hexValues[high]! << 4) | hexValues[low]!;
    if (value > 0xff) {
      return false;
    }
    into[position] = value;
    position += 1;
  }
  return true;
}

/**
 * The text of the UUID at an offset. One call with every character is the fastest way to a flat string: slices of a
 * long string are cheaper to make, but slower wherever they are hashed or compared afterwards.
 */
export function readUuid(b: Uint8Array, o: number): string {
  // biome-ignore format: one group of a UUID a line
  return String.fromCharCode(
    high[b[o]!]!, low[b[o]!]!, high[b[o + 1]!]!, low[b[o + 1]!]!,
    high[b[o + 2]!]!, low[b[o + 2]!]!, high[b[o + 3]!]!, low[b[o + 3]!]!,
    dash,
    high[b[o + 4]!]!, low[b[o + 4]!]!, high[b[o + 5]!]!, low[b[o + 5]!]!,
    dash,
    high[b[o + 6]!]!, low[b[o + 6]!]!, high[b[o + 7]!]!, low[b[o + 7]!]!,
    dash,
    high[b[o + 8]!]!, low[b[o + 8]!]!, high[b[o + 9]!]!, low[b[o + 9]!]!,
    dash,
    high[b[o + 10]!]!, low[b[o + 10]!]!, high[b[o + 11]!]!, low[b[o + 11]!]!,
    high[b[o + 12]!]!, low[b[o + 12]!]!, high[b[o + 13]!]!, low[b[o + 13]!]!,
    high[b[o + 14]!]!, low[b[o + 14]!]!, high[b[o + 15]!]!, low[b[o + 15]!]!,
  );
}

/** 16 bytes at an offset as 32 hexadecimal digits. */
export function readHex(b: Uint8Array, o: number): string {
  // biome-ignore format: four bytes a line
  return String.fromCharCode(
    high[b[o]!]!, low[b[o]!]!, high[b[o + 1]!]!, low[b[o + 1]!]!,
    high[b[o + 2]!]!, low[b[o + 2]!]!, high[b[o + 3]!]!, low[b[o + 3]!]!,
    high[b[o + 4]!]!, low[b[o + 4]!]!, high[b[o + 5]!]!, low[b[o + 5]!]!,
    high[b[o + 6]!]!, low[b[o + 6]!]!, high[b[o + 7]!]!, low[b[o + 7]!]!,
    high[b[o + 8]!]!, low[b[o + 8]!]!, high[b[o + 9]!]!, low[b[o + 9]!]!,
    high[b[o + 10]!]!, low[b[o + 10]!]!, high[b[o + 11]!]!, low[b[o + 11]!]!,
    high[b[o + 12]!]!, low[b[o + 12]!]!, high[b[o + 13]!]!, low[b[o + 13]!]!,
    high[b[o + 14]!]!, low[b[o + 14]!]!, high[b[o + 15]!]!, low[b[o + 15]!]!,
  );
}

/** The clock of a UUIDv7's text, milliseconds since 1970-01-01 UTC; `NaN` when the text does not start as one. */
export function uuidMilliseconds(text: string): number {
  let milliseconds = 0;
  for (let index = 0; index < 13; index++) {
    const code = text.charCodeAt(index);
    if (index === 8) {
      continue;
    }
    const digit = code <= 0x7f ? hexValues[code]! : 0x100;
    if (digit > 0xf) {
      return Number.NaN;
    }
    milliseconds = milliseconds * 16 + digit;
  }
  return milliseconds;
}

/** The clock of a UUIDv7's bytes: its first 48 bits, milliseconds since 1970-01-01 UTC. */
export function uuidClock(b: Uint8Array, o: number): number {
  const high = ((b[o]! << 24) | (b[o + 1]! << 16) | (b[o + 2]! << 8) | b[o + 3]!) >>> 0;
  return high * 65_536 + ((b[o + 4]! << 8) | b[o + 5]!);
}

const dash = 0x2d;
const hexDigits = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** Value of each hexadecimal digit by character code; anything else is larger than a byte can be. */
const hexValues = new Uint16Array(128).fill(0x100);
for (const [value, code] of hexDigits.entries()) {
  hexValues[code] = value;
}
/** The two digits of each byte, as character codes. */
const high = Uint8Array.from({ length: 256 }, (_, byte) => hexDigits[byte >> 4]!);
const low = Uint8Array.from({ length: 256 }, (_, byte) => hexDigits[byte & 0xf]!);

export { high as highDigits, low as lowDigits };

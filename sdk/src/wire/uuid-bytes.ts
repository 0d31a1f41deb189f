/** UUIDs between their text (lower case, 36 characters) and 16 bytes; many at once, because the cost is per call. */

export const uuidTextLength = 36;
export const uuidBytes = 16;

/** Writes 16 bytes at `offset` and says true, or says false when the first 36 characters are no lower-case UUID. */
export function writeUuid(text: string, into: Uint8Array, offset: number): boolean {
  if (text.length < uuidTextLength) {
    return false;
  }
  let position = offset;
  for (let character = 0; character < uuidTextLength; ) {
    if (character === 8 || character === 13 || character === 18 || character === 23) {
      if (text.charCodeAt(character) !== dash) {
        return false;
      }
      character += 1;
    }
    const value =
      (hexValues[text.charCodeAt(character) & 0x7f]! << 4) | hexValues[text.charCodeAt(character + 1) & 0x7f]!;
    if (value > 0xff || text.charCodeAt(character) > 0x7f || text.charCodeAt(character + 1) > 0x7f) {
      return false;
    }
    into[position] = value;
    position += 1;
    character += 2;
  }
  return true;
}

/** Texts of `count` UUIDs of 16 bytes each. */
export function readUuids(bytes: Uint8Array, count: number): string[] {
  const text = Buffer.allocUnsafe(count * uuidTextLength);
  let to = 0;
  for (let row = 0; row < count; row++) {
    for (let byte = 0; byte < uuidBytes; byte++) {
      if (byte === 4 || byte === 6 || byte === 8 || byte === 10) {
        text[to++] = dash;
      }
      const value = bytes[row * uuidBytes + byte]!;
      text[to++] = hexDigits[value >> 4]!;
      text[to++] = hexDigits[value & 0xf]!;
    }
  }
  const all = text.toString('latin1', 0, to);
  return Array.from({ length: count }, (_, row) => all.substring(row * uuidTextLength, (row + 1) * uuidTextLength));
}

const dash = 0x2d;
const hexDigits = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** Value of each hexadecimal digit by character code; anything else is larger than a byte can be. */
const hexValues = new Uint16Array(128).fill(0x100);
for (const [value, code] of hexDigits.entries()) {
  hexValues[code] = value;
}

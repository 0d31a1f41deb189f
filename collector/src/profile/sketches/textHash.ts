/**
 * Hashes of texts, the same on every machine, for summaries that pick or count values by their hash. Not for secrets.
 *
 * Source: multiply and xor over UTF-16 code units after Fowler, Noll and Vo 1991; last mixing by Appleby 2011 (MurmurHash3).
 */

/** 32 bits. `seed` chooses one of many independent hashes. */
export function hash32(text: string, seed: number): number {
  let hash = seed ^ offsetBasis;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), prime);
  return mix(hash, text.length);
}

/** `hash32` of a UUID's text, from its 16 bytes at an offset: the text need not be made. */
export function hashUuid(bytes: Uint8Array, offset: number, seed: number): number {
  let hash = seed ^ offsetBasis;
  for (let place = 0; place < 16; place++) {
    hash = addByte(hash, bytes[offset + place]!);
    if (endsInDash(place)) hash = Math.imul(hash ^ dash, prime);
  }
  return mix(hash, uuidTextLength);
}

/**
 * `hashUuid` of the UUIDs of these rows, 16 bytes each, in their order. Every step of a hash waits for the one before, so
 * four are under way at a time: that takes about half of the time.
 */
export function hashUuids(bytes: Uint8Array, rows: Int32Array, seed: number, into: Uint32Array): void {
  const whole = rows.length - (rows.length % 4);
  for (let i = 0; i < whole; i += 4) {
    let a = seed ^ offsetBasis;
    let b = a;
    let c = a;
    let d = a;
    const atA = rows[i]! * 16;
    const atB = rows[i + 1]! * 16;
    const atC = rows[i + 2]! * 16;
    const atD = rows[i + 3]! * 16;
    for (let place = 0; place < 16; place++) {
      a = addByte(a, bytes[atA + place]!);
      b = addByte(b, bytes[atB + place]!);
      c = addByte(c, bytes[atC + place]!);
      d = addByte(d, bytes[atD + place]!);
      if (!endsInDash(place)) continue;
      a = Math.imul(a ^ dash, prime);
      b = Math.imul(b ^ dash, prime);
      c = Math.imul(c ^ dash, prime);
      d = Math.imul(d ^ dash, prime);
    }
    into[i] = mix(a, uuidTextLength);
    into[i + 1] = mix(b, uuidTextLength);
    into[i + 2] = mix(c, uuidTextLength);
    into[i + 3] = mix(d, uuidTextLength);
  }
  for (let i = whole; i < rows.length; i++) into[i] = hashUuid(bytes, rows[i]! * 16, seed);
}

function addByte(hash: number, byte: number): number {
  return Math.imul(Math.imul(hash ^ highDigit[byte]!, prime) ^ lowDigit[byte]!, prime);
}

/** Is there a dash behind the digits of this byte? */
function endsInDash(place: number): boolean {
  return place === 3 || place === 5 || place === 7 || place === 9;
}

function mix(fnv: number, length: number): number {
  let hash = Math.imul(fnv ^ length, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The two seeds of 64-bit hashes: high half, low half. */
export const highSeed = 0;
export const lowSeed = 0x5bd1e995;

const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;
const dash = 0x2d;
const uuidTextLength = 36;
const hexDigits = '0123456789abcdef';
const highDigit = Uint8Array.from({ length: 256 }, (_, byte) => hexDigits.charCodeAt(byte >> 4));
const lowDigit = Uint8Array.from({ length: 256 }, (_, byte) => hexDigits.charCodeAt(byte & 15));

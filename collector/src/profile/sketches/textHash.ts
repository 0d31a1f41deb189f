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
  for (let i = 0; i < 16; i++) {
    const byte = bytes[offset + i]!;
    hash = Math.imul(hash ^ highDigit[byte]!, prime);
    hash = Math.imul(hash ^ lowDigit[byte]!, prime);
    if (i === 3 || i === 5 || i === 7 || i === 9) hash = Math.imul(hash ^ dash, prime);
  }
  return mix(hash, uuidTextLength);
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

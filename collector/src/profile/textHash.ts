/**
 * Hashes of texts, the same on every machine, for summaries that pick or count values by their hash. Not for secrets.
 *
 * Source: multiply and xor over UTF-16 code units after Fowler, Noll and Vo 1991; last mixing by Appleby 2011 (MurmurHash3).
 */

/** 32 bits. `seed` chooses one of many independent hashes. */
export function hash32(text: string, seed: number): number {
  let hash = seed ^ 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ text.length, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The two seeds of 64-bit hashes: high half, low half. */
export const highSeed = 0;
export const lowSeed = 0x5bd1e995;

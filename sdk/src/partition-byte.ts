import { highDigits, lowDigits, uuidBytes } from './wire/uuid-bytes.ts';

/**
 * What to end a UUID with so that its text lies in the partition, as `partitionOf` tells it: a process whose events of one
 * moment share a partition sends few large batches instead of many small ones.
 *
 * Bytes are tried from the last one of `uuid` on, in random steps: every byte that fits is as likely as the others. Where
 * none does, which takes hundreds of partitions, the last one stays.
 */
export function lastByteIn(partition: number, partitions: number, uuid: Uint8Array, step: number): number {
  const before = hashBefore(uuid);
  // A remainder by a power of two, which the number of partitions is as good as always, is much cheaper as a mask.
  const mask = (partitions & (partitions - 1)) === 0 ? partitions - 1 : 0;
  const odd = step | 1;
  let byte = uuid[uuidBytes - 1]!;
  for (let tries = 0; tries < 256; tries++) {
    const hash = Math.imul(Math.imul(before ^ highDigits[byte]!, prime) ^ lowDigits[byte]!, prime);
    if ((mask === 0 ? (hash >>> 0) % partitions : hash & mask) === partition) {
      return byte;
    }
    byte = (byte + odd) & 0xff;
  }
  return byte;
}

/** FNV-1a of the text up to its last byte. */
function hashBefore(uuid: Uint8Array): number {
  let hash = hashed(offsetBasis, uuid, 0, 4);
  hash = hashed(withDash(hash), uuid, 4, 6);
  hash = hashed(withDash(hash), uuid, 6, 8);
  hash = hashed(withDash(hash), uuid, 8, 10);
  return hashed(withDash(hash), uuid, 10, uuidBytes - 1);
}

/** Goes on with the digits of the bytes. */
function hashed(before: number, uuid: Uint8Array, from: number, end: number): number {
  let hash = before;
  for (let index = from; index < end; index++) {
    const byte = uuid[index]!;
    hash = Math.imul(Math.imul(hash ^ highDigits[byte]!, prime) ^ lowDigits[byte]!, prime);
  }
  return hash;
}

function withDash(hash: number): number {
  return Math.imul(hash ^ dash, prime);
}

const dash = 0x2d;
const offsetBasis = 0x811c9dc5 | 0;
const prime = 0x01000193;

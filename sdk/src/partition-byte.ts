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
  let hash = 0x811c9dc5 | 0;
  for (let index = 0; index < uuidBytes - 1; index++) {
    if (index === 4 || index === 6 || index === 8 || index === 10) {
      hash = Math.imul(hash ^ dash, prime);
    }
    const byte = uuid[index]!;
    hash = Math.imul(Math.imul(hash ^ highDigits[byte]!, prime) ^ lowDigits[byte]!, prime);
  }
  return hash;
}

const dash = 0x2d;
const prime = 0x01000193;

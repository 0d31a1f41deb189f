import { randomFillSync } from 'node:crypto';
import { readUuid, uuidBytes } from './wire/uuid-bytes.ts';

/** Fills the array with random bytes. */
export type FillRandom = (bytes: Uint8Array) => void;

/**
 * UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, a 12-bit counter, 62 random bits. Those of one maker grow, also
 * within a millisecond and when the clock steps back, so that stores that keep ids in order only ever append.
 */
export function createUuidMaker(clock: () => number = Date.now, random: FillRandom = fillFromPool): () => string {
  const bytes = new Uint8Array(uuidBytes);
  let milliseconds = 0;
  let counter = 0;
  return () => {
    const now = Math.min(Math.max(0, Math.floor(clock())), maxMilliseconds);
    random(bytes);
    if (now > milliseconds) {
      milliseconds = now;
      // Starting in the lower half leaves room to count up.
      counter = (bytes[6]! << 3) | (bytes[7]! & 7);
    } else if (counter < maxCounter) {
      counter += 1;
    } else {
      milliseconds += 1;
      counter = 0;
    }
    const seconds = Math.floor(milliseconds / 2 ** 16);
    bytes[0] = seconds >>> 24;
    bytes[1] = seconds >>> 16;
    bytes[2] = seconds >>> 8;
    bytes[3] = seconds;
    bytes[4] = milliseconds >>> 8;
    bytes[5] = milliseconds;
    bytes[6] = 0x70 | (counter >>> 8);
    bytes[7] = counter;
    bytes[8] = 0x80 | (bytes[8]! & 0x3f);
    return readUuid(bytes, 0);
  };
}

const maxMilliseconds = 2 ** 48 - 1;
const maxCounter = 0xfff;

/** System randomness, fetched in blocks because the cost is per call. */
function fillFromPool(bytes: Uint8Array): void {
  if (used + bytes.length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  bytes.set(pool.subarray(used, used + bytes.length));
  used += bytes.length;
}

const pool = new Uint8Array(4096);
let used = pool.length;

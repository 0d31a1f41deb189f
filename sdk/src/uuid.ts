import { randomFillSync } from 'node:crypto';
import { lastByteIn } from './partition-byte.ts';
import { readUuid, uuidBytes } from './wire/uuid-bytes.ts';

/** Fills the array with random bytes. */
export type FillRandom = (bytes: Uint8Array) => void;

export interface MakeUuid {
  /** An id of the time, default now; where a partition is given, one that lies in it. */
  (time?: number, partition?: number, partitions?: number): string;
  /** The 16 bytes of the id that was made last, until the next is: they need not be read out of its text. */
  bytesOf(id: string): Uint8Array | undefined;
}

/**
 * UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, a 12-bit counter, 30 random bits that are the maker's own, 32
 * random bits that are each id's own. Those of one maker grow, also within a millisecond and when the clock steps back,
 * so that stores that keep ids in order only ever append.
 *
 * Ids of two makers collide as seldom as with 62 fresh bits; the bits that a maker's ids share cost nothing on the wire.
 * The 32 fresh ones keep somebody who was shown an id from naming the next: at best one guess in four billion is right,
 * and one in 250 million where one partition of 16 was wanted.
 */
export function createUuidMaker(clock: () => number = Date.now, random: FillRandom = randomFillSync): MakeUuid {
  const bytes = new Uint8Array(uuidBytes);
  // System randomness, fetched in blocks because the cost is per call.
  const pool = new Uint8Array(poolBytes);
  let used = poolBytes;
  let milliseconds = 0;
  let counter = 0;
  let newest = '';
  random(bytes);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const make = (time = clock(), partition = 0, partitions = 1) => {
    const now = Math.min(Math.max(0, Math.floor(time)), maxMilliseconds);
    if (used + 5 > poolBytes) {
      random(pool);
      used = 0;
    }
    bytes[12] = pool[used]!;
    bytes[13] = pool[used + 1]!;
    bytes[14] = pool[used + 2]!;
    bytes[15] = pool[used + 3]!;
    const step = pool[used + 4]!;
    used += 5;
    if (now > milliseconds) {
      milliseconds = now;
      counter = 0;
      writeTime(bytes, milliseconds);
    } else if (counter < maxCounter) {
      counter += 1;
    } else {
      milliseconds += 1;
      counter = 0;
      writeTime(bytes, milliseconds);
    }
    bytes[6] = 0x70 | (counter >>> 8);
    bytes[7] = counter;
    if (partitions > 1) {
      bytes[15] = lastByteIn(partition, partitions, bytes, step);
    }
    newest = readUuid(bytes, 0);
    return newest;
  };
  return Object.assign(make, { bytesOf: (id: string) => (id === newest ? bytes : undefined) });
}

function writeTime(bytes: Uint8Array, milliseconds: number): void {
  const high = Math.floor(milliseconds / 2 ** 16);
  bytes[0] = high >>> 24;
  bytes[1] = high >>> 16;
  bytes[2] = high >>> 8;
  bytes[3] = high;
  bytes[4] = milliseconds >>> 8;
  bytes[5] = milliseconds;
}

const maxMilliseconds = 2 ** 48 - 1;
const maxCounter = 0xfff;
const poolBytes = 4096;

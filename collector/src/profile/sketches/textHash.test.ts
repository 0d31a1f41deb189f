import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hash32, hashUuid, highSeed, lowSeed } from './textHash.ts';

test('a UUID has the same hash as bytes and as text (property)', () => {
  fc.assert(
    fc.property(fc.uuid(), (uuid) => {
      const bytes = Uint8Array.from([0, 0, 0, ...Buffer.from(uuid.replaceAll('-', ''), 'hex')]);
      for (const seed of [highSeed, lowSeed]) expect(hashUuid(bytes, 3, seed)).toBe(hash32(uuid, seed));
    }),
  );
});

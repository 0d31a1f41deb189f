import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hash32, hashUuid, hashUuids, highSeed, lowSeed } from './textHash.ts';

test('a UUID has the same hash as bytes and as text (property)', () => {
  fc.assert(
    fc.property(fc.uuid(), (uuid) => {
      const bytes = Uint8Array.from([0, 0, 0, ...Buffer.from(uuid.replaceAll('-', ''), 'hex')]);
      for (const seed of [highSeed, lowSeed]) expect(hashUuid(bytes, 3, seed)).toBe(hash32(uuid, seed));
    }),
  );
});

test('UUIDs have the same hashes together as one by one, however many they are and in whatever order (property)', () => {
  const ids = fc.array(fc.uuid(), { minLength: 1, maxLength: 13 });
  fc.assert(
    fc.property(ids, fc.infiniteStream(fc.nat()), (uuids, places) => {
      const bytes = Uint8Array.from(Buffer.from(uuids.join('').replaceAll('-', ''), 'hex'));
      const rows = Int32Array.from(uuids, () => places.next().value % uuids.length);
      const hashes = new Uint32Array(rows.length);
      hashUuids(bytes, rows, lowSeed, hashes);
      expect([...hashes]).toEqual(Array.from(rows, (row) => hash32(uuids[row]!, lowSeed)));
    }),
  );
});

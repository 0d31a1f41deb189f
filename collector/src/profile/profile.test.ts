import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allRows,
  buildReference,
  createProfile,
  decodeProfile,
  encodeProfile,
  foldInferences,
  foldOutcome,
  joinEntryOf,
  mergeInto,
  mergeProfiles,
  type Profile,
} from './index.ts';
import { batchOf, type SampleRow, sampleBatch, sampleFeatures } from './sampleBatch.ts';

const { shape } = buildReference(
  [sampleBatch(2_000, 1)],
  Array.from({ length: 500 }, (_, i) => ({ inferenceId: `1-${i}`, label: i % 3 === 0 ? '1' : '0' })),
  { task: 'binary_classification', windowMs: 3_600_000 },
);

/** Rows as hostile as rows get: huge, denormal, missing, invalid, unseen. */
const wildNumber = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer({ min: -5, max: 50_000 }),
  fc.constantFrom(null, 0, -0, 5e-324, 1.7e308, -1.7e308, 2 ** 53),
);
const wildRow: fc.Arbitrary<SampleRow & { label: string | null }> = fc.record({
  id: fc.uuid(),
  time: fc.integer({ min: 0, max: 1e13 }),
  features: fc.record({
    income: wildNumber,
    visits: wildNumber,
    region: fc.constantFrom('north', 'south', 'atlantis', '', null),
  }),
  prediction: fc.constantFrom('0', '1', null),
  score: wildNumber,
  groups: fc.constantFrom({}, { sex: 'female' }, { sex: 'male' }, { sex: 'unknown' }),
  latencyMs: wildNumber,
  error: fc.constantFrom(null, 'timeout'),
  label: fc.constantFrom('0', '1', null),
});
const wildRows = fc.array(wildRow, { maxLength: 40 });

function profileOf(rows: readonly (SampleRow & { label: string | null })[]): Profile {
  const profile = createProfile(shape);
  const batch = batchOf(rows, sampleFeatures);
  foldInferences(profile, batch, allRows(batch));
  rows.forEach((row, i) => {
    if (row.label !== null) foldOutcome(profile, joinEntryOf(batch, i), row.label);
  });
  return profile;
}

describe('profile', () => {
  it('does not depend on how rows are sharded', () => {
    fc.assert(
      fc.property(fc.array(wildRows, { maxLength: 5 }), (shards) => {
        const merged = createProfile(shape);
        for (const shard of shards) mergeInto(merged, profileOf(shard));
        expect(merged).toEqual(profileOf(shards.flat()));
      }),
    );
  });

  it('does not depend on the order of merging', () => {
    fc.assert(
      fc.property(wildRows, wildRows, wildRows, (x, y, z) => {
        const [a, b, c] = [profileOf(x), profileOf(y), profileOf(z)];
        expect(mergeProfiles(a, b)).toEqual(mergeProfiles(b, a));
        expect(mergeProfiles(mergeProfiles(a, b), c)).toEqual(mergeProfiles(a, mergeProfiles(b, c)));
        expect(mergeProfiles(a, createProfile(shape))).toEqual(a);
      }),
    );
  });

  it('is the same to the last bit for ordinary traffic in any order', () => {
    const rows = Array.from({ length: 5_000 }, (_, i) => (i * 2_311) % 5_000);
    const batch = sampleBatch(5_000, 9);
    const forwards = createProfile(shape);
    foldInferences(forwards, batch, allRows(batch));
    const shuffled = createProfile(shape);
    for (let start = 0; start < rows.length; start += 137) {
      foldInferences(shuffled, batch, Int32Array.from(rows.slice(start, start + 137)));
    }
    expect(shuffled).toEqual(forwards);
    expect(encodeProfile(shuffled)).toEqual(encodeProfile(forwards));
  });

  it('survives being written and read', () => {
    fc.assert(
      fc.property(wildRows, (rows) => {
        const profile = profileOf(rows);
        expect(decodeProfile(encodeProfile(profile), shape)).toEqual(profile);
      }),
    );
  });

  it('never holds NaN', () => {
    fc.assert(
      fc.property(wildRows, (rows) => {
        const { counts, sums } = profileOf(rows);
        expect(counts.every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
        expect(sums.every(Number.isFinite)).toBe(true);
      }),
    );
  });

  it('refuses to merge with one of another shape', () => {
    const other = buildReference([sampleBatch(100, 2)], [], { task: 'binary_classification', windowMs: 1_000 });
    expect(() => mergeInto(createProfile(shape), other.profile)).toThrow(/different shapes/);
  });
});

describe('a stored profile', () => {
  const bytes = encodeProfile(profileOf([]));

  it('takes little room', () => {
    expect(encodeProfile(profileOf([])).length).toBeLessThan(270);
    const window = createProfile(shape);
    const batch = sampleBatch(1_000, 4);
    foldInferences(window, batch, allRows(batch));
    // 1.2 kB for a sample of ids; 40 kB for 30 features would leave 1.3 kB for each of these 6 signals.
    expect(encodeProfile(window).length).toBeLessThan(2_500);
  });

  it.each([
    ['is cut short', (good: Uint8Array) => good.slice(0, -3), /ends too early/],
    ['is empty', () => new Uint8Array(0), /only 0 bytes/],
    ['has bytes left over', (good: Uint8Array) => Uint8Array.of(...good, 1), /1 bytes are left over/],
    ['is something else', (good: Uint8Array) => good.with(0, 0x7b), /does not start with "PLP"/],
    ['is of a later version', (good: Uint8Array) => good.with(3, 7), /format version is 7/],
    ['has another shape', (good: Uint8Array) => good.with(6, good[6]! ^ 1), /was made with shape:/],
    ['has a run of zeros beyond its end', (good: Uint8Array) => good.with(21, 0xff), /out of bounds|ends too early/],
  ])('is refused when it %s', (_, damage, message) => {
    expect(() => decodeProfile(damage(bytes), shape)).toThrow(message);
    expect(() => decodeProfile(damage(bytes), shape)).toThrow(expect.objectContaining({ code: 'BAD_DATA' }));
  });
});

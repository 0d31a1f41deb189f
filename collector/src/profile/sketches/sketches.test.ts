import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../encoding/bytes.ts';
import { decodeProfile, encodeProfile } from '../encoding/encode.ts';
import { allRows, foldInferences } from '../fold/fold.ts';
import { createProfile, mergeProfiles, type Profile } from '../profile.ts';
import { buildShape } from '../reference/buildShape.ts';
import { buildReference } from '../reference/reference.ts';
import { decodeReference, encodeReference, identifyReference } from '../reference/referenceFile.ts';
import { batchOf, type SampleRow, sampleBatch } from '../sampleBatch.ts';
import {
  addDistinct,
  createDistinctCounter,
  distinctCount,
  distinctStandardError,
  mergeDistinct,
} from './distinctCounter.ts';
import { addHeavy, copyHeavy, createHeavyHitters, mergeHeavy, rankedHeavy } from './heavyHitters.ts';
import { addId, addOutcome, copyIds, createIdSample, mergeIds, noRow, sampledLoss } from './idSample.ts';
import { isEmptySketches } from './sketches.ts';

const texts = fc.array(fc.string({ maxLength: 6 }), { maxLength: 60 });

describe('distinct values', () => {
  const counterOf = (values: Iterable<string>) => {
    const counter = createDistinctCounter();
    for (const value of values) addDistinct(counter, value);
    return counter;
  };

  it('are counted to 1.6 % from none to a million', () => {
    expect(distinctCount(createDistinctCounter())).toBe(0);
    const counter = createDistinctCounter();
    let errors = 0;
    let checks = 0;
    for (let i = 1; i <= 1_000_000; i++) {
      addDistinct(counter, `value ${i}`);
      if (![10, 100, 1_000, 10_000, 30_000, 100_000, 1_000_000].includes(i)) continue;
      const error = distinctCount(counter) / i - 1;
      expect(Math.abs(error), `${i} values`).toBeLessThan(4 * distinctStandardError);
      errors += error * error;
      checks++;
    }
    expect(Math.sqrt(errors / checks)).toBeLessThan(2 * distinctStandardError);
  });

  it('have the promised error over many sets', () => {
    let squares = 0;
    for (let set = 0; set < 60; set++) {
      const counter = counterOf(Array.from({ length: 5_000 }, (_, i) => `${set}/${i}`));
      squares += (distinctCount(counter) / 5_000 - 1) ** 2;
    }
    const error = Math.sqrt(squares / 60);
    expect(error).toBeLessThan(distinctStandardError * 1.35);
    expect(error).toBeGreaterThan(distinctStandardError * 0.5);
  });

  it('do not grow by repeats, and merge to the count of both sets', () => {
    fc.assert(
      fc.property(texts, texts, texts, (x, y, z) => {
        const merged = counterOf(x);
        mergeDistinct(merged, counterOf(y));
        mergeDistinct(merged, counterOf(z));
        mergeDistinct(merged, counterOf(y));
        expect(merged).toEqual(counterOf([...z, ...y, ...x, ...x]));
      }),
    );
  });
});

describe('frequent values', () => {
  const listOf = (values: readonly string[], capacity: number) => {
    const list = createHeavyHitters(capacity);
    for (const value of values) addHeavy(list, [[value, 1]]);
    return list;
  };
  const letters = fc.array(fc.constantFrom(...'aaaaabbbcdefghij'), { maxLength: 80 });

  it('keep their bounds whatever the order, the pieces and the merging', () => {
    fc.assert(
      fc.property(letters, letters, letters, (x, y, z) => {
        const merged = listOf(x, 3);
        const other = listOf(y, 3);
        mergeHeavy(other, listOf(z, 3));
        mergeHeavy(merged, other);
        const all = [...x, ...y, ...z];
        expect(merged.counts.size).toBeLessThanOrEqual(3);
        expect(merged.undercount).toBeLessThanOrEqual(all.length / 4);
        for (const letter of 'abcdefghij') {
          const truth = all.filter((value) => value === letter).length;
          const count = merged.counts.get(letter) ?? 0;
          expect(count).toBeLessThanOrEqual(truth);
          expect(truth).toBeLessThanOrEqual(count + merged.undercount);
        }
      }),
    );
  });

  it('merge in either order alike, and are exact while all fit', () => {
    fc.assert(
      fc.property(letters, letters, fc.constantFrom(3, 256), (x, y, capacity) => {
        const [one, other] = [listOf(x, capacity), listOf(y, capacity)];
        const forwards = copyHeavy(one);
        mergeHeavy(forwards, other);
        const backwards = copyHeavy(other);
        mergeHeavy(backwards, one);
        expect(forwards).toEqual(backwards);
        if (capacity === 256) expect(forwards).toEqual(listOf([...y, ...x], capacity));
      }),
    );
  });

  it('rank by count, then by text, and cut long texts', () => {
    const list = createHeavyHitters(4);
    addHeavy(list, [
      ['b', 2],
      ['a', 2],
      ['x'.repeat(500), 7],
    ]);
    expect(rankedHeavy(list)).toEqual([
      ['x'.repeat(128), 7],
      ['a', 2],
      ['b', 2],
    ]);
  });
});

describe('the sample of ids', () => {
  const sampleOf = (ids: readonly string[], capacity = 8) => {
    const sample = createIdSample(capacity, false);
    for (const id of ids) addId(sample, id, () => noRow);
    return sample;
  };

  it('is the same for any order and sharding', () => {
    fc.assert(
      fc.property(texts, texts, texts, (x, y, z) => {
        const [a, b, c] = [sampleOf(x), sampleOf(y), sampleOf(z)];
        const left = copyIds(a);
        mergeIds(left, b);
        mergeIds(left, c);
        const right = copyIds(c);
        mergeIds(right, a);
        mergeIds(right, b);
        expect(left).toEqual(right);
        expect(left).toEqual(sampleOf([...z, ...y, ...x]));
      }),
    );
  });

  it('has what outcomes say, wherever they are folded, taken back where they were corrected', () => {
    const rowOf = (id: string) => () => [id];
    fc.assert(
      fc.property(texts, fc.array(fc.tuple(fc.nat(), fc.double({ min: 0, max: 5, noNaN: true }))), (ids, said) => {
        fc.pre(ids.length > 0);
        const part = () => createIdSample(8, true);
        const [whole, rows, first, corrected] = [part(), part(), part(), part()];
        for (const id of ids) for (const sample of [whole, rows]) addId(sample, id, rowOf(id));
        for (const [pick, loss] of said) {
          const id = ids[pick % ids.length]!;
          addOutcome(first, id, 1, 1);
          addOutcome(corrected, id, 1, -1);
          for (const sample of [whole, corrected]) addOutcome(sample, id, loss, 1);
        }
        const left = copyIds(rows);
        mergeIds(left, first);
        mergeIds(left, corrected);
        const right = copyIds(corrected);
        mergeIds(right, rows);
        mergeIds(right, first);
        expect(left).toEqual(whole);
        expect(right).toEqual(whole);
      }),
    );
  });

  it('knows no loss of a row without an outcome, or of an outcome without its row', () => {
    const sample = createIdSample(8, true);
    addId(sample, 'a', () => [1]);
    expect(sampledLoss(sample, 0)).toBeNull();
    addOutcome(sample, 'a', 0.25, 1);
    expect(sampledLoss(sample, 0)).toBe(0.25);
    const alone = createIdSample(8, true);
    addOutcome(alone, 'a', 0.25, 1);
    expect(sampledLoss(alone, 0)).toBeNull();
    const withoutRows = createIdSample(8, false);
    addOutcome(withoutRows, 'a', 0.25, 1);
    expect(withoutRows.size).toBe(0);
  });

  it('holds the same ids however often they come, and counts how often', () => {
    fc.assert(
      fc.property(texts, (x) => {
        const [once, thrice] = [sampleOf([...new Set(x)]), sampleOf([...x, ...x, ...x])];
        expect(thrice.hashes).toEqual(once.hashes);
        const once1 = sampleOf(x).counts.map((count) => count * 3);
        expect(thrice.counts).toEqual(once1);
      }),
    );
  });

  it('chooses every id with the same chance', () => {
    // The mean rank of 50 chosen of 5,000 is 2,500 +- 205.
    const chosen = new Set(
      Array.from(
        sampleOf(
          Array.from({ length: 5_000 }, (_, i) => `id-${i}`),
          50,
        ).hashes,
      ),
    );
    const ranks = Array.from({ length: 5_000 }, (_, i) => i).filter((i) =>
      chosen.has(sampleOf([`id-${i}`], 1).hashes[0]!),
    );
    expect(ranks).toHaveLength(50);
    const mean = ranks.reduce((sum, rank) => sum + rank, 0) / 50;
    expect(Math.abs(mean - 2_500)).toBeLessThan(4 * 205);
  });
});

describe('a profile', () => {
  const features = [
    { name: 'age', type: 'number' as const },
    { name: 'city', type: 'category' as const },
  ];
  const past = Array.from(
    { length: 300 },
    (_, i): SampleRow => ({
      id: `p${i}`,
      time: i * 60_000,
      features: { age: i % 50, city: i % 2 === 0 ? 'Graz' : 'Wien' },
      prediction: '1',
      score: 0.5,
    }),
  );
  const pastBatch = batchOf(past, features);
  const shapeWith = (sampledRows?: number) =>
    buildShape([pastBatch], [], { task: 'binary_classification', sampledRows });
  const shape = shapeWith();
  const fold = (rows: readonly SampleRow[], declared = features, of = shape): Profile => {
    const profile = createProfile(of);
    const batch = batchOf(rows, declared);
    foldInferences(profile, batch, allRows(batch));
    return profile;
  };

  it('counts rows by hour of the week, Monday midnight first, also before 1970', () => {
    const monday = Date.UTC(2026, 10, 23);
    const { hours } = fold(
      [monday, monday + 3_599_999, monday + 25 * 3_600_000, monday - 1, Date.UTC(1969, 11, 29)].map((time, i) => ({
        id: `${i}`,
        time,
      })),
    ).sketches;
    expect(hours[0]).toBe(3);
    expect(hours[25]).toBe(1);
    expect(hours[167]).toBe(1);
  });

  it('knows which values had no cell of their own, and how many different ones', () => {
    const profile = fold(
      Array.from({ length: 2_000 }, (_, i) => ({
        id: `${i}`,
        features: { age: 1, city: i % 4 === 0 ? 'Graz' : i % 4 === 1 ? 'graz' : `town ${i}` },
      })),
    );
    const rare = profile.sketches.rare[1]!;
    expect(rankedHeavy(rare.frequent)[0]![0]).toBe('graz');
    expect(Math.abs(distinctCount(rare.distinct) / 1_001 - 1)).toBeLessThan(0.07);
    expect(profile.sketches.rare[0]).toBeNull();
    expect(fold(past).sketches.rare).toEqual([null, null, null, null]);
  });

  it('knows of values that came as another type, and of features that are not in its shape', () => {
    const profile = fold(
      [
        { id: 'a', features: { age: '41', city: 5, colour: 'red', empty: null } },
        { id: 'b', features: { age: null, city: null, colour: null, empty: null } },
      ],
      [
        { name: 'age', type: 'category' },
        { name: 'city', type: 'number' },
        { name: 'colour', type: 'category' },
        { name: 'empty', type: 'category' },
      ] as never,
    );
    expect([...profile.sketches.otherType.slice(0, 2)]).toEqual([1, 1]);
    expect(rankedHeavy(profile.sketches.unknownFeatures)).toEqual([['colour', 1]]);
  });

  it('keeps the values of sampled rows when asked to, the same rows in any order', () => {
    const wide = shapeWith(20);
    expect(wide.id).not.toBe(shape.id);
    const rows = past.map((row, i) => ({ ...row, features: { ...row.features, age: i } }));
    const whole = fold(rows, features, wide);
    const pieces = mergeProfiles(fold(rows.slice(200), features, wide), fold(rows.slice(0, 200), features, wide));
    expect(pieces.sketches.ids).toEqual(whole.sketches.ids);
    expect(whole.sketches.ids.rows).toHaveLength(20);
    for (const [age, city] of whole.sketches.ids.rows) expect(city).toBe(Number(age) % 2 === 0 ? 'Graz' : 'Wien');
    expect(decodeProfile(encodeProfile(whole), wide)).toEqual(whole);
  });

  it('comes back from bytes as it was, sketches and all', () => {
    const crowded = fold(
      Array.from({ length: 3_000 }, (_, i) => ({ id: `${i % 2_500}`, features: { city: `town ${(i * i) % 1_777}` } })),
    );
    const back = decodeProfile(encodeProfile(crowded), shape);
    expect(back).toEqual(crowded);
    expect(encodeProfile(back)).toEqual(encodeProfile(crowded));
  });

  it('of format version 1 is read as one without sketches', () => {
    const profile = fold(past);
    const writer = new ByteWriter(1_000);
    for (const byte of [...Buffer.from('PLP'), 1, ...Buffer.from(shape.id.slice(6), 'hex')]) writer.byte(byte);
    writer.integers(profile.counts);
    writer.integers(profile.sums);
    writer.doubles(profile.minima);
    writer.doubles(profile.maxima);
    const read = decodeProfile(writer.finish(), shape);
    expect(read.counts).toEqual(profile.counts);
    expect(read.maxima).toEqual(profile.maxima);
    expect(isEmptySketches(read.sketches)).toBe(true);
    expect(mergeProfiles(read, profile).counts[0]).toBe(600);
  });

  it('of a reference keeps its sketches in the file, and a file of version 1 keeps its id', () => {
    const reference = buildReference([sampleBatch(500, 3)], [], { task: 'binary_classification', windowMs: 60_000 });
    expect(decodeReference(encodeReference(reference))).toEqual(reference);
    const empty = createProfile(reference.shape).sketches;
    const { id: _, ...content } = { ...reference, profile: { ...reference.profile, sketches: empty } };
    const old = encodeReference(identifyReference(content));
    expect(JSON.parse(old)).toMatchObject({ formatVersion: 1 });
    expect(decodeReference(old).id).toBe(JSON.parse(old).id);
    expect(encodeReference(decodeReference(old))).toBe(old);
  });
});

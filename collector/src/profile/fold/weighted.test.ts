import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allRows,
  buildReference,
  capturesOf,
  createProfile,
  decodeProfile,
  decodeReference,
  effectiveProfile,
  encodeProfile,
  encodeReference,
  foldInferences,
  foldOutcome,
  joinEntryOf,
  mergeInto,
  onOneScale,
  overallConfusion,
  type Profile,
  profileTotals,
  rowCounts,
  rowsByHour,
  signalCounts,
  signalMoments,
  spanRowsOf,
  wholeWeights,
} from '../index.ts';
import { batchOf, numberColumn, type SampleRow, sampleFeatures, sampleRows } from '../sampleBatch.ts';

const { shape } = buildReference([batchOf(sampleRows(2_000, 1), sampleFeatures)], [], {
  task: 'binary_classification',
  groups: [{ attribute: 'sex' }],
  positive: '1',
  windowMs: 60_000,
});

function fold(rows: readonly SampleRow[]): Profile {
  const profile = createProfile(shape);
  const batch = batchOf(rows, sampleFeatures);
  foldInferences(profile, batch, allRows(batch));
  return profile;
}

const weights = fc.array(fc.constantFrom(1, 1, 2, 4, 7, 65_536), { minLength: 40, maxLength: 40 });
const weighted = (of: readonly number[]): SampleRow[] =>
  sampleRows(of.length, 5).map((row, index) => ({ ...row, weight: of[index]! }));

describe('rows that stand for more than themselves', () => {
  it('give the shares and means of the whole, one row in four with weight 4, within the error of the rows that came', () => {
    const all = sampleRows(12_000, 3);
    const kept = all.filter((_, index) => (index * 7 + (index >> 3)) % 4 === 0).map((row) => ({ ...row, weight: 4 }));
    const [whole, thinned] = [fold(all), fold(kept)];
    expect(rowCounts(thinned)).toEqual({ seen: kept.length, stoodFor: 4 * kept.length, effective: kept.length });
    for (const { signal } of shape.signals) {
      const [before, after] = [signalCounts(whole, signal), signalCounts(thinned, signal)];
      const far = [...before.keys()].filter((cell) => {
        const share = before[cell]! / all.length;
        const error = Math.sqrt((share * (1 - share)) / kept.length);
        return Math.abs(after[cell]! / (4 * kept.length) - share) > 5 * error;
      });
      expect({ signal, far }).toEqual({ signal, far: [] });
    }
    const [a, b] = [signalMoments(whole, 'feature:income'), signalMoments(thinned, 'feature:income')];
    expect(b.n).toBeCloseTo(a.n, -3);
    expect(Math.abs(b.mean! - a.mean!)).toBeLessThan((5 * a.standardDeviation!) / Math.sqrt(kept.length));
    expect(b.standardDeviation! / a.standardDeviation!).toBeCloseTo(1, 1);
  });

  it('count as if each had come as often as it stands for', () => {
    const rows = sampleRows(40, 5);
    const times = rows.map((_, index) => 1 + (index % 4));
    const once = fold(rows.map((row, index) => ({ ...row, weight: times[index]! })));
    const often = fold(rows.flatMap((row, index) => Array.from({ length: times[index]! }, () => row)));
    expect(once.counts).toEqual(often.counts);
    expect(once.sums).toEqual(often.sums);
    expect(once.latencies).toEqual(often.latencies);
    expect(rowsByHour(once)).toEqual(rowsByHour(often));
  });

  it('are the same in any order and any parts, and come back from bytes', () => {
    fc.assert(
      fc.property(weights, fc.nat({ max: 40 }), (of, cut) => {
        const rows = weighted(of);
        const parts = fold(rows.slice(cut));
        mergeInto(parts, fold(rows.slice(0, cut)));
        expect(parts).toEqual(fold(rows));
        expect(decodeProfile(encodeProfile(parts), shape)).toEqual(parts);
      }),
      { numRuns: 40 },
    );
  });

  it('take their labels with them, and back again', () => {
    const rows = weighted([4, 1, 8]);
    const batch = batchOf(rows, sampleFeatures);
    const profile = fold(rows);
    const heavy = joinEntryOf(batch, 0);
    foldOutcome(profile, heavy, '1');
    const { wrong, right } = overallConfusion(profile);
    expect(wrong + right).toBe(4);
    const [corrected, rightAway] = [fold(rows), fold(rows)];
    foldOutcome(corrected, heavy, '1');
    foldOutcome(corrected, { ...heavy, label: '1' }, '0');
    foldOutcome(rightAway, heavy, '0');
    expect(corrected).toEqual(rightAway);
  });

  it('are worth no more rows than came, in any cell', () => {
    fc.assert(
      fc.property(weights, (of) => {
        const rows = weighted(of);
        const came = fold(rows.map(({ weight: _, ...row }) => row));
        const effective = effectiveProfile(fold(rows));
        const beyond = effective.counts.map((count, cell) => count - came.counts[cell]!);
        expect(Math.max(...beyond)).toBeLessThan(1e-9);
        const kish = of.reduce((sum, w) => sum + w, 0) ** 2 / of.reduce((sum, w) => sum + w * w, 0);
        expect(profileTotals(effective).rows).toBeLessThanOrEqual(kish + 1e-9);
      }),
      { numRuns: 40 },
    );
  });

  it('cost those without a weight nothing: the effective profile is the profile itself', () => {
    const profile = fold(sampleRows(10, 1));
    expect(effectiveProfile(profile)).toBe(profile);
    expect(rowCounts(profile)).toEqual({ seen: 10, stoodFor: 10, effective: 10 });
  });

  it('can be added up, a stretch that was thinned as heavy as it was beside one that was not', () => {
    const rows = sampleRows(400, 9);
    const [plain, thinned] = [
      fold(rows.slice(0, 200)),
      fold(rows.slice(200, 300).map((row) => ({ ...row, weight: 2 }))),
    ];
    const whole = createProfile(shape);
    for (const part of [plain, thinned]) mergeInto(whole, part);
    const counts = onOneScale([plain, thinned]).map((part) => signalCounts(part, 'feature:income'));
    const together = counts[0]!.map((count, cell) => count + counts[1]![cell]!);
    expect(together).toEqual(signalCounts(effectiveProfile(whole), 'feature:income'));
    expect(onOneScale([plain])).toEqual([plain]);
    expect(onOneScale([])).toEqual([]);
  });

  it('have whole weights, by their ids: 2.5 is 2 or 3, each half of the time', () => {
    const rows = Array.from({ length: 4_000 }, (_, index) => ({ id: `0193a1b2-${index}`, weight: 2.5 }));
    const values = wholeWeights(batchOf(rows)).weights!.values;
    expect(new Set(values)).toEqual(new Set([2, 3]));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean - 2.5)).toBeLessThan((5 * 0.5) / Math.sqrt(values.length));
    const [first] = wholeWeights(batchOf(rows.slice(7, 8))).weights!.values;
    expect(first).toBe(values[7]);
    const whole = { ...batchOf(rows), weights: numberColumn(rows.map(() => 4)) };
    expect(wholeWeights(whole)).toBe(whole);
  });
});

describe('a reference of thinned rows', () => {
  const options = { task: 'binary_classification', positive: '1', windowMs: 60_000 } as const;
  const rows = sampleRows(600, 8);

  it('is that of the rows alone when all have the same weight, and says what they are worth', () => {
    const plain = buildReference([batchOf(rows, sampleFeatures)], [], options);
    const heavy = buildReference(
      [
        batchOf(
          rows.map((row) => ({ ...row, weight: 4 })),
          sampleFeatures,
        ),
      ],
      [],
      options,
    );
    expect(heavy.rows).toBe(600);
    expect([...heavy.profile.counts]).toEqual([...plain.profile.counts]);
    expect(heavy.designEffects).toEqual(plain.designEffects);
    expect(heavy.notes.join(' ')).toContain('600 rows came for 2400 inferences');
  });

  it('comes back from its file when counts are not whole', () => {
    const mixed = rows.map((row, index) => ({ ...row, weight: index % 5 === 0 ? 8 : 1 }));
    const reference = buildReference([batchOf(mixed, sampleFeatures)], [], options);
    expect(reference.rows).toBe(Math.floor((120 * 8 + 480) / 8));
    expect(decodeReference(encodeReference(reference))).toEqual(reference);
  });
});

describe('capture modes', () => {
  it('are those that batches named, in any order', () => {
    const [a, b] = [createProfile(shape), createProfile(shape)];
    const batch = batchOf(sampleRows(2, 1), sampleFeatures);
    const captured = (mode: string) => ({
      ...batch,
      captures: { type: 'category' as const, codes: Uint8Array.of(1, 1), dictionary: [mode] },
    });
    foldInferences(a, captured('redacted'), allRows(batch));
    foldInferences(b, captured('declared'), allRows(batch));
    mergeInto(b, a);
    expect(capturesOf(b)).toEqual(['declared', 'redacted']);
    expect(capturesOf(decodeProfile(encodeProfile(b), shape))).toEqual(['declared', 'redacted']);
  });
});

describe('rows that were made of spans', () => {
  const sources = { type: 'category' as const, codes: Uint8Array.of(1, 0, 1), dictionary: ['span'] };
  const batch = { ...batchOf(sampleRows(3, 1), sampleFeatures), sources };

  it('are counted as they came, whatever they stand for', () => {
    const profile = createProfile(shape);
    const weights = { type: 'number' as const, values: Float64Array.of(1, 1, 8) };
    foldInferences(profile, { ...batch, weights }, allRows(batch));
    foldInferences(profile, batch, Int32Array.of(1, 2));
    foldInferences(profile, batchOf(sampleRows(3, 2), sampleFeatures), allRows(batch));
    expect(spanRowsOf(profile)).toBe(3);
    expect(spanRowsOf(decodeProfile(encodeProfile(profile), shape))).toBe(3);
  });

  it('are none in a profile of format version 4', () => {
    const empty = createProfile(shape);
    const bytes = encodeProfile(empty);
    // A run of four zeros, then four times no exemplars: the run was of three.
    const runAt = bytes.length - 5;
    expect(bytes[runAt]).toBe(4);
    expect(decodeProfile(bytes.with(runAt, 3).with(3, 4), shape)).toEqual(empty);
  });
});

import { describe, expect, it } from 'vitest';
import { normal, seededRandom } from '../../statistics/simulate.ts';
import { buildReference, overallConfusion, profileTotals } from '../index.ts';
import { batchOf, type SampleRow, sampleBatch, sampleFeatures, sampleRows } from '../sampleBatch.ts';

const options = { task: 'binary_classification', windowMs: 60_000 } as const;

describe('buildReference', () => {
  it('gives the same id for the same rows in any batches and order', () => {
    const rows = sampleRows(900, 5);
    const whole = buildReference([batchOf(rows, sampleFeatures)], [], options);
    const shuffled = rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const parts = [0, 100, 250, 900].flatMap((end, i, ends) => (i === 0 ? [] : [shuffled.slice(ends[i - 1], end)]));
    const sharded = buildReference(
      parts.map((part) => batchOf(part, sampleFeatures)),
      [],
      options,
    );
    expect(sharded).toEqual(whole);
    expect(whole.id).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('gives another id when a label becomes known', () => {
    const batches = [sampleBatch(300, 5)];
    const without = buildReference(batches, [], options);
    const one = buildReference(batches, [{ inferenceId: '5-3', label: '1' }], options);
    expect(one.id).not.toBe(without.id);
    expect(profileTotals(one.profile).labelled).toBe(1);
  });

  it('says when and how much it covers, and joins outcomes by id', () => {
    const outcomes = Array.from({ length: 600 }, (_, i) => ({ inferenceId: `5-${i}`, label: i % 2 }));
    const reference = buildReference([sampleBatch(600, 5, 1_000_000)], outcomes, options);
    expect(reference).toMatchObject({ rows: 600, from: 1_000_000, to: 1_599_000, windows: 11 });
    expect(reference.notes.join(' ')).toMatch(/too few days to know the hours of the day/);
    const { wrong, right } = overallConfusion(reference.profile);
    expect(wrong + right).toBe(profileTotals(reference.profile).labelled);
    expect(wrong + right).toBeGreaterThan(580);
  });

  it('measures how rows depend on each other, score by score', () => {
    const random = seededRandom(8);
    const rows: SampleRow[] = Array.from({ length: 40 }, (_, window) => {
      const shift = 0.5 * normal(random);
      return Array.from({ length: 200 }, (_, i) => ({
        id: `${window}-${i}`,
        time: window * 60_000 + i,
        features: { wandering: shift + normal(random), steady: normal(random) },
      }));
    }).flat();
    const features = [
      { name: 'wandering', type: 'number' },
      { name: 'steady', type: 'number' },
    ] as const;
    const { designEffects } = buildReference([batchOf(rows, features)], [], options);
    // A random effect of variance 0.25 on 200 rows of variance 1 makes means vary about 40 times more.
    expect(designEffects['feature:wandering']!.location).toBeGreaterThan(20);
    expect(designEffects['feature:steady']!.location).toBeLessThan(3);
    // No value was ever missing: a typical effect of the signal stands in.
    expect(designEffects['feature:steady']!.missing).toBeLessThan(3);
    expect(designEffects['feature:wandering']!.missing).toBeGreaterThan(1);
    expect(designEffects['feature:wandering']!.missing).toBeLessThan(designEffects['feature:wandering']!.location!);
    expect(designEffects['data_quality:failures']!.failed).toBeGreaterThanOrEqual(1);
  });

  it('says so when it covers too few windows to measure that', () => {
    const { designEffects, notes } = buildReference([sampleBatch(1_000, 5)], [], { ...options, windowMs: 1e9 });
    expect(notes).toEqual([expect.stringMatching(/measured on 20 blocks of rows.*covers only 1 windows/)]);
    expect(designEffects.score!.location).toBeGreaterThan(1);
    expect(buildReference([sampleBatch(60, 5)], [], { ...options, windowMs: 1e9 }).notes).toEqual([
      expect.stringMatching(/too few to measure/),
    ]);
  });

  it('follows declared features and groups first, then what came', () => {
    const { shape } = buildReference([sampleBatch(200, 5)], [], {
      ...options,
      features: [{ name: 'visits', type: 'category' }],
      groups: [{ attribute: 'age' }],
    });
    expect(shape.signals.map(({ signal, type }) => [signal, type])).toEqual([
      ['feature:visits', 'category'],
      ['feature:income', 'number'],
      ['feature:region', 'category'],
      ['score', 'number'],
      ['prediction', 'category'],
      ['latency', 'number'],
    ]);
    expect(shape.groups).toEqual([
      { attribute: 'age', groups: [] },
      { attribute: 'sex', groups: ['male', 'female'] },
    ]);
  });

  it('counts rare categories of a crowded feature together and hashes them', () => {
    const rows: SampleRow[] = Array.from({ length: 3_000 }, (_, i) => ({
      id: `${i}`,
      features: { city: `c${i % 100}` },
    }));
    const { shape } = buildReference([batchOf(rows, [{ name: 'city', type: 'category' }])], [], options);
    expect(shape.signals[0]).toMatchObject({ hashBuckets: 64, categories: { length: 64 }, otherKnown: { length: 36 } });
  });

  it('needs rows', () => {
    expect(() => buildReference([], [], options)).toThrow(expect.objectContaining({ code: 'BAD_DATA' }));
  });
});

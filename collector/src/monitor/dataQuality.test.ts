import { describe, expect, test } from 'vitest';
import { assessAlert } from '../alert/assess.ts';
import { buildReference, type Reference } from '../profile/index.ts';
import { batchOf, type SampleRow } from '../profile/sampleBatch.ts';
import { profileOf } from '../profile/sampleProfile.ts';
import { normal, seededRandom } from '../statistics/simulate.ts';
import { expectedRows } from './detectors/expectedRows.ts';
import type { Finding } from './finding.ts';
import { findingOf, watchWindows } from './watchWindows.ts';

const hour = 3_600_000;
const declared = [
  { name: 'income', type: 'number' as const },
  { name: 'city', type: 'category' as const },
];

function ordinary(seed: number, from: number, count = 500): SampleRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => ({
    id: `${seed}-${i}`,
    time: from + Math.floor((i * hour) / count),
    features: { income: 40 + 10 * normal(random), city: random() < 0.6 ? 'Wien' : 'Graz' },
    prediction: random() < 0.5 ? '1' : '0',
    score: random(),
    latencyMs: 5 + random(),
  }));
}

const batches = Array.from({ length: 12 }, (_, window) => batchOf(ordinary(1_000 + window, window * hour), declared));
const reference: Reference = buildReference(batches, [], { task: 'binary_classification', windowMs: hour });

/** Findings of eight windows in which each row is changed. */
function watch(
  change: (row: SampleRow, index: number) => SampleRow,
  features = declared,
): readonly (readonly Finding[])[] {
  const windows = Array.from({ length: 8 }, (_, window) => {
    const from = (20 + window) * hour;
    const batch = batchOf(ordinary(2_000 + window, from).map(change), features);
    return { profile: profileOf(reference.shape, batch), from };
  });
  return watchWindows(reference, windows).findings;
}

const withFeatures = (row: SampleRow, features: SampleRow['features']): SampleRow => ({
  ...row,
  features: { ...row.features, ...features },
});
const of = (findings: readonly (readonly Finding[])[], signal: string): Finding[] =>
  findings.map((window) => findingOf(window, signal));
const alarmed = (findings: readonly (readonly Finding[])[]): string[] =>
  [...new Set(findings.flat().flatMap(({ signal, verdict }) => (verdict === 'alarm' ? [signal] : [])))].sort();

describe('broken data', () => {
  test('is not seen in ordinary traffic', () => {
    const findings = watch((row) => row);
    expect(alarmed(findings)).toEqual([]);
    for (const { verdict, sentence } of of(findings, 'data_quality:schema')) {
      expect(verdict).toBe('clear');
      expect(sentence).toBe('features are those of the reference');
    }
    for (const { statistics } of of(findings, 'data_quality:duplicates'))
      expect(statistics.duplicateShare!.value).toBe(0);
  });

  test('in another unit alarms as data, and explains the drift it makes', () => {
    const findings = watch((row) => withFeatures(row, { income: Number(row.features!.income) * 1_000 }));
    expect(alarmed(findings)).toEqual(['data_quality:income']);
    const drift = of(findings, 'feature:income')[0]!;
    expect(drift).toMatchObject({ verdict: 'watch', explainedBy: 'data_quality:income' });
    expect(drift.evidence?.alarm).toBe(true);
    expect(drift.sentence).toMatch(/; explained by its data: income is far above anything in the reference more often/);
  });

  test('does not take the blame for a real shift', () => {
    const findings = watch((row) => withFeatures(row, { income: Number(row.features!.income) + 8 }));
    expect(alarmed(findings)).toEqual(['feature:income']);
    expect(of(findings, 'feature:income').every(({ explainedBy }) => explainedBy === undefined)).toBe(true);
  });

  test('does not take the blame for a shift beyond the range of the reference either', () => {
    const findings = watch((row) => withFeatures(row, { income: Number(row.features!.income) + 60 }));
    expect(alarmed(findings)).toEqual(['feature:income']);
  });

  test('in a few rows, such as -999 for unknown, alarms too', () => {
    const findings = watch((row, i) => (i % 12 === 0 ? withFeatures(row, { income: -999 }) : row));
    expect(alarmed(findings)).toContain('data_quality:income');
    expect(of(findings, 'data_quality:income')[7]!.statistics.belowRate!.value).toBeCloseTo(1 / 12, 2);
  });

  test('that lost one kind of value explains that the rest looks different', () => {
    // Incomes above 40 stop coming: the others seem to have moved down.
    const findings = watch((row) => (Number(row.features!.income) > 40 ? withFeatures(row, { income: null }) : row));
    expect(alarmed(findings)).toEqual(['data_quality:income']);
    expect(of(findings, 'feature:income')[0]!.explainedBy).toBe('data_quality:income');
  });

  test('as text where numbers were is named so', () => {
    const findings = watch((row) => withFeatures(row, { income: String(row.features!.income) }), [
      { name: 'income', type: 'category' },
      { name: 'city', type: 'category' },
    ] as never);
    expect(alarmed(findings)).toEqual(['data_quality:income']);
    expect(of(findings, 'data_quality:income')[0]!.sentence).toMatch(
      /^income comes as text now: 0 % → 100 % of 500 rows/,
    );
    expect(of(findings, 'data_quality:schema')[0]).toMatchObject({
      verdict: 'watch',
      sentence: 'income came as another type',
    });
  });

  test('of a feature that is gone, and one that is new, is a change of the schema', () => {
    const findings = watch((row) => ({ ...row, features: { city: row.features!.city!, colour: 'red' } }), [
      { name: 'city', type: 'category' },
      { name: 'colour', type: 'category' },
    ] as never);
    expect(alarmed(findings)).toEqual(['data_quality:income']);
    expect(of(findings, 'data_quality:schema')[0]).toMatchObject({
      verdict: 'watch',
      sentence: 'colour came that the reference does not have; income did not come at all',
    });
    expect(of(findings, 'feature:income')[0]!.verdict).toBe('insufficient_data');
  });

  test('with spellings that are new says which, and how many different values there are', () => {
    const findings = watch((row, i) =>
      i % 2 === 0 ? withFeatures(row, { city: String(row.features!.city).toUpperCase() }) : row,
    );
    expect(alarmed(findings)).toEqual(['data_quality:city']);
    const quality = of(findings, 'data_quality:city')[0]!;
    expect(quality.sentence).toMatch(
      /^city has values the reference never had: 0 % → 50 % of 500 rows, most often "WIEN"/,
    );
    expect(quality.statistics.distinctValues).toEqual({ value: 4, low: 4, high: 4, n: 500 });
  });

  test('with many times as many different values is a change of the schema at once', () => {
    const findings = watch((row, i) => (i % 4 === 0 ? withFeatures(row, { city: `${row.id}` }) : row));
    expect(of(findings, 'data_quality:schema')[0]).toMatchObject({
      verdict: 'watch',
      sentence: 'city came with several times as many different values',
    });
    for (const { verdict, explainedBy } of of(findings, 'feature:city')) {
      if (verdict === 'clear') continue;
      expect(verdict).toBe('watch');
      expect(['data_quality:city', 'data_quality:schema']).toContain(explainedBy);
    }
    expect(alarmed(findings)).toEqual(['data_quality:city']);
  });

  test('that comes twice alarms as duplicates', () => {
    const findings = watch((row, i) => (i % 3 === 0 ? { ...row, id: `again-${Math.floor(i / 30)}` } : row));
    expect(alarmed(findings)).toEqual(['data_quality:duplicates']);
    const { statistics, sentence } = of(findings, 'data_quality:duplicates').find(
      ({ verdict }) => verdict === 'alarm',
    )!;
    expect(statistics.duplicateShare!.value).toBeGreaterThan(0.1);
    expect(sentence).toMatch(/^inferences come more than once: 0 % → \d\d % of \d+ sampled rows are repeats/);
  });

  test('stuck at one value says so; that it drifted is true too', () => {
    const findings = watch((row) => withFeatures(row, { income: 40 }));
    expect(of(findings, 'data_quality:income')[0]!.sentence).toContain('every value is 40');
    expect(alarmed(findings)).toContain('feature:income');
  });

  test('raises no drift alert beside its own', () => {
    const [first] = watch((row) => withFeatures(row, { income: Number(row.features!.income) * 1_000 }));
    const assess = (kind: 'drift' | 'data_quality') =>
      assessAlert(null, {
        id: kind,
        model: 'm',
        environment: 'production',
        kind,
        version: '1',
        findings: first!.filter((finding) => (finding.kind === 'data_quality') === (kind === 'data_quality')),
        at: 0,
        now: 0,
      }).alert;
    expect(assess('data_quality')?.state).toBe('firing');
    expect(assess('drift')).toBeNull();
  });
});

describe('the rows that were to be expected', () => {
  test('are those of the reference at the same hour of the week', () => {
    const week = 7 * 24;
    // Two weeks: 10 rows an hour at night, 50 by day.
    const rows = Array.from({ length: 2 * week }, (_, at) =>
      Array.from({ length: at % 24 < 8 ? 10 : 50 }, (_, i) => ({ id: `${at}-${i}`, time: at * hour + i * 1_000 })),
    ).flat();
    const seasonal = buildReference([batchOf(rows)], [], { task: 'binary_classification', windowMs: hour });
    const at = (from: number, hours = 1) => expectedRows(seasonal, { from: from * hour, to: (from + hours) * hour });
    expect(at(3 * week + 3)).toBeCloseTo(10, 0);
    expect(at(3 * week + 12)).toBeCloseTo(50, 0);
    expect(at(3 * week, 24)).toBeCloseTo(8 * 10 + 16 * 50, -1);
    expect(at(3 * week, 0.5)).toBeCloseTo(5, 0);
    expect(at(3 * week, 10 * week)).toBeCloseTo(10 * 7 * 880, -3);
    expect(at(5, 0)).toBeNull();
  });

  test('are the average where the reference knows no such hour, and unknown without times', () => {
    expect(expectedRows(reference, { from: 20 * hour, to: 21 * hour })).toBeCloseTo(500, -1);
    const timeless = buildReference([batchOf([{ id: 'a' }, { id: 'b' }])], [], {
      task: 'binary_classification',
      windowMs: hour,
    });
    expect(expectedRows(timeless, { from: 0, to: hour })).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { modelSettings } from '../../config/settings.ts';
import {
  buildReference,
  createProfile,
  foldInferences,
  foldOutcome,
  joinEntryOf,
  type Task,
} from '../../profile/index.ts';
import { batchOf, type SampleRow } from '../../profile/sampleBatch.ts';
import { normal, seededRandom } from '../../statistics/simulate.ts';
import { outcomeSignal } from '../detectors/streams.ts';
import { weakSegmentReport } from './weakSegmentReport.ts';

const hour = 3_600_000;

interface Person {
  readonly age: number;
  readonly city: string;
  readonly income: number | null;
}

interface Traffic {
  readonly seed: number;
  readonly windows: number;
  readonly task?: Task;
  /** Rows of each window of which values are kept; 0: none. */
  readonly sampled?: number;
  /** Of the errors of the reference: so many rows that come together are worth one. */
  readonly designEffect?: number;
  /** Share of wrong predictions, or standard deviation of errors. */
  readonly trouble: (person: Person) => number;
}

const rowsPerWindow = 400;

/** The report over hourly windows. */
function reportOf({ seed, windows, task = 'binary_classification', sampled = 300, designEffect, trouble }: Traffic) {
  const random = seededRandom(seed);
  const features = [
    { name: 'age', type: 'number' as const },
    { name: 'city', type: 'category' as const },
    { name: 'income', type: 'number' as const },
  ];
  const window = (name: string, at: number) => {
    const people = Array.from({ length: rowsPerWindow }, (): Person => {
      const income = random() < 0.05 ? null : Math.exp(normal(random) + 10);
      return { age: 18 + Math.floor(random() * 60), city: random() < 0.3 ? 'Graz' : 'Wien', income };
    });
    const labels = people.map((person): string | number => {
      if (task === 'regression') return 100 + trouble(person) * normal(random);
      return random() < trouble(person) ? '0' : '1';
    });
    const prediction = task === 'regression' ? 100 : '1';
    const rows = people.map((person, i): SampleRow => {
      return { id: `${seed}-${name}-${i}`, time: at + i, features: { ...person }, prediction, score: 0.9 };
    });
    return { batch: batchOf(rows, features), labels };
  };
  const past = window('past', 0);
  const outcomes = past.batch.ids.map((inferenceId, row) => ({ inferenceId, label: past.labels[row]! }));
  const positive = task === 'binary_classification' ? { positive: '1' } : {};
  const built = buildReference([past.batch], outcomes, { task, windowMs: hour, sampledRows: sampled, ...positive });
  const effects = designEffect === undefined ? {} : { [outcomeSignal(task)]: { errors: designEffect } };
  const reference = { ...built, designEffects: { ...built.designEffects, ...effects } };
  const profiles = Array.from({ length: windows }, (_, index) => {
    const { batch, labels } = window(`${index}`, index * hour);
    const profile = createProfile(reference.shape);
    foldInferences(profile, batch, Int32Array.from(labels.keys()));
    labels.forEach((label, row) => {
      foldOutcome(profile, joinEntryOf(batch, row), label, batch.ids[row]!);
    });
    return { from: index * hour, to: (index + 1) * hour, profile };
  });
  const settings = modelSettings.parse({ name: 'm', task });
  const range = { from: 0, to: windows * hour };
  return weakSegmentReport({ settings, version: '1', ...range, reference, profiles, findings: [], record: null });
}

describe('weakSegmentReport', () => {
  it('finds the segment that was planted and confirms it on rows that had no part in the search', () => {
    const { segments, ...about } = reportOf({
      seed: 1,
      windows: 12,
      trouble: ({ age, city }) => (age < 30 && city === 'Graz' ? 0.45 : 0.1),
    });
    expect(about).toMatchObject({ missing: null, trouble: 'wrong', threshold: null, falseDiscoveryRate: 0.05 });
    expect(segments).toHaveLength(1);
    const [first] = segments;
    expect(first).toMatchObject({ confirmed: true, conditions: [{ signal: expect.any(String) }, {}] });
    expect(first!.conditions.map(({ signal }) => signal).sort()).toEqual(['feature:age', 'feature:city']);
    expect(first!.sentence).toMatch(
      /^.*age below \d\d.* and .*: \d\d % wrong instead of 1\d %, in \d(\.\d)? % of the rows$/,
    );
    expect(first!.sentence).toContain('city Graz');
    expect(first!.evidence).toBeGreaterThan(1_000);
    expect(first!.tested.low).toBeLessThan(0.45);
    expect(first!.tested.high).toBeGreaterThan(0.4);
    // 300 of 400 rows are kept, of all windows the same share.
    expect(about.rate.n).toBeGreaterThan(12 * 300 * 0.85);
    expect(about.rate.n).toBeLessThanOrEqual(12 * 300);
  });

  it('confirms nothing where no segment is worse', () => {
    const reports = Array.from({ length: 25 }, (_, i) => reportOf({ seed: 100 + i, windows: 6, trouble: () => 0.2 }));
    expect(reports.flatMap(({ segments }) => segments.filter(({ confirmed }) => confirmed))).toEqual([]);
    expect(reports.every(({ missing }) => missing === null)).toBe(true);
  });

  it('knows the worst tenth of errors of numbers, in their unit', () => {
    const { trouble, threshold, rate, segments } = reportOf({
      seed: 3,
      windows: 13,
      task: 'regression',
      trouble: ({ income }) => (income === null ? 30 : 10),
    });
    expect(trouble).toBe('large_error');
    expect(threshold).toBeGreaterThan(16);
    expect(threshold).toBeLessThan(20);
    expect(rate.value).toBeCloseTo(0.1, 1);
    expect(segments).toMatchObject([{ confirmed: true, conditions: [{ text: 'income missing' }] }]);
    expect(segments[0]!.sentence).toMatch(/^income missing: \d\d % off by more than 1\d(\.\d)? instead of/);
  });

  it.each(['binary_classification', 'regression'] as const)(
    'is less sure where rows come in clusters, of a %s',
    (task) => {
      const trouble = ({ income }: Person) => (task === 'regression' ? 10 : 0.1) * (income === null ? 4 : 1);
      const evidenceAt = (designEffect: number) =>
        reportOf({ seed: 7, windows: 12, task, designEffect, trouble }).segments[0]?.evidence ?? 0;
      expect(evidenceAt(1)).toBeGreaterThan(100);
      expect(Math.log(1 + evidenceAt(8))).toBeLessThan(Math.log(evidenceAt(1)) / 2);
    },
  );

  it('says why there is nothing to search', () => {
    const trouble = () => 0.2;
    expect(reportOf({ seed: 4, windows: 3, sampled: 0, trouble })).toMatchObject({
      missing: 'sampled_rows',
      segments: [],
    });
    expect(reportOf({ seed: 5, windows: 1, trouble })).toMatchObject({ missing: 'outcomes', segments: [] });
    expect(reportOf({ seed: 6, windows: 4, trouble: () => 0 })).toMatchObject({
      missing: null,
      rate: { value: 0 },
      segments: [],
    });
  });
});

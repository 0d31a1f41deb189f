import { describe, expect, it } from 'vitest';
import { hourOfWeek } from '../../statistics/evidence/index.ts';
import { normal, seededRandom } from '../../statistics/simulate.ts';
import { buildReference, decodeReference, encodeReference } from '../index.ts';
import { batchOf, type SampleRow } from '../sampleBatch.ts';

const hourMs = 3_600_000;
const monday = Date.UTC(2026, 0, 5);
const features = [
  { name: 'busy by day', type: 'number' },
  { name: 'steady', type: 'number' },
] as const;

function referenceOf(days: number, rowsAnHour = 60) {
  const random = seededRandom(12);
  const rows: SampleRow[] = Array.from({ length: days * 24 }, (_, hour) =>
    Array.from({ length: rowsAnHour }, (_, i) => ({
      id: `${hour}-${i}`,
      time: monday + hour * hourMs + i,
      features: {
        'busy by day': normal(random) + Math.sin((2 * Math.PI * hour) / 24),
        steady: normal(random),
      },
    })),
  ).flat();
  return buildReference([batchOf(rows, features)], [], { task: 'binary_classification', windowMs: hourMs });
}

describe('a reference of two weeks', () => {
  const reference = referenceOf(14);

  it('keeps the hours of a signal that follows them, and of no other', () => {
    expect(Object.keys(reference.seasons?.signals ?? {})).toEqual(['feature:busy by day']);
  });

  it('counts every window in the bucket of its hour', () => {
    const { bucketOfHour, signals } = reference.seasons!;
    const counts = signals['feature:busy by day']!;
    const rows = (at: number): number => counts[bucketOfHour[hourOfWeek(at)]!]!.reduce((sum, count) => sum + count, 0);
    expect(rows(monday)).toBe(10 * 60);
    expect(rows(monday + 5 * 24 * hourMs)).toBe(4 * 60);
  });

  it('measures the design effect beyond the season', () => {
    expect(reference.designEffects['feature:busy by day']!.location).toBeLessThan(3);
  });

  it('is the same after it was written and read', () => {
    expect(decodeReference(encodeReference(reference))).toEqual(reference);
  });

  // biome-ignore lint/suspicious/noExplicitAny: tests damage the file in ways its type does not allow
  const withChange = (change: (seasons: any) => void): string => {
    const content = JSON.parse(encodeReference(reference));
    change(content.seasons);
    return JSON.stringify(content);
  };

  it.each<[string, string, RegExp]>([
    ['has a bucket too few', withChange((s) => s.signals['feature:busy by day'].pop()), /48 buckets of \d+ counts/],
    ['has a cell too many', withChange((s) => s.signals['feature:busy by day'][3].push(1)), /48 buckets of \d+ counts/],
    ['names an unknown signal', withChange((s) => (s.signals.x = [])), /at seasons\.signals: there is no signal x/],
    ['has a week of 167 hours', withChange((s) => s.bucketOfHour.pop()), /at seasons\.bucketOfHour/],
    ['has a changed count', withChange((s) => (s.signals['feature:busy by day'][0][5] += 1)), /does not belong/],
  ])('is refused when it %s', (_, text, message) => {
    expect(() => decodeReference(text)).toThrow(message);
  });
});

describe('a reference of two days', () => {
  it('knows no hours, and says so', () => {
    const reference = referenceOf(2);
    expect(reference.seasons).toBeNull();
    expect(reference.notes.join(' ')).toMatch(/too few days to know the hours of the day/);
  });
});

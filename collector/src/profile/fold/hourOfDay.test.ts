import { describe, expect, it } from 'vitest';
import {
  allRows,
  buildReference,
  createProfile,
  decodeReference,
  encodeReference,
  foldInferences,
  signalCounts,
} from '../index.ts';
import { batchOf, type SampleRow } from '../sampleBatch.ts';

const day = 86_400_000;
const noon = Date.UTC(2026, 2, 1, 12);

function rowsOf(times: readonly (number | string | null)[]): SampleRow[] {
  return times.map((at, i) => ({ id: `${i}`, prediction: '1', features: { at } }));
}

function referenceOf(times: readonly (number | string | null)[], type: 'number' | 'category') {
  return buildReference([batchOf(rowsOf(times), [{ name: 'at', type }])], [], {
    task: 'binary_classification',
    windowMs: day,
    features: [{ name: 'at', type: 'timestamp' }],
  });
}

/** By hour, and what is unseen and missing. */
function counts(times: readonly (number | string | null)[], type: 'number' | 'category') {
  const reference = referenceOf([noon, noon + 3_600_000], 'number');
  const profile = createProfile(reference.shape);
  const batch = batchOf(rowsOf(times), [{ name: 'at', type }]);
  foldInferences(profile, batch, allRows(batch));
  const cells = [...signalCounts(profile, 'feature:at')];
  const hours = Object.fromEntries(cells.slice(0, 24).flatMap((count, hour) => (count > 0 ? [[hour, count]] : [])));
  return { hours, unseen: cells[25], missing: cells[26] };
}

describe('a feature that is a time', () => {
  it('counts by its hour of the day in UTC, also before 1970', () => {
    expect(counts([noon, noon + 5 * day, noon + 12 * 3_600_000, -1], 'number')).toEqual({
      hours: { 0: 1, 12: 2, 23: 1 },
      unseen: 0,
      missing: 0,
    });
  });

  it('may come as text', () => {
    expect(counts(['2026-03-01T07:30:00Z', '2026-03-01T07:30:00+02:00', null], 'category')).toEqual({
      hours: { 5: 1, 7: 1 },
      unseen: 0,
      missing: 1,
    });
  });

  it('that is none is a new value, and one that is not there is missing', () => {
    expect(counts([Number.POSITIVE_INFINITY, 1e300, null], 'number')).toEqual({ hours: {}, unseen: 2, missing: 1 });
    expect(counts(['yesterday'], 'category')).toEqual({ hours: {}, unseen: 1, missing: 0 });
  });

  it('makes a reference that can be written and read', () => {
    const reference = referenceOf(['2026-03-01T07:30:00Z', 'never'], 'category');
    expect(reference.shape.signals[0]).toMatchObject({ cycle: 'day', newValues: { events: 1, n: 2 } });
    expect(decodeReference(encodeReference(reference))).toEqual(reference);
  });
});

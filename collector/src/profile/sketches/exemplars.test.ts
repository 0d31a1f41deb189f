import { describe, expect, it } from 'vitest';
import {
  allRows,
  buildReference,
  createProfile,
  decodeProfile,
  encodeProfile,
  exemplarsOf,
  foldInferences,
  mergeInto,
  type Profile,
} from '../index.ts';
import { batchOf, type SampleRow, sampleFeatures, sampleRows } from '../sampleBatch.ts';

const { shape } = buildReference([batchOf(sampleRows(500, 1), sampleFeatures)], [], {
  task: 'binary_classification',
  positive: '1',
  windowMs: 60_000,
});

const traced = sampleRows(400, 2).map((row, index) => ({
  ...row,
  traceId: index % 10 === 9 ? null : index.toString(16).padStart(32, '0'),
}));

function fold(rows: readonly SampleRow[]): Profile {
  const profile = createProfile(shape);
  const batch = batchOf(rows, sampleFeatures);
  foldInferences(profile, batch, allRows(batch));
  return profile;
}

const idsOf = (profile: Profile, reason: string) =>
  exemplarsOf(profile).flatMap(({ inferenceId, reasons }) =>
    reasons.some((own) => own === reason) ? [inferenceId] : [],
  );

const ids = (rows: readonly SampleRow[]) => rows.map(({ id }) => id).sort();

describe('exemplars', () => {
  const all = fold(traced);
  const withTrace = traced.filter(({ traceId }) => traceId !== null);
  const topFive = (rank: (row: SampleRow) => number) =>
    ids([...withTrace].sort((a, b) => rank(b) - rank(a)).slice(0, 5));

  it('are what failed, the slowest, the most unusual scores and some at random, five of each with their traces', () => {
    const failed = withTrace.filter(({ error }) => error !== null);
    expect(failed.length).toBeLessThanOrEqual(5);
    expect(idsOf(all, 'failed').sort()).toEqual(ids(failed));
    expect(idsOf(all, 'slowest').sort()).toEqual(topFive(({ latencyMs }) => latencyMs ?? 0));
    expect(idsOf(all, 'unusual_score')).toHaveLength(5);
    expect(idsOf(all, 'random')).toHaveLength(5);
    const byId = new Map(traced.map((row) => [row.id, row]));
    for (const { inferenceId, traceId, at } of exemplarsOf(all)) {
      expect({ traceId, at }).toEqual({ traceId: byId.get(inferenceId)!.traceId, at: byId.get(inferenceId)!.time });
    }
  });

  it('hold ids and nothing of a row beside them', () => {
    expect(Object.keys(exemplarsOf(all)[0]!).sort()).toEqual(['at', 'inferenceId', 'reasons', 'traceId']);
  });

  it('are the same in any order, in any parts, however often a part comes, and after being stored', () => {
    const merged = fold(traced.slice(250).toReversed());
    mergeInto(merged, fold(traced.slice(0, 250)));
    expect(merged.exemplars).toEqual(all.exemplars);
    mergeInto(merged, fold(traced.slice(0, 250)));
    expect(merged.exemplars).toEqual(all.exemplars);
    expect(decodeProfile(encodeProfile(all), shape).exemplars).toEqual(all.exemplars);
  });

  it('are none of rows without a trace, and none in a reference', () => {
    expect(exemplarsOf(fold(sampleRows(50, 3)))).toEqual([]);
    const reference = buildReference([batchOf(traced, sampleFeatures)], [], {
      task: 'binary_classification',
      windowMs: 60_000,
    });
    expect(exemplarsOf(reference.profile)).toEqual([]);
  });

  it('are of traces that were sampled wherever there are any, else the same as if all had been', () => {
    const unsampled = traced.map((row) => ({ ...row, sampled: false as const }));
    expect(exemplarsOf(fold(unsampled))).toEqual(exemplarsOf(all));
    const slow = traced.map((row, index) =>
      index % 5 === 0 ? row : { ...row, latencyMs: 1e9, sampled: false as const },
    );
    const some = fold(slow);
    const found = exemplarsOf(some).map(({ inferenceId }) => inferenceId);
    const sampled = new Set(slow.filter((row) => !('sampled' in row)).map(({ id }) => id));
    expect(found.length).toBeGreaterThanOrEqual(5);
    expect(found.filter((id) => !sampled.has(id))).toEqual([]);
    expect(idsOf(some, 'slowest')).toEqual(idsOf(fold(slow.filter(({ id }) => sampled.has(id))), 'slowest'));
    const parts = fold(slow.slice(200));
    mergeInto(parts, fold(slow.slice(0, 200)));
    expect(parts.exemplars).toEqual(some.exemplars);
  });

  it('keep what an invalid number ranks highest below those that were sampled', () => {
    const [row] = traced;
    const invalid = fold([{ ...row!, score: Number.POSITIVE_INFINITY, sampled: false }]);
    expect(invalid.exemplars.unusual_score.every(({ rank }) => rank < 0)).toBe(true);
    expect(invalid.exemplars.unusual_score).toHaveLength(1);
  });

  it('of rows with weights are exemplars too', () => {
    expect(idsOf(fold(traced.map((row) => ({ ...row, weight: 4 }))), 'slowest')).toEqual(idsOf(all, 'slowest'));
  });
});

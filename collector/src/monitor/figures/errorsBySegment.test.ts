import { expect, it } from 'vitest';
import { buildReference } from '../../profile/index.ts';
import { batchOf } from '../../profile/sampleBatch.ts';
import { errorRateBySegment, type SegmentWindows } from './errorsBySegment.ts';

function withLabels(count: number): SegmentWindows {
  const rows = Array.from({ length: count }, (_, i) => ({ id: `${i}`, score: (i % 10) / 10, prediction: '1' }));
  const outcomes = rows.map(({ id }, i) => ({ inferenceId: id, label: i % 2 === 0 ? '1' : '0' }));
  const settings = { task: 'binary_classification', positive: '1', windowMs: 3_600_000 } as const;
  return { reference: buildReference([batchOf(rows)], outcomes, settings), profiles: [] };
}

it('weighs segments by their rows of now, unless their labels are worth fewer than 100 in these shares', () => {
  const segments = [withLabels(400), withLabels(60)];
  // By hand: 200^2 / (100^2 / 400 + 100^2 / 60) = 209 labels.
  expect(errorRateBySegment(segments, Float64Array.of(100, 10, 100, 40))).toBeCloseTo(0.25, 12);
  // 100^2 / (10^2 / 400 + 90^2 / 60) = 74 labels; as many rows of the first alone are worth its 400.
  expect(errorRateBySegment(segments, Float64Array.of(10, 1, 90, 36))).toBeNull();
  expect(errorRateBySegment(segments, Float64Array.of(100, 10, 0, 0))).toBeCloseTo(0.1, 12);
  expect(errorRateBySegment(segments, new Float64Array(4))).toBeNull();
});

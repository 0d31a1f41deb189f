import type { InferenceEvent } from '@plumbline/sdk/event';
import { batchRows, decodeFrame, encodeInferences } from '@plumbline/sdk/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { selectRows } from './select-rows.ts';
import { closedBefore, partByWindow, timeRange, windowStart } from './windows.ts';

function batchOf(rows: readonly { time: number; version: string }[]) {
  const events = rows.map(
    ({ time, version }, index): InferenceEvent => ({
      kind: 'inference',
      id: `row-${index}`,
      time,
      model: 'm',
      version,
      role: 'champion',
      features: { age: index, town: index % 2 === 0 ? 'a' : null },
      prediction: index % 2 === 0 ? 'yes' : 'no',
      score: index / 10,
      groups: { sex: index % 3 === 0 ? 'f' : 'm' },
      latencyMs: index,
      ...(index === 2 ? {} : { source: 'span', sampled: false }),
      traceId: index === 1 ? null : `${index}`.padStart(32, 'a'),
      error: null,
      ...(index === 3 ? { weight: 4, capture: 'redacted' as const } : {}),
    }),
  );
  const batch = decodeFrame(encodeInferences(events, { producer: 'p', batch: 1 }));
  if (batch.kind !== 'inference') throw new Error(JSON.stringify(batch));
  return batch;
}

describe('windows', () => {
  test('are aligned since 1970, also before it', () => {
    expect([0, 999, 1_000, -1, -1_000, -1_001].map((time) => windowStart(time, 1_000))).toEqual([
      0, 0, 1_000, -1_000, -1_000, -2_000,
    ]);
  });

  test('keep a batch of one version and one window whole', () => {
    const batch = batchOf([5, 7, 6].map((time) => ({ time, version: '1' })));
    expect(partByWindow(batch, 10)).toEqual([{ version: '1', from: 0, rows: Int32Array.of(0, 1, 2) }]);
  });

  test('part a batch by version and window: every row in exactly one part, the right one (property)', () => {
    const row = fc.record({ time: fc.nat(100), version: fc.constantFrom('1', '2', '3') });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 60 }), (rows, windowMs) => {
        const parts = partByWindow(batchOf(rows), windowMs);
        const placed = parts.flatMap((part) =>
          Array.from(part.rows, (index) => ({ index, version: part.version, from: part.from })),
        );
        const expected = rows.map(({ time, version }, index) => ({
          index,
          version,
          from: windowStart(time, windowMs),
        }));
        expect(placed.sort((a, b) => a.index - b.index)).toEqual(expected);
        expect(new Set(parts.map(({ version, from }) => `${version} ${from}`)).size).toBe(parts.length);
      }),
    );
  });

  test('close when the newest event is later than their end by the lateness', () => {
    expect(closedBefore(1_999, 1_000, 1_000)).toBe(0);
    expect(closedBefore(2_000, 1_000, 1_000)).toBe(1_000);
    expect(closedBefore(Number.POSITIVE_INFINITY, 1_000, 1_000)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('selected rows', () => {
  test('are the same rows as a batch of their own, with the trace ids of no others', () => {
    const batch = batchOf([1, 2, 3, 4].map((time) => ({ time, version: String(time % 2) })));
    const rows = Int32Array.of(3, 1);
    const selected = selectRows(batch, rows);
    expect(batchRows(selected)).toEqual([3, 1].map((row) => batchRows(batch)[row]));
    expect(selected.traceIds.dictionary).toEqual(['3'.padStart(32, 'a')]);
    expect(timeRange(selected)).toEqual({ first: 2, last: 4 });
  });
});

import { decodeFrame, encodeInferences } from '@plumbline/sdk/wire';
import { expect, test } from 'vitest';
import { inferences } from '../main/testing/traffic.ts';
import { clampTimes } from './clamp-times.ts';

const now = 1_700_000_000_000;
const minuteMs = 60_000;

function batchOf(times: readonly number[]) {
  const [event] = inferences('a', 1, now, 1);
  const events = times.map((time, index) => ({ ...event!, id: `a-${index}`, time }));
  const batch = decodeFrame(encodeInferences(events, { producer: 'p', batch: 1 }));
  if (batch.kind !== 'inference') throw new Error(JSON.stringify(batch));
  return batch;
}

test('events from the future count when the broker stored them; all others when they happened', () => {
  const batch = batchOf([now - 9 * minuteMs, now, now + minuteMs, now + minuteMs + 1, now + 1e11]);
  const before = [...batch.times];
  const { batch: clamped, clamped: rows } = clampTimes(batch, now, minuteMs);
  expect(rows).toBe(2);
  expect([...clamped.times]).toEqual([now - 9 * minuteMs, now, now + minuteMs, now, now]);
  expect(clamped.ids).toEqual(batch.ids);
  expect([...batch.times]).toEqual(before);
});

test('a batch without such events is the same batch', () => {
  const batch = batchOf([0, now, now + minuteMs]);
  expect(clampTimes(batch, now, minuteMs)).toEqual({ batch, clamped: 0 });
  expect(clampTimes(batch, now, minuteMs).batch).toBe(batch);
});

import type { EventBatch } from '@plumbline/sdk/event';

/**
 * Events dated later than the broker could have stored them are dated when it did. A producer whose clock runs ahead would
 * otherwise end every window up to its own time, and all rows of honest clocks would come too late for theirs; a label
 * from the future could never be corrected.
 *
 * `storedAt`: the broker's time, milliseconds since 1970-01-01 UTC. `skewMs`: how far ahead a clock may be.
 * Returns the batch itself when no row is affected.
 */
export function clampTimes<Batch extends EventBatch>(
  batch: Batch,
  storedAt: number,
  skewMs: number,
): { readonly batch: Batch; readonly clamped: number } {
  const latest = storedAt + skewMs;
  let clamped = 0;
  for (let row = 0; row < batch.count; row++) if (batch.times[row]! > latest) clamped++;
  if (clamped === 0) return { batch, clamped };
  // A copy: the times may be a view of the bytes that a dead letter would carry.
  const times = batch.times.map((time) => (time > latest ? storedAt : time));
  return { batch: { ...batch, times }, clamped };
}

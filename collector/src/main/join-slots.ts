import type { InferenceBatch } from '@plumbline/sdk/event';
import { uuidBytes, uuidClock } from '@plumbline/sdk/wire';

/**
 * Inferences whose ids were made in the same four seconds share their blocks: the clock in a UUIDv7 says which slot of time
 * that is, for whoever stores a row and for whoever looks for it.
 */

/** Ids made within this time share their blocks. A look-up reads what a few commits wrote: more would make it slower. */
const slotMs = 4_096;
/** Ids whose clock is further than this from the event time are not kept by their clock. */
export const largestSkewMs = 3_600_000;
/** Of rows that no clock tells where to look for. */
export const noSlot = -1;

/** What is looked at of rows: `suffixes`: codes of what follows their ids. */
interface SlotRows extends Pick<InferenceBatch, 'count' | 'times'> {
  readonly uuids: Uint8Array;
  readonly suffixes: ArrayLike<number> | undefined;
}

export function slotAt(timeMs: number): number {
  return Math.floor(timeMs / slotMs);
}

/** The slot of an id; `noSlot` for one that is no UUIDv7. */
export function slotOfUuid(uuids: Uint8Array, row = 0): number {
  const isVersion7 = uuids[row * uuidBytes + 6]! >> 4 === 7;
  return isVersion7 ? slotAt(uuidClock(uuids, row * uuidBytes)) : noSlot;
}

/** The slot that all rows have, as is mostly so; `null` where they differ. */
export function commonSlot(rows: SlotRows): number | null {
  const slot = slotOfRow(rows, 0);
  for (let row = 1; row < rows.count; row++) if (slotOfRow(rows, row) !== slot) return null;
  return slot;
}

/** Rows by their slot. */
export function rowsBySlot(rows: SlotRows): Map<number, Int32Array> {
  const bySlot = new Map<number, number[]>();
  for (let row = 0; row < rows.count; row++) {
    const slot = slotOfRow(rows, row);
    const known = bySlot.get(slot);
    if (known === undefined) bySlot.set(slot, [row]);
    else known.push(row);
  }
  return new Map(Array.from(bySlot, ([slot, own]) => [slot, Int32Array.from(own)]));
}

function slotOfRow({ uuids, times, suffixes }: SlotRows, row: number): number {
  if (suffixes !== undefined && suffixes[row] !== 0) return noSlot;
  const skew = uuidClock(uuids, row * uuidBytes) - times[row]!;
  return skew <= largestSkewMs && skew >= -largestSkewMs ? slotOfUuid(uuids, row) : noSlot;
}

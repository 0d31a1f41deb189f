import type { InferenceBatch } from '@plumbline/sdk/event';

/** Some rows of some batches. */
export type Part = readonly { readonly batch: InferenceBatch; readonly rows: Int32Array }[];

/** Rows by the window their event time falls into, in order of time. Windows without rows are left out. */
export function partsByWindow(batches: readonly InferenceBatch[], windowMs: number): Part[] {
  const windows = new Map<number, { batch: InferenceBatch; rows: number[] }[]>();
  for (const batch of batches) {
    for (let row = 0; row < batch.count; row++) {
      const window = Math.floor(batch.times[row]! / windowMs);
      let parts = windows.get(window);
      if (parts === undefined) {
        parts = [];
        windows.set(window, parts);
      }
      const last = parts.at(-1);
      if (last?.batch === batch) last.rows.push(row);
      else parts.push({ batch, rows: [row] });
    }
  }
  return [...windows]
    .sort(([a], [b]) => a - b)
    .map(([, parts]) => parts.map(({ batch, rows }) => ({ batch, rows: Int32Array.from(rows) })));
}

/** Rows in order of time, cut into `count` blocks of nearly equal size. */
export function partsByBlock(batches: readonly InferenceBatch[], count: number): Part[] {
  const rows = batches.flatMap((batch) => Array.from({ length: batch.count }, (_, row) => ({ batch, row })));
  rows.sort((a, b) => {
    const apart = a.batch.times[a.row]! - b.batch.times[b.row]!;
    return apart !== 0 ? apart : a.batch.ids[a.row]! < b.batch.ids[b.row]! ? -1 : 1;
  });
  return Array.from({ length: count }, (_, block) => {
    const byBatch = new Map<InferenceBatch, number[]>();
    const end = Math.floor(((block + 1) * rows.length) / count);
    for (let i = Math.floor((block * rows.length) / count); i < end; i++) {
      const { batch, row } = rows[i]!;
      const known = byBatch.get(batch);
      if (known === undefined) byBatch.set(batch, [row]);
      else known.push(row);
    }
    return [...byBatch].map(([batch, own]) => ({ batch, rows: Int32Array.from(own) }));
  });
}

import { sampleSizes } from './sampleSizes.ts';

/**
 * Two columns of counts with rare cells put together: a chi-square approximation needs a few expected events in each cell.
 *
 * A cell stays alone when both of its counts would be at least `smallest` if nothing had changed (expected count = row
 * total x column total / all). All other cells become one; when that one is still too small, the smallest cell that stayed
 * alone joins it. Cells empty on both sides are left out. `null` when a side is empty.
 *
 * @example pooledCells([50, 4, 3], [500, 40, 30], 5) // { current: [50, 7], reference: [500, 70] }
 */
export function pooledCells(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
  smallest: number,
): { readonly current: number[]; readonly reference: number[] } | null {
  const sizes = sampleSizes(current, reference);
  if (sizes === null) return null;
  const { n, m } = sizes;
  const rarer = Math.min(n, m) / (n + m);
  const alone: [now: number, before: number][] = [];
  const pool: [now: number, before: number] = [0, 0];
  for (let cell = 0; cell < reference.length; cell++) {
    const now = current[cell] ?? 0;
    const before = reference[cell]!;
    if (now + before === 0) continue;
    if ((now + before) * rarer >= smallest) {
      alone.push([now, before]);
    } else {
      pool[0] += now;
      pool[1] += before;
    }
  }
  const pooled = pool[0] + pool[1];
  if (pooled > 0 && pooled * rarer < smallest && alone.length > 0) {
    const sizes = alone.map(([now, before]) => now + before);
    const [joined] = alone.splice(sizes.indexOf(Math.min(...sizes)), 1);
    pool[0] += joined![0];
    pool[1] += joined![1];
  }
  const cells = pooled > 0 ? [...alone, pool] : alone;
  return { current: cells.map(([now]) => now), reference: cells.map(([, before]) => before) };
}

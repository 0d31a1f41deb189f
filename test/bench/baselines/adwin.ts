import type { StreamBaseline } from './streamBaseline.ts';

/**
 * Adaptive windowing: keep as long a window as shows no two parts with different means; drop its oldest bucket while it
 * does. Exponential histogram of buckets, at most 5 a row. Bifet and Gavalda 2007.
 *
 * Implementations disagree on two points, and so do their published indices. `cuts: 'skip newest of each row'` passes
 * over the newest bucket of each row, as older versions of river do; `afterDrift: 'forget'` starts again instead of keeping the recent part.
 */
export function adwin(
  options: {
    readonly delta?: number;
    readonly clock?: number;
    readonly cuts?: 'all' | 'skip newest of each row';
    readonly afterDrift?: 'keep recent' | 'forget';
  } = {},
) {
  const { delta = 0.002, clock = 32, cuts = 'all', afterDrift = 'keep recent' } = options;
  /** By power of two, oldest bucket first. */
  let rows: Bucket[][] = [[]];
  let width = 0;
  let total = 0;
  /** Sum of squared deviations of the whole window. */
  let deviations = 0;
  let seen = 0;

  const insert = (value: number): void => {
    rows[0]!.push({ total: value, deviations: 0 });
    width += 1;
    if (width > 1) deviations += ((width - 1) * (value - total / (width - 1)) ** 2) / width;
    total += value;
    for (let row = 0; row < rows.length && rows[row]!.length > bucketsPerRow; row++) {
      const [first, second] = rows[row]!.splice(0, 2) as [Bucket, Bucket]; // More than five are there.
      const size = 2 ** row;
      const between = (size * (first.total / size - second.total / size) ** 2) / 2;
      rows[row + 1] ??= [];
      rows[row + 1]!.push({
        total: first.total + second.total,
        deviations: first.deviations + second.deviations + between,
      });
    }
  };

  const dropOldest = (): void => {
    const size = 2 ** (rows.length - 1);
    const oldest = rows.at(-1)!.shift()!;
    width -= size;
    total -= oldest.total;
    const apart = oldest.total / size - total / width;
    deviations -= oldest.deviations + (size * width * apart ** 2) / (size + width);
    while (rows.length > 1 && rows.at(-1)!.length === 0) rows.pop();
  };

  const hasCut = (): boolean => {
    let n0 = 0;
    let u0 = 0;
    for (let row = rows.length - 1; row >= 0; row--) {
      const buckets = rows[row]!;
      // After the newest bucket of all there is nothing to cut off.
      const last = cuts === 'all' && row > 0 ? buckets.length : buckets.length - 1;
      for (let index = 0; index < last; index++) {
        n0 += 2 ** row;
        u0 += buckets[index]!.total;
        const n1 = width - n0;
        if (n0 >= smallestPart && n1 >= smallestPart && differ(n0, u0, n1)) return true;
      }
    }
    return false;
  };

  const differ = (n0: number, u0: number, n1: number): boolean => {
    const log = Math.log((2 * Math.log(width)) / delta);
    const inverse = 1 / (n0 - smallestPart + 1) + 1 / (n1 - smallestPart + 1);
    const reach = Math.sqrt((2 * inverse * deviations * log) / width) + (2 / 3) * inverse * log;
    return Math.abs(u0 / n0 - (total - u0) / n1) > reach;
  };

  const baseline: StreamBaseline = {
    update: (value) => {
      seen += 1;
      insert(value);
      if (seen % clock !== 0 || width <= grace) return 'none';
      let changed = false;
      while (width > grace && hasCut()) {
        changed = true;
        dropOldest();
      }
      if (changed && afterDrift === 'forget') {
        rows = [[]];
        width = 0;
        total = 0;
        deviations = 0;
        seen = 0;
      }
      return changed ? 'drift' : 'none';
    },
  };
  return baseline;
}

interface Bucket {
  readonly total: number;
  readonly deviations: number;
}

const bucketsPerRow = 5;
const smallestPart = 5;
const grace = 10;

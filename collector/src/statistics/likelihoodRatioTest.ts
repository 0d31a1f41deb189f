import { type CellTest, cellTest } from './chiSquareTwoSample.ts';
import { pooledCells } from './pooledCells.ts';

/**
 * Could two columns of counts come from the same distribution? The G statistic, 2 x sum of O ln(O / E): twice the
 * logarithm of how much better two distributions explain the counts than one. Distributed as chi-square when nothing
 * has changed.
 *
 * `current`, `reference`: counts over the same cells. Cells with expected counts below `smallestExpected` are pooled.
 * `null` when a side is empty.
 *
 * Source: Wilks 1938; Woolf 1957.
 *
 * @example likelihoodRatioTest([10, 20], [20, 10])?.value // 6.7959615
 */
export function likelihoodRatioTest(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
  smallestExpected = 5,
): CellTest | null {
  const pooled = pooledCells(current, reference, smallestExpected);
  if (pooled === null) return null;
  const n = pooled.current.reduce((sum, count) => sum + count, 0);
  const m = pooled.reference.reduce((sum, count) => sum + count, 0);
  const value = pooled.current.reduce((sum, now, cell) => {
    const before = pooled.reference[cell]!;
    const both = now + before;
    return sum + part(now, (both * n) / (n + m)) + part(before, (both * m) / (n + m));
  }, 0);
  return cellTest(Math.max(0, 2 * value), pooled.current.length);
}

function part(observed: number, expected: number): number {
  return observed === 0 ? 0 : observed * Math.log(observed / expected);
}

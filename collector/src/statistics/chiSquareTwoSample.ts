import { pooledCells } from './pooledCells.ts';
import { chiSquareTail } from './special/chiSquareTail.ts';

/** A test of two samples by cells. */
export interface CellTest {
  readonly value: number;
  /** Degrees of freedom: cells after pooling, less one. */
  readonly degrees: number;
  /** Chance of a value at least this large when nothing has changed. Any shift is significant at enough rows. */
  readonly tail: number;
}

/**
 * Could two columns of counts come from the same distribution? Pearson's chi-square,
 * sum of (c sqrt(m / n) - r sqrt(n / m))^2 / (c + r) for counts c of n and r of m.
 *
 * `current`, `reference`: counts over the same cells. Cells with expected counts below `smallestExpected` are pooled.
 * `null` when a side is empty.
 *
 * Source: Pearson 1900; pooling after Cochran 1954.
 *
 * @example chiSquareTwoSample([10, 20], [20, 10])?.value // 6.6666667
 */
export function chiSquareTwoSample(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
  smallestExpected = 5,
): CellTest | null {
  const pooled = pooledCells(current, reference, smallestExpected);
  if (pooled === null) return null;
  const n = pooled.current.reduce((sum, count) => sum + count, 0);
  const m = pooled.reference.reduce((sum, count) => sum + count, 0);
  const ratio = Math.sqrt(m / n);
  const value = pooled.current.reduce((sum, now, cell) => {
    const before = pooled.reference[cell]!;
    return sum + (now * ratio - before / ratio) ** 2 / (now + before);
  }, 0);
  return cellTest(value, pooled.current.length);
}

export function cellTest(value: number, cells: number): CellTest {
  const degrees = cells - 1;
  return degrees < 1 ? { value: 0, degrees: 0, tail: 1 } : { value, degrees, tail: chiSquareTail(value, degrees) };
}

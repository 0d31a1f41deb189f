import { gammaLn } from './special/gammaLn.ts';

/**
 * For small windows: how often would a random split of all rows into n and m give a statistic at least as large as this
 * one? Exact p-values over ordered cells, ties included; no rows are drawn.
 *
 * A split is a path from (0, 0) to (n, m), one step a cell; the chance of each step is hypergeometric. `current`,
 * `reference`: counts over the same ordered cells. `null` when a side is empty, n m is beyond `largestWork`,
 * or counts are not whole, as those of rows with weights.
 */

/**
 * Of the Kolmogorov-Smirnov statistic: the chance of leaving the strip |i / n - j / m| < D at the end of some cell.
 *
 * Source: Hodges 1958; ties after Schroer and Trenkler 1995.
 *
 * @example exactKolmogorovSmirnovTail([2, 0], [0, 2]) // 0.3333333
 */
export function exactKolmogorovSmirnovTail(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
  largestWork = 40_000,
): number | null {
  const split = splitOf(current, reference, largestWork);
  if (split === null) return null;
  const apart = (i: number, j: number): number => Math.abs(i * split.m - j * split.n);
  const observed = Math.max(...split.path.map(({ i, j }) => apart(i, j)));
  let inside = new Map([[0, 1]]);
  for (const step of stepsOf(split)) {
    const next = new Map<number, number>();
    for (const [i, chance] of inside) {
      for (const { to, share } of step.from(i)) {
        if (apart(to, step.passed - to) < observed) next.set(to, (next.get(to) ?? 0) + chance * share);
      }
    }
    inside = next;
  }
  return Math.max(0, Math.min(1, 1 - (inside.get(split.n) ?? 0)));
}

/**
 * Of the Cramer-von Mises statistic: the chance of each sum that paths gather, in whole numbers.
 *
 * Source: Anderson 1962; counting after Xiao, Gordon and Yakovlev 2007.
 *
 * @example exactCramerVonMisesTail([2, 0], [0, 2]) // 0.3333333
 */
export function exactCramerVonMisesTail(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
  largestWork = 400,
): number | null {
  const split = splitOf(current, reference, largestWork);
  if (split === null) return null;
  const square = (i: number, j: number): number => (i * split.m - j * split.n) ** 2;
  const observed = split.path.reduce((sum, { i, j, size }) => sum + size * square(i, j), 0);
  let sums = new Map([[0, new Map([[0, 1]])]]);
  for (const step of stepsOf(split)) {
    const next = new Map<number, Map<number, number>>();
    for (const [i, gathered] of sums) {
      for (const { to, share } of step.from(i)) {
        const into = next.get(to) ?? new Map<number, number>();
        next.set(to, into);
        const more = step.size * square(to, step.passed - to);
        for (const [sum, chance] of gathered) into.set(sum + more, (into.get(sum + more) ?? 0) + chance * share);
      }
    }
    sums = next;
  }
  let tail = 0;
  for (const [sum, chance] of sums.get(split.n) ?? []) if (sum >= observed) tail += chance;
  return Math.min(1, tail);
}

interface Split {
  readonly n: number;
  readonly m: number;
  /** After each cell that is not empty: how many of each side so far, and how many rows the cell holds. */
  readonly path: readonly { readonly i: number; readonly j: number; readonly size: number }[];
}

function splitOf(current: ArrayLike<number>, reference: ArrayLike<number>, largestWork: number): Split | null {
  const path: { i: number; j: number; size: number }[] = [];
  let i = 0;
  let j = 0;
  for (let cell = 0; cell < reference.length; cell++) {
    const size = (current[cell] ?? 0) + reference[cell]!;
    if (!Number.isInteger(current[cell] ?? 0) || !Number.isInteger(reference[cell]!)) return null;
    i += current[cell] ?? 0;
    j += reference[cell]!;
    if (size > 0) path.push({ i, j, size });
  }
  return i === 0 || j === 0 || i * j > largestWork ? null : { n: i, m: j, path };
}

/** The cells in order; `from(i)`: to how many rows of the first side a cell may lead from i, with the chance of each. */
function* stepsOf({ n, m, path }: Split) {
  let before = 0;
  for (const { size } of path) {
    const start = before;
    const passed = before + size;
    const all = logChoices(n + m - start, size);
    yield {
      size,
      passed,
      from: (i: number): { to: number; share: number }[] => {
        const steps: { to: number; share: number }[] = [];
        const [left, right] = [n - i, m - (start - i)];
        for (let more = Math.max(0, size - right); more <= Math.min(size, left); more++) {
          const share = Math.exp(logChoices(left, more) + logChoices(right, size - more) - all);
          steps.push({ to: i + more, share });
        }
        return steps;
      },
    };
    before = passed;
  }
}

/** ln of n over k. */
function logChoices(n: number, k: number): number {
  return k === 0 || k === n ? 0 : gammaLn(n + 1) - gammaLn(k + 1) - gammaLn(n - k + 1);
}

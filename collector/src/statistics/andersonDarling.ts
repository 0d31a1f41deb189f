/**
 * How different are two distributions, with the tails weighing as much as the middle? The Anderson-Darling statistic by
 * mid-ranks, standardised: mean 0 and variance 1 when nothing has changed, so above `andersonDarling95` in 5 % of windows.
 *
 * `current`, `reference`: counts over the same ordered cells (below, bins, above; no missing). `null` when a side is
 * empty, there are fewer than 4 rows or all rows are in one cell.
 *
 * Source: Scholz and Stephens 1987, formulas 4 and 7 (k = 2).
 *
 * @example andersonDarling([5, 0], [0, 5])! > andersonDarling95 // true
 */
export function andersonDarling(current: ArrayLike<number>, reference: ArrayLike<number>): number | null {
  let n = 0;
  let m = 0;
  let filled = 0;
  for (let cell = 0; cell < reference.length; cell++) {
    const now = current[cell] ?? 0;
    n += now;
    m += reference[cell]!;
    if (now + reference[cell]! > 0) filled++;
  }
  const all = n + m;
  if (n === 0 || m === 0 || all < 4 || filled < 2) return null;
  let sum = 0;
  let currentBelow = 0;
  let allBelow = 0;
  for (let cell = 0; cell < reference.length; cell++) {
    const now = current[cell] ?? 0;
    const both = now + reference[cell]!;
    if (both === 0) continue;
    const currentRank = currentBelow + now / 2;
    const allRank = allBelow + both / 2;
    // Of both samples together: the second one's part is the same with n and m exchanged.
    const apart = all * currentRank - n * allRank;
    sum += ((both / all) * apart * apart * (1 / n + 1 / m)) / (allRank * (all - allRank) - (all * both) / 4);
    currentBelow += now;
    allBelow += both;
  }
  const squared = ((all - 1) / all) * sum;
  return (squared - 1) / Math.sqrt(varianceOf(n, m));
}

/** 95 % point, by the interpolation of Scholz and Stephens for two samples. */
export const andersonDarling95 = 1.961;

function varianceOf(n: number, m: number): number {
  const all = n + m;
  const inverse = 1 / n + 1 / m;
  const [h, g] = harmonic(all);
  const a = 4 * g - 6 + (10 - 6 * g) * inverse;
  const b = (2 * g - 4) * 4 + 16 * h + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6;
  const c = (6 * h + 2 * g - 2) * 4 + (4 * h - 4 * g + 6) * 2 + (2 * h - 6) * inverse + 4 * h;
  const d = (2 * h + 6) * 4 - 8 * h;
  return (a * all ** 3 + b * all ** 2 + c * all + d) / ((all - 1) * (all - 2) * (all - 3));
}

/** h: sum of 1 / i for i < size; g: sum over i < j < size of 1 / ((size - i) j), whose limit is pi^2 / 6. */
function harmonic(size: number): [h: number, g: number] {
  if (size > largestSummed) return [Math.log(size) + 0.5772156649015329 - 1 / (2 * size), Math.PI ** 2 / 6];
  let h = 0;
  let g = 0;
  for (let i = size - 1; i >= 1; i--) {
    // h holds the sum of 1 / j for j from i + 1 on.
    g += h / (size - i);
    h += 1 / i;
  }
  return [h, g];
}

const largestSummed = 100_000;

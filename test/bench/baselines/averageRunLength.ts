import { normalCdf } from '../../../collector/src/statistics/special/normalCdf.ts';

/**
 * Observations to the alarm of a chart on N(`shift`, 1) whose statistic is a Markov chain, on average: the statistic is put
 * into cells and a system of linear equations solved. Brook and Evans 1972.
 */

/** Page's cumulative sum max(0, sum + x - allowance), alarm at `level` (Page 1954). */
export function cumulativeSumRunLength(allowance: number, level: number, shift: number, cells = 400): number {
  const width = (2 * level) / (2 * cells - 1);
  return runLength(cells, 0, (from, to) => {
    const jump = (to - from) * width + allowance - shift;
    const upper = normalCdf(jump + width / 2);
    return to === 0 ? upper : upper - normalCdf(jump - width / 2);
  });
}

/** Up and down together: their rates of alarm add (Kemp 1961). */
export function twoSidedCumulativeSumRunLength(allowance: number, level: number, shift: number): number {
  return (
    1 / (1 / cumulativeSumRunLength(allowance, level, shift) + 1 / cumulativeSumRunLength(allowance, level, -shift))
  );
}

/** Exponentially weighted average, alarm beyond `limit` of its standard deviations in the long run (Roberts 1959). */
export function weightedAverageRunLength(weight: number, limit: number, shift: number, cells = 401): number {
  const reach = limit * Math.sqrt(weight / (2 - weight));
  const width = (2 * reach) / cells;
  const centre = (cell: number): number => -reach + (cell + 0.5) * width;
  return runLength(cells, (cells - 1) / 2, (from, to) => {
    const needed = (centre(to) - (1 - weight) * centre(from)) / weight - shift;
    return normalCdf(needed + width / (2 * weight)) - normalCdf(needed - width / (2 * weight));
  });
}

/** Solves (I - P) length = 1 by elimination; P is substochastic, so pivots on the diagonal do. */
function runLength(cells: number, start: number, chance: (from: number, to: number) => number): number {
  const rows = Array.from({ length: cells }, (_, from) =>
    Float64Array.from({ length: cells + 1 }, (__, to) => (to === cells ? 1 : (from === to ? 1 : 0) - chance(from, to))),
  );
  for (let pivot = 0; pivot < cells; pivot++) {
    const own = rows[pivot]!;
    for (const [index, row] of rows.entries()) {
      const factor = row[pivot]! / own[pivot]!;
      if (index === pivot || factor === 0) continue;
      for (let column = pivot; column <= cells; column++) row[column] = row[column]! - factor * own[column]!;
    }
  }
  return rows[start]![cells]! / rows[start]![start]!;
}

/**
 * Logistic regression with a little ridge, fitted by Newton's method on standardised columns (iteratively re-weighted
 * least squares; McCullagh and Nelder, 1989). Enough for a few columns and some ten thousand rows in milliseconds.
 */

export interface LogisticModel {
  /** One a column, on the raw scale: `logit = bias + sum(weights[j] * row[j])`. */
  readonly weights: readonly number[];
  readonly bias: number;
}

/** @param labels 1 or 0, one a row */
export function fitLogistic(rows: readonly (readonly number[])[], labels: readonly number[], ridge = 1): LogisticModel {
  const columns = rows[0]?.length ?? 0;
  if (columns === 0 || rows.length !== labels.length) throw new Error('a fit needs rows, columns and one label a row');
  const { means, deviations } = columnScales(rows, columns);
  const standardised = rows.map((row) => [1, ...row.map((value, j) => (value - at(means, j)) / at(deviations, j))]);
  const size = columns + 1;
  let beta = new Array<number>(size).fill(0);
  for (let iteration = 0; iteration < 25; iteration++) {
    const gradient = new Array<number>(size).fill(0);
    const hessian = Array.from({ length: size }, () => new Array<number>(size).fill(0));
    for (const [i, row] of standardised.entries()) {
      const p = 1 / (1 + Math.exp(-dot(row, beta)));
      const weight = Math.max(p * (1 - p), 1e-9);
      for (let a = 0; a < size; a++) {
        gradient[a] = at(gradient, a) + (at(labels, i) - p) * at(row, a);
        const line = hessian[a] as number[]; // made above with `size` lines
        for (let b = 0; b < size; b++) line[b] = at(line, b) + weight * at(row, a) * at(row, b);
      }
    }
    for (let a = 1; a < size; a++) {
      gradient[a] = at(gradient, a) - ridge * at(beta, a);
      const line = hessian[a] as number[];
      line[a] = at(line, a) + ridge;
    }
    const step = solve(hessian, gradient);
    beta = beta.map((value, j) => value + at(step, j));
    if (Math.max(...step.map(Math.abs)) < 1e-8) break;
  }
  const weights = beta.slice(1).map((value, j) => value / at(deviations, j));
  return { weights, bias: at(beta, 0) - dot(weights, means) };
}

function columnScales(rows: readonly (readonly number[])[], columns: number) {
  const means = Array.from({ length: columns }, (_, j) => rows.reduce((sum, row) => sum + at(row, j), 0) / rows.length);
  const deviations = means.map((mean, j) => {
    const variance = rows.reduce((sum, row) => sum + (at(row, j) - mean) ** 2, 0) / rows.length;
    return Math.sqrt(variance) || 1;
  });
  return { means, deviations };
}

/** Gaussian elimination with partial pivoting. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const lines = matrix.map((line, i) => [...line, at(right, i)]);
  const size = lines.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let i = column + 1; i < size; i++) {
      if (Math.abs(cell(lines, i, column)) > Math.abs(cell(lines, pivot, column))) pivot = i;
    }
    [lines[column], lines[pivot]] = [lines[pivot] as number[], lines[column] as number[]]; // both are below `size`
    for (let i = 0; i < size; i++) {
      if (i === column) continue;
      const factor = cell(lines, i, column) / cell(lines, column, column);
      lines[i] = (lines[i] as number[]).map((value, j) => value - factor * cell(lines, column, j));
    }
  }
  return lines.map((_, i) => cell(lines, i, size) / cell(lines, i, i));
}

function cell(lines: readonly (readonly number[])[], i: number, j: number): number {
  return at(lines[i] ?? [], j);
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, j) => sum + value * at(right, j), 0);
}

/** Index that is within bounds by construction. */
function at(values: readonly number[], index: number): number {
  return values[index] ?? Number.NaN;
}

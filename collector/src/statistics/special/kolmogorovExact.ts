/**
 * How likely is the Kolmogorov-Smirnov statistic of `n` values against a known continuous distribution to reach d?
 * Exact, for n up to a few hundred; takes (2 n d)^3 log n steps.
 *
 * Source: Durbin 1973, in the matrix form of Marsaglia, Tsang and Wang 2003.
 *
 * @example kolmogorovExactTail(5, 0.3166667) // 0.5981405
 */
export function kolmogorovExactTail(n: number, d: number): number {
  if (d <= 0.5 / n) return 1;
  if (d >= 1) return 0;
  const k = Math.ceil(n * d);
  const size = 2 * k - 1;
  const rest = k - n * d;
  const matrix = Array.from({ length: size }, (_, row) =>
    Float64Array.from({ length: size }, (_, column) => (row - column + 1 < 0 ? 0 : 1)),
  );
  for (let i = 0; i < size; i++) {
    matrix[i]![0] = matrix[i]![0]! - rest ** (i + 1);
    matrix[size - 1]![i] = matrix[size - 1]![i]! - rest ** (size - i);
  }
  const corner = 2 * rest - 1;
  matrix[size - 1]![0] = matrix[size - 1]![0]! + (corner > 0 ? corner ** size : 0);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      for (let divisor = 2; divisor <= row - column + 1; divisor++)
        matrix[row]![column] = matrix[row]![column]! / divisor;
    }
  }
  const raised = power(matrix, n);
  // n! / n^n, a factor a step, so that nothing overflows.
  let below = raised.matrix[k - 1]![k - 1]!;
  for (let i = 1; i <= n; i++) below *= i / n;
  return Math.max(0, Math.min(1, 1 - below * 10 ** raised.exponent));
}

type Matrix = readonly Float64Array[];

/** `matrix` to the n-th power, as a matrix times a power of ten. */
function power(matrix: Matrix, n: number): { matrix: Matrix; exponent: number } {
  if (n === 1) return { matrix, exponent: 0 };
  const half = power(matrix, n >> 1);
  const squared = product(half.matrix, half.matrix);
  const result = n % 2 === 0 ? squared : product(squared, matrix);
  const middle = result[result.length >> 1]![result.length >> 1]!;
  if (middle <= 1e140) return { matrix: result, exponent: 2 * half.exponent };
  return { matrix: result.map((row) => row.map((value) => value * 1e-140)), exponent: 2 * half.exponent + 140 };
}

function product(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => row.map((_, column) => row.reduce((sum, value, inner) => sum + value * b[inner]![column]!, 0)));
}

/**
 * The vector x of `matrix` x = `right`, for a symmetric positive definite matrix of which the lower half is read; `null` where
 * it is none, to working precision.
 *
 * Source: Golub and Van Loan 2013, algorithm 4.2.1 (Cholesky).
 *
 * @example solvePositiveDefinite([[4], [2, 3]], [2, 5]) // [-0.5, 2]
 */
export function solvePositiveDefinite(
  matrix: readonly ArrayLike<number>[],
  right: ArrayLike<number>,
): Float64Array | null {
  const size = right.length;
  const factor = matrix.map((row, i) => Float64Array.from({ length: i + 1 }, (_, j) => row[j]!));
  const solution = Float64Array.from(right);
  for (let i = 0; i < size; i++) {
    const row = factor[i]!;
    for (let j = 0; j <= i; j++) {
      const other = factor[j]!;
      for (let k = 0; k < j; k++) row[j]! -= row[k]! * other[k]!;
      if (j < i) row[j]! /= other[j]!;
    }
    if (!(row[i]! > 0)) return null;
    row[i] = Math.sqrt(row[i]!);
    for (let k = 0; k < i; k++) solution[i]! -= row[k]! * solution[k]!;
    solution[i]! /= row[i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) solution[i]! -= factor[k]![i]! * solution[k]!;
    solution[i]! /= factor[i]![i]!;
  }
  return solution;
}

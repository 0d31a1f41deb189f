import { expect, it } from 'vitest';
import { normal, seededRandom } from '../simulate.ts';
import { solvePositiveDefinite } from './solvePositiveDefinite.ts';

it('solves what can be solved by hand', () => {
  const [first, second] = solvePositiveDefinite([[4], [2, 3]], [2, 5]) ?? [];
  expect(first).toBeCloseTo(-0.5, 14);
  expect(second).toBeCloseTo(2, 14);
  expect([...(solvePositiveDefinite([], []) ?? [1])]).toEqual([]);
});

it('gives a solution that multiplies back to the right side', () => {
  const random = seededRandom(3);
  const rows = Array.from({ length: 40 }, () => Array.from({ length: 17 }, () => normal(random)));
  const matrix = Array.from({ length: 17 }, (_, i) =>
    Array.from({ length: 17 }, (__, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
  );
  const right = Array.from({ length: 17 }, () => normal(random));
  const solution = solvePositiveDefinite(matrix, right);
  matrix.forEach((row, i) => {
    expect(row.reduce((sum, cell, j) => sum + cell * solution![j]!, 0)).toBeCloseTo(right[i]!, 10);
  });
});

it('refuses a matrix that is not positive definite', () => {
  expect(solvePositiveDefinite([[1], [1, 1]], [1, 1])).toBeNull();
  expect(solvePositiveDefinite([[-1]], [1])).toBeNull();
  expect(solvePositiveDefinite([[Number.NaN]], [1])).toBeNull();
});

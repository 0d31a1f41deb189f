import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hiddenCells } from './hiddenGroups.ts';

/** A table of which the totals of rows and columns are known: cell `row * columns + column`. */
function totalsOf(rows: number, columns: number) {
  const line = (length: number, cell: (index: number) => number) => ({
    members: Array.from({ length }, (_, index) => cell(index)),
    remainder: 0,
  });
  return [
    ...Array.from({ length: rows }, (_, row) => line(columns, (column) => row * columns + column)),
    ...Array.from({ length: columns }, (_, column) => line(rows, (row) => row * columns + column)),
  ];
}

describe('hiddenCells', () => {
  it('covers a small cell in its row and in its column, and what that hides in theirs', () => {
    const sizes = [7, 400, 300, 90, 500, 450];
    const parts = sizes.map((rows) => ({ rows, isSmall: rows < 30 }));
    // The cell of 7 needs another in its row (300) and in its column (90); those need the one that lies across.
    expect(hiddenCells(parts, 30, totalsOf(2, 3))).toEqual([
      'small',
      null,
      'complementary',
      'complementary',
      null,
      'complementary',
    ]);
  });

  it('leaves no total with one hidden cell, whatever the table', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 90 }), { minLength: 12, maxLength: 12 }), (sizes) => {
        const parts = sizes.map((rows) => ({ rows, isSmall: rows < 30 }));
        const totals = totalsOf(3, 4);
        const hidden = hiddenCells(parts, 30, totals);
        for (const { members } of totals) {
          const present = members.filter((cell) => sizes[cell]! > 0);
          const unseen = present.filter((cell) => hidden[cell] !== null);
          if (unseen.length === 0 || unseen.length === present.length) continue;
          expect(unseen.length).toBeGreaterThanOrEqual(2);
          expect(unseen.reduce((sum, cell) => sum + sizes[cell]!, 0)).toBeGreaterThanOrEqual(30);
        }
      }),
    );
  });
});

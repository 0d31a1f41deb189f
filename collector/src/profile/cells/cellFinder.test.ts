import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellFinder, findCell } from './cellFinder.ts';

describe('findCell', () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
  const edgeLists = fc
    .uniqueArray(fc.oneof(finite, fc.integer({ min: -50, max: 50 }), fc.double({ min: 0, max: 1, noNaN: true })), {
      maxLength: 60,
      comparator: (a, b) => a === b,
    })
    .map((edges) => Float64Array.from(edges).sort());

  it('counts the edges that are at most the value, for any edges and values', () => {
    fc.assert(
      fc.property(edgeLists, fc.array(finite), (edges, values) => {
        const finder = cellFinder(edges);
        for (const value of [...values, ...edges, ...edges.map((edge) => edge * (1 + 1e-15))].filter(Number.isFinite)) {
          expect(findCell(finder, value)).toBe(edges.filter((edge) => edge <= value).length);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('does so when all edges crowd into one step', () => {
    const edges = Float64Array.from({ length: 44 }, (_, i) => (i < 4 ? i - 4 : i > 40 ? i : 100 + i * 1e-9)).sort();
    const finder = cellFinder(edges);
    for (const value of [...edges, -9, 0, 50, 100, 100.00000002, 1e9]) {
      expect(findCell(finder, value)).toBe(edges.filter((edge) => edge <= value).length);
    }
  });
});

describe('a finder for edges spread over many octaves', () => {
  it('tells them apart as finders of even steps cannot, exactly', () => {
    const edges = Float64Array.from({ length: 105 }, (_, step) => 0.01 * 2 ** (step / 4));
    const finder = cellFinder(edges);
    expect(finder.perUnit).toBe(0);
    const values = [...edges, ...edges.map((edge) => edge * 1.1), -1, 0, 5e-324, 0.005, 1e300];
    for (const value of values) {
      expect(findCell(finder, value)).toBe(edges.filter((edge) => edge <= value).length);
    }
  });
});

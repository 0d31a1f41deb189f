import { describe, expect, it } from 'vitest';
import { seededRandom } from '../simulate.ts';
import { excessEvidence } from './excessEvidence.ts';
import { type CodedColumn, countSubgroup, type SubgroupSearch, searchSubgroups } from './searchSubgroups.ts';

const asked: SubgroupSearch = { rate: 0.15, fewestRows: 32, mostConditions: 3, most: 10, beam: 20 };

/** Ten columns: half in an order of ten codes, half five codes without one. */
function tableOf(rows: number, seed: number, rateOf: (codes: readonly number[]) => number) {
  const random = seededRandom(seed);
  const columns = Array.from({ length: 10 }, (_, index): CodedColumn => {
    const size = index < 5 ? 10 : 5;
    const codes = Uint8Array.from({ length: rows }, () => Math.floor(random() * size));
    return { codes, size, ordered: index < 5 ? 10 : 0 };
  });
  const events = Uint8Array.from({ length: rows }, (_, row) =>
    random() < rateOf(columns.map(({ codes }) => codes[row]!)) ? 1 : 0,
  );
  return { columns, events };
}

describe('searchSubgroups', () => {
  it('finds the subgroup that was planted, with its conditions and no others', () => {
    const { columns, events } = tableOf(8_000, 1, ([a, , , , , f]) => (a! >= 2 && a! <= 4 && f === 3 ? 0.5 : 0.1));
    const [first, ...others] = searchSubgroups(columns, events, asked);
    const conditions = [...first!.conditions].sort((a, b) => a.column - b.column);
    expect(conditions).toEqual([
      { column: 0, first: 2, last: 4 },
      { column: 5, first: 3, last: 3 },
    ]);
    expect(others).toEqual([]);
    expect(countSubgroup(columns, events, first!.conditions)).toEqual({ rows: first!.rows, events: first!.events });
  });

  it('finds both ends of a scale', () => {
    const { columns, events } = tableOf(8_000, 2, ([a]) => (a === 0 || a === 9 ? 0.4 : 0.1));
    const found = searchSubgroups(columns, events, asked).flatMap(({ conditions }) => conditions);
    expect(found).toHaveLength(2);
    expect(found).toEqual(expect.arrayContaining([0, 9].map((code) => ({ column: 0, first: code, last: code }))));
  });

  it('finds next to nothing where there is nothing to find', () => {
    const found = Array.from({ length: 20 }, (_, seed) => {
      const { columns, events } = tableOf(2_000, 10 + seed, () => 0.12);
      return searchSubgroups(columns, events, asked).length;
    });
    expect(found.filter((count) => count > 0).length).toBeLessThanOrEqual(4);
  });

  it('leaves out small subgroups, and repeats of louder ones', () => {
    const { columns, events } = tableOf(4_000, 3, ([a, b]) => (a! >= 8 ? 0.6 : b === 0 ? 0.3 : 0.1));
    const found = searchSubgroups(columns, events, { ...asked, fewestRows: 500 });
    expect(found.every(({ rows }) => rows >= 500)).toBe(true);
    const repeated = searchSubgroups([columns[0]!, columns[0]!], events, asked);
    expect(repeated).toHaveLength(1);
  });

  it('has nothing to say without rows, columns or events', () => {
    const { columns, events } = tableOf(1_000, 4, () => 0.1);
    expect(searchSubgroups(columns, new Uint8Array(1_000), asked)).toEqual([]);
    expect(searchSubgroups([], events, asked)).toEqual([]);
    expect(searchSubgroups([{ codes: new Uint8Array(0), size: 3, ordered: 3 }], new Uint8Array(0), asked)).toEqual([]);
    expect(countSubgroup(columns, events, [])).toEqual({ rows: 1_000, events: events.filter(Boolean).length });
  });
});

describe('excessEvidence', () => {
  it('is the log-likelihood ratio of a rate that is too high, and 0 for one that is not', () => {
    // 30 ln(30 / 20) + 70 ln(70 / 80)
    expect(excessEvidence(30, 100, 0.2)).toBeCloseTo(2.8167557595, 9);
    expect(excessEvidence(100, 100, 0.2)).toBeCloseTo(100 * Math.log(5), 9);
    expect(excessEvidence(20, 100, 0.2)).toBe(0);
    expect(excessEvidence(0, 0, 0.2)).toBe(0);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hiddenGroups } from './hiddenGroups.ts';

describe('hiddenGroups', () => {
  it('hides a small group and the next smallest, or the total would give it away', () => {
    const parts = [
      { rows: 500, isSmall: false },
      { rows: 7, isSmall: true },
      { rows: 90, isSmall: false },
    ];
    expect(hiddenGroups(parts, 10)).toEqual([null, 'small', 'complementary']);
  });

  it('hides no more when the small ones cover each other', () => {
    const parts = [
      { rows: 500, isSmall: false },
      { rows: 7, isSmall: true },
      { rows: 8, isSmall: true },
    ];
    expect(hiddenGroups(parts, 10)).toEqual([null, 'small', 'small']);
    expect(hiddenGroups(parts, 20)).toEqual(['complementary', 'small', 'small']);
  });

  it('lets rows without a group cover a small one', () => {
    const parts = [
      { rows: 500, isSmall: false },
      { rows: 7, isSmall: true },
    ];
    expect(hiddenGroups(parts, 10, 40)).toEqual([null, 'small']);
    expect(hiddenGroups(parts, 10, 1)).toEqual(['complementary', 'small']);
  });

  it('hides nothing for the sake of a group that nobody is in', () => {
    const parts = [
      { rows: 500, isSmall: false },
      { rows: 0, isSmall: true },
    ];
    expect(hiddenGroups(parts, 10)).toEqual([null, 'small']);
  });

  it('never leaves one non-empty group to be found by subtraction', () => {
    const part = fc.record({ rows: fc.nat({ max: 60 }) });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.nat({ max: 20 }), (groups, remainder) => {
        const parts = groups.map(({ rows }) => ({ rows, isSmall: rows < 30 }));
        const hidden = hiddenGroups(parts, 30, remainder);
        const unseen = parts.filter(({ rows }, index) => rows > 0 && hidden[index] !== null);
        const shown = parts.filter((_, index) => hidden[index] === null);
        expect(shown.every(({ isSmall }) => !isSmall)).toBe(true);
        if (unseen.length === 0 || shown.length === 0) return;
        expect(unseen.length + (remainder > 0 ? 1 : 0)).toBeGreaterThanOrEqual(2);
        expect(unseen.reduce((sum, { rows }) => sum + rows, remainder)).toBeGreaterThanOrEqual(30);
      }),
    );
  });
});

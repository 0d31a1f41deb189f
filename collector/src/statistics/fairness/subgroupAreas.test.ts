import { describe, expect, it } from 'vitest';
import { areaDifference, subgroupAreas } from './subgroupAreas.ts';

describe('subgroupAreas', () => {
  // Scores 0-2. Subgroup: positives 2, 1; negatives 1, 0. Background: positives 2, 2; negatives 0, 1.
  const subgroup = { positives: [0, 1, 1], negatives: [1, 1, 0] };
  const background = { positives: [0, 0, 2], negatives: [1, 1, 0] };

  it('counts pairs inside the subgroup and across', () => {
    const areas = subgroupAreas(subgroup, background);
    expect(areas.subgroup.value).toBeCloseTo(3.5 / 4, 12);
    expect(areas.backgroundPositiveSubgroupNegative.value).toBe(1);
    expect(areas.backgroundNegativeSubgroupPositive.value).toBeCloseTo(3.5 / 4, 12);
  });

  it('shows a subgroup whose scores are all too high: its negatives outrank the background positives', () => {
    const high = { positives: [0, 0, 0, 5], negatives: [0, 0, 5, 0] };
    const low = { positives: [0, 5, 0, 0], negatives: [5, 0, 0, 0] };
    const areas = subgroupAreas(high, low);
    expect(areas.subgroup.value).toBe(1);
    expect(areas.backgroundPositiveSubgroupNegative.value).toBe(0);
    expect(areas.backgroundNegativeSubgroupPositive.value).toBe(1);
  });

  it('compares two areas, or says nothing', () => {
    const { subgroup: a } = subgroupAreas(subgroup, background);
    expect(areaDifference(a, a)).toMatchObject({ value: 0, n: 2 });
    const { subgroup: none } = subgroupAreas({ positives: [0, 0], negatives: [1, 1] }, background);
    expect(areaDifference(a, none)).toEqual({ value: null, low: null, high: null, n: 0 });
  });
});

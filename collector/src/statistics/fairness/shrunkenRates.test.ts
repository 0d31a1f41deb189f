import { describe, expect, it } from 'vitest';
import type { Proportion } from '../newcombeDifference.ts';
import { shrunkenRates, worstGroup } from './shrunkenRates.ts';

/** False positives by race in COMPAS; the two large groups' counts are published. */
const races: Readonly<Record<string, Proportion>> = {
  'African-American': { events: 805, n: 1_795 },
  Asian: { events: 2, n: 23 },
  Caucasian: { events: 349, n: 1_488 },
  Hispanic: { events: 87, n: 405 },
  'Native American': { events: 3, n: 8 },
  Other: { events: 36, n: 244 },
};

describe('shrunkenRates', () => {
  const fitted = shrunkenRates(Object.values(races));
  const rateOf = (race: string) => fitted?.rates[Object.keys(races).indexOf(race)];

  it('gives the fit and the rates of COMPAS', () => {
    expect(fitted?.mean).toBeCloseTo(0.323492, 6);
    expect(fitted?.strength).toBeCloseTo(9.573, 3);
    expect(rateOf('Asian')?.value).toBeCloseTo(0.1565, 4);
    expect(rateOf('Asian')?.low).toBeCloseTo(0.0553, 4);
    expect(rateOf('Asian')?.high).toBeCloseTo(0.2973, 4);
    expect(rateOf('Native American')?.value).toBeCloseTo(0.3469, 4);
    expect(rateOf('Native American')?.low).toBeCloseTo(0.1502, 4);
    expect(rateOf('Native American')?.high).toBeCloseTo(0.5766, 4);
    expect(rateOf('Other')?.value).toBeCloseTo(0.1542, 4);
    expect(rateOf('Hispanic')?.value).toBeCloseTo(0.2173, 4);
    expect(rateOf('African-American')?.value).toBeCloseTo(0.4478, 4);
  });

  it('ranks by what is sure, not by the raw rate of a few', () => {
    const groups = [...Object.values(races), { events: 2, n: 2 }];
    const rates = shrunkenRates(groups)?.rates ?? [];
    expect(worstGroup(rates, 'high')).toBe(0);
    expect(worstGroup(rates, 'low')).toBe(Object.keys(races).indexOf('Other'));
    expect(worstGroup([], 'high')).toBeNull();
    expect(worstGroup([{ value: null, low: null, high: null, n: 0 }], 'high')).toBeNull();
  });

  it('gives a group without rows the mean, and groups that are alike one rate', () => {
    const empty = shrunkenRates([
      { events: 50, n: 100 },
      { events: 50, n: 100 },
      { events: 0, n: 0 },
    ]);
    expect(empty?.strength).toBeCloseTo(1e6, -1);
    expect(empty?.rates.map(({ value }) => value)).toEqual([0.5, 0.5, 0.5]);
  });

  it('is finite for one group and undefined without variation', () => {
    const [only] = shrunkenRates([{ events: 3, n: 10 }])?.rates ?? [];
    expect(only?.value).toBeCloseTo(0.3, 3);
    expect(shrunkenRates([])).toBeNull();
    expect(shrunkenRates([{ events: 0, n: 10 }])).toBeNull();
    expect(shrunkenRates([{ events: 10, n: 10 }])).toBeNull();
  });
});

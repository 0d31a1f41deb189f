import { describe, expect, it } from 'vitest';
import {
  allRows,
  buildReference,
  coarseCounts,
  createProfile,
  findSignal,
  foldAgreement,
  foldInferences,
  groupConfusions,
  overallConfusion,
  type Profile,
  profileTotals,
  scoreDistribution,
  signalCounts,
  signalMoments,
  signalQuantile,
} from '../index.ts';
import { batchOf, type SampleRow } from '../sampleBatch.ts';

const features = [
  { name: 'age', type: 'number' },
  { name: 'region', type: 'category' },
] as const;
const referenceRows: SampleRow[] = Array.from({ length: 1_000 }, (_, i) => ({
  id: `r${i}`,
  time: i,
  features: { age: 20 + (i % 50), region: i % 4 === 0 ? 'north' : 'south' },
  prediction: i % 2 === 0 ? 'yes' : 'no',
  score: (i + 0.5) / 1_000,
  groups: { sex: i % 5 === 0 ? 'female' : 'male' },
  latencyMs: 10,
}));
const { shape } = buildReference([batchOf(referenceRows, features)], [], {
  task: 'binary_classification',
  windowMs: 100,
});

function fold(rows: readonly SampleRow[], declared: Parameters<typeof batchOf>[1] = features): Profile {
  const profile = createProfile(shape);
  const batch = batchOf(rows, declared);
  foldInferences(profile, batch, allRows(batch));
  return profile;
}

describe('foldInferences', () => {
  it('counts numbers below, in and above the reference, missing and invalid apart', () => {
    const ages = [19, 20, 69, 70, 1e300, null, Number.POSITIVE_INFINITY];
    const counts = signalCounts(
      fold(ages.map((age, i) => ({ id: `${i}`, features: { age, region: 'north' } }))),
      'feature:age',
    );
    const [below, ...rest] = counts;
    const [above, missing, invalid] = rest.slice(-3);
    expect({ below, above, missing, invalid }).toEqual({ below: 1, above: 2, missing: 1, invalid: 1 });
    expect(rest.slice(0, -3).reduce((sum, count) => sum + count, 0)).toBe(2);
  });

  it('counts categories, what it never saw and missing ones', () => {
    const regions = ['north', 'south', 'south', 'atlantis', null];
    const profile = fold(regions.map((region, i) => ({ id: `${i}`, features: { age: 30, region } })));
    expect(findSignal(shape, 'feature:region')).toMatchObject({ categories: ['south', 'north'] });
    expect([...signalCounts(profile, 'feature:region')]).toEqual([2, 1, 0, 1, 1]);
  });

  it('counts a feature that no longer comes as missing', () => {
    const profile = fold([{ id: '1' }, { id: '2' }], []);
    expect(signalCounts(profile, 'feature:age').at(-2)).toBe(2);
    expect(signalCounts(profile, 'feature:region').at(-1)).toBe(2);
  });

  it('counts a number that came as text as invalid, and a category that came as a number by its text', () => {
    const profile = fold(
      [
        { id: '1', features: { age: '30', region: 7 } },
        { id: '2', features: {} },
      ],
      [
        { name: 'age', type: 'category' },
        { name: 'region', type: 'number' },
      ],
    );
    const age = signalCounts(profile, 'feature:age');
    expect([age.at(-1), age.at(-2)]).toEqual([1, 1]);
    expect([...signalCounts(profile, 'feature:region')]).toEqual([0, 0, 0, 1, 1]);
  });

  it('keeps roles, failures, times and agreement', () => {
    const profile = fold([
      { id: '1', time: 50, role: 'shadow', prediction: 'yes' },
      { id: '2', time: 20, role: 'canary', error: 'timeout' },
      { id: '3', time: 90, prediction: 'no' },
    ]);
    foldAgreement(profile, true);
    foldAgreement(profile, false);
    foldAgreement(profile, false);
    expect(profileTotals(profile)).toEqual({
      rows: 3,
      champion: 1,
      canary: 1,
      shadow: 1,
      errors: 1,
      agreements: 1,
      disagreements: 2,
      labelled: 0,
      from: 20,
      to: 90,
    });
  });

  it('counts decisions by group; new groups together, rows without one apart, no prediction nowhere', () => {
    const profile = fold([
      { id: '1', prediction: 'yes', groups: { sex: 'female' } },
      { id: '2', prediction: 'no', groups: { sex: 'male' } },
      { id: '3', prediction: 'no', groups: { sex: 'intersex' } },
      { id: '4', prediction: 'yes', groups: {} },
      { id: '5', prediction: null, groups: { sex: 'male' } },
    ]);
    expect(
      groupConfusions(profile, 'sex').map(({ group, isOther, unlabelledPositive, unlabelledNegative }) => [
        group,
        isOther,
        unlabelledPositive,
        unlabelledNegative,
      ]),
    ).toEqual([
      ['male', false, 0, 1],
      ['female', false, 1, 0],
      ['other', true, 0, 1],
      [null, false, 1, 0],
    ]);
    expect(overallConfusion(profile)).toMatchObject({ unlabelledPositive: 2, unlabelledNegative: 2 });
    expect(signalCounts(profile, 'prediction').at(-1)).toBe(1);
  });

  it('counts scores in logit bins, the ends included', () => {
    const scores = [0, 1, 0.5, 0.4999, 1e-9, null, Number.POSITIVE_INFINITY];
    const profile = fold(scores.map((score, i) => ({ id: `${i}`, prediction: 'yes', score })));
    const { unlabelled, edges } = scoreDistribution(profile)!;
    expect(edges[128]).toBe(0.5);
    expect([unlabelled[0], unlabelled[127], unlabelled[128], unlabelled[255]]).toEqual([2, 1, 1, 1]);
    expect(unlabelled.reduce((sum, count) => sum + count, 0)).toBe(5);
  });

  it('gives moments, coarse bins and quantiles', () => {
    const { profile } = buildReference([batchOf(referenceRows, features)], [], {
      task: 'binary_classification',
      windowMs: 100,
    });
    const moments = signalMoments(profile, 'feature:age');
    expect(moments.mean).toBeCloseTo(44.5, 6);
    expect(moments.standardDeviation).toBeCloseTo(Math.sqrt((50 ** 2 - 1) / 12), 6);
    expect(moments).toMatchObject({ n: 1_000, minimum: 20, maximum: 69, belowMean: null, aboveMean: null });
    expect([...coarseCounts(profile, 'feature:age')]).toEqual([...Array<number>(10).fill(100), 0]);
    expect(signalQuantile(profile, 'feature:age', 0.5)).toBeCloseTo(45, 0);
    expect(signalQuantile(profile, 'feature:age', 0)).toBe(20);
    expect(signalQuantile(profile, 'feature:age', 1)).toBe(69);
    expect(signalQuantile(createProfile(shape), 'feature:age', 0.5)).toBeNull();
    expect(signalQuantile(profile, 'latency', 0.99)).toBeCloseTo(10, 6);
  });

  it('gives the value itself as the quantile where one value is a tenth or more of the rows', () => {
    const flags = Array.from({ length: 1_000 }, (_, i) => ({
      id: `f${i}`,
      time: i,
      features: { flag: i % 4 === 0 ? 1 : 0 },
    }));
    const batch = batchOf(flags, [{ name: 'flag', type: 'number' }]);
    const { profile } = buildReference([batch], [], { task: 'binary_classification', windowMs: 100 });
    expect(signalQuantile(profile, 'feature:flag', 0.5)).toBe(0);
    expect(signalQuantile(profile, 'feature:flag', 0.9)).toBe(1);
  });

  it('has exact means of what lies outside the reference', () => {
    const profile = fold([-5, -15, 100, 44].map((age, i) => ({ id: `${i}`, features: { age } })));
    const { belowMean, aboveMean } = signalMoments(profile, 'feature:age');
    expect(belowMean).toBeCloseTo(-10, 5);
    expect(aboveMean).toBeCloseTo(100, 5);
  });
});

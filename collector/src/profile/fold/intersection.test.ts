import { describe, expect, it } from 'vitest';
import {
  allRows,
  buildReference,
  createProfile,
  decodeReference,
  encodeReference,
  foldInferences,
  foldOutcome,
  groupConfusions,
  groupScores,
  groupStrata,
  joinEntryOf,
  mergeProfiles,
} from '../index.ts';
import { batchOf, type SampleRow } from '../sampleBatch.ts';

const races = ['a', 'b', undefined];
const rows: SampleRow[] = Array.from({ length: 240 }, (_, i) => {
  const race = races[i % 3];
  return {
    id: `${i}`,
    prediction: i % 2 === 0 ? '1' : '0',
    score: (i % 10) / 10,
    features: { band: i % 4 === 0 ? 'high' : 'low', age: i },
    groups: { sex: i % 5 === 0 ? 'f' : 'm', ...(race === undefined ? {} : { race }) },
  };
});
const features = [
  { name: 'band', type: 'category' as const },
  { name: 'age', type: 'number' as const },
];
const labels = rows.map((_, i) => (i % 7 === 0 ? '1' : '0'));
const batch = batchOf(rows, features);
const reference = buildReference(
  [batch],
  rows.map(({ id }, i) => ({ inferenceId: id, label: labels[i]! })),
  {
    task: 'binary_classification',
    positive: '1',
    windowMs: 1_000,
    groups: [
      { attribute: 'race', conditionOn: 'band' },
      { attribute: 'sex', conditionOn: 'age' },
      { attribute: 'race & sex', attributes: ['race', 'sex'] },
    ],
  },
);

describe('an intersection of groups', () => {
  it('counts people who are in one group of each, and leaves out who is not known to be', () => {
    const found = groupConfusions(reference.profile, 'race & sex').map(({ group, right, wrong }) => [
      group,
      right + wrong,
    ]);
    const expected = (race: string, sex: string) =>
      rows.filter(({ groups }) => groups?.race === race && groups?.sex === sex).length;
    expect(Object.fromEntries(found)).toEqual({
      'a & m': expected('a', 'm'),
      'b & m': expected('b', 'm'),
      'a & f': expected('a', 'f'),
      'b & f': expected('b', 'f'),
      other: 0,
      null: rows.filter(({ groups }) => groups?.race === undefined).length,
    });
  });

  it('is counted alike however the rows are sharded, and outcomes can be taken back without a trace', () => {
    const fold = (of: Int32Array) => {
      const profile = createProfile(reference.shape);
      foldInferences(profile, batch, of);
      for (const row of of) foldOutcome(profile, joinEntryOf(batch, row), labels[row]!);
      return profile;
    };
    const all = allRows(batch);
    const whole = fold(all);
    expect(mergeProfiles(fold(all.subarray(100)), fold(all.subarray(0, 100))).counts).toEqual(whole.counts);
    for (const row of all) foldOutcome(whole, { ...joinEntryOf(batch, row), label: labels[row]! }, '1');
    for (const row of all) foldOutcome(whole, { ...joinEntryOf(batch, row), label: '1' }, labels[row]!);
    expect(whole.counts).toEqual(fold(all).counts);
  });

  it('survives being written to a file', () => {
    expect(decodeReference(encodeReference(reference))).toEqual(reference);
  });
});

describe('scores of a group', () => {
  it('are its labelled predictions by score, beside those of everybody', () => {
    const { positives, negatives, allPositives, allNegatives } = groupScores(reference.profile, 'sex', 'f')!;
    const total = (counts: Float64Array) => counts.reduce((sum, count) => sum + count, 0);
    const count = (label: string, sex?: string) =>
      rows.filter(({ groups }, i) => labels[i] === label && (sex === undefined || groups?.sex === sex)).length;
    expect([positives, negatives, allPositives, allNegatives].map(total)).toEqual([
      count('1', 'f'),
      count('0', 'f'),
      count('1'),
      count('0'),
    ]);
  });
});

describe('strata', () => {
  it('part decisions by the value of a category, and by the deciles of a number', () => {
    const strata = groupStrata(reference.profile, 'race', 'a').filter(
      (stratum) => Object.values(stratum).reduce((sum, count) => sum + count, 0) > 0,
    );
    const count = (band: string, race: string, prediction: string) =>
      rows.filter((row) => row.features?.band === band && row.groups?.race === race && row.prediction === prediction)
        .length;
    expect(strata).toEqual(
      ['low', 'high'].map((band) => ({
        groupPositive: count(band, 'a', '1'),
        groupNegative: count(band, 'a', '0'),
        othersPositive: count(band, 'b', '1'),
        othersNegative: count(band, 'b', '0'),
      })),
    );
    const deciles = groupStrata(reference.profile, 'sex', 'f');
    expect(deciles).toHaveLength(11);
    for (const { groupPositive, groupNegative, othersPositive, othersNegative } of deciles.slice(0, 10)) {
      expect(groupPositive + groupNegative + othersPositive + othersNegative).toBeCloseTo(24, -0.7);
    }
  });
});

it('takes a group named like what every object has for known only where it was sent', () => {
  const named = (row: SampleRow, sex: string) => ({ ...row, groups: { constructor: sex } }) as SampleRow;
  const [with_, without] = [rows.slice(0, 120).map((row) => named(row, 'f')), rows.slice(120)];
  const batches = [batchOf(with_, features), batchOf(without, features)];
  const made = buildReference(batches, [], {
    task: 'binary_classification',
    positive: '1',
    features: [],
    groups: [],
    windowMs: 60_000,
  });
  const profile = createProfile(made.shape);
  for (const one of batches) foldInferences(profile, one, allRows(one));
  const counted = groupConfusions(profile, 'constructor').map(({ group }) => group);
  expect(counted).toContain('f');
});

import { describe, expect, test } from 'vitest';
import { modelSettings } from '../../config/settings.ts';
import { buildReference, type Profile, type Reference } from '../../profile/index.ts';
import { batchOf, type SampleRow } from '../../profile/sampleBatch.ts';
import { fairnessReport } from './fairnessReport.ts';

/** A group by its counts: labelled (true and false positives and negatives), and decided without a label. */
interface GroupCounts {
  readonly tp?: number;
  readonly fp?: number;
  readonly fn?: number;
  readonly tn?: number;
  readonly positive?: number;
  readonly negative?: number;
}

function referenceOf(groups: Readonly<Record<string, GroupCounts>>, favourable = '1'): Reference {
  const rows: SampleRow[] = [];
  const outcomes: { inferenceId: string; label: string }[] = [];
  const add = (group: string, prediction: string, label: string | null, count = 0): void => {
    for (let i = 0; i < count; i++) {
      const id = `${rows.length}`;
      rows.push({ id, prediction, groups: group === '' ? {} : { race: group } });
      if (label !== null) outcomes.push({ inferenceId: id, label });
    }
  };
  for (const [group, { tp, fp, fn, tn, positive, negative }] of Object.entries(groups)) {
    add(group, '1', '1', tp);
    add(group, '1', '0', fp);
    add(group, '0', '1', fn);
    add(group, '0', '0', tn);
    add(group, '1', null, positive);
    add(group, '0', null, negative);
  }
  return buildReference([batchOf(rows)], outcomes, {
    task: 'binary_classification',
    positive: '1',
    favourable,
    windowMs: 3_600_000,
  });
}

function attributeOf(groups: Readonly<Record<string, GroupCounts>>, favourable = '1') {
  const reference = referenceOf(groups, favourable);
  const settings = modelSettings.parse({
    name: 'm',
    task: 'binary_classification',
    groups: [{ attribute: 'race', reference: 'Caucasian' }],
  });
  const profile: Profile = reference.profile;
  const report = fairnessReport({
    settings,
    version: '1',
    from: 0,
    to: 1,
    reference,
    profiles: [{ from: 0, to: 1, profile }],
    findings: [],
  });
  const attribute = report.attributes[0];
  if (attribute === undefined) throw new Error('no attribute');
  const group = (name: string) => {
    const found = attribute.groups.find((candidate) => candidate.group === name);
    if (found === undefined) throw new Error(`no group ${name}`);
    return found;
  };
  return { attribute, group };
}

/** COMPAS two-year scores (ProPublica 2016); 0 (a low score) is favourable. */
const compas = {
  'African-American': { tp: 1_369, fp: 805, fn: 532, tn: 990 },
  Caucasian: { tp: 505, fp: 349, fn: 461, tn: 1_139 },
};

describe('the fairness report', () => {
  test('gives every gap of COMPAS, each with its interval', () => {
    const { statistics } = attributeOf(compas, '0').group('African-American');
    const expected = {
      statisticalParityDifference: -0.2402,
      disparateImpactRatio: 0.631593,
      equalOpportunityDifference: 0.197373,
      falsePositiveRateDifference: 0.213925,
      falseNegativeRateDifference: -0.197373,
      equalisedOddsDifference: 0.213925,
      averageOddsDifference: 0.205649,
      predictiveParityDifference: 0.03838,
      falseDiscoveryRateDifference: -0.03838,
      falseOmissionRateDifference: 0.061415,
      treatmentEqualityRatio: 532 / 805 / (461 / 349),
    };
    for (const [name, value] of Object.entries(expected)) {
      expect(statistics[name]?.value, name).toBeCloseTo(value, 6);
      expect(statistics[name]?.low, name).toBeLessThan(value);
      expect(statistics[name]?.high, name).toBeGreaterThan(value);
    }
  });

  test('says who is surely worst off, and how far apart the groups are', () => {
    const { attribute } = attributeOf(compas, '0');
    expect(attribute.worst?.map(({ rate, group }) => [rate, group])).toEqual([
      ['selectionRate', 'African-American'],
      ['falsePositiveRate', 'African-American'],
      ['accuracy', 'African-American'],
    ]);
    expect(attribute.statistics?.selectionRateRange?.value).toBeCloseTo(0.2402, 6);
    expect(attribute.statistics?.theilIndex?.value).toBeGreaterThan(
      attribute.statistics?.betweenGroupTheilIndex?.value ?? Number.NaN,
    );
  });

  test('hides a small group, and the next smallest so that subtraction does not show it', () => {
    const { attribute, group } = attributeOf({
      ...compas,
      Asian: { tp: 10, fp: 10, fn: 10, tn: 10 },
      'Native American': { tp: 5, fp: 5, fn: 4, tn: 4 },
    });
    expect(group('Native American').suppressed).toBe('n<30');
    expect(group('Asian').suppressed).toBe('complementary');
    expect(group('African-American').suppressed).toBeNull();
    for (const name of ['Native American', 'Asian']) {
      for (const estimate of Object.values({ ...group(name).rates, ...group(name).statistics })) {
        expect(estimate).toMatchObject({ value: null, low: null, high: null });
      }
      expect(group(name).shrunkenRates).toEqual({});
      expect(group(name).bounds).toEqual({});
    }
    expect(attribute.worst?.map(({ group: name }) => name)).not.toContain('Asian');
  });

  test('hides a rate with fewer than 5 people on one side, in both groups, and no other', () => {
    const { group } = attributeOf({
      'African-American': { tp: 60, fp: 3, fn: 20, tn: 50 },
      Caucasian: compas.Caucasian,
    });
    expect(group('African-American').rates.falsePositiveRate?.suppressed).toBe('events<5');
    expect(group('Caucasian').rates.falsePositiveRate?.suppressed).toBe('complementary');
    expect(group('African-American').statistics.equalisedOddsDifference?.suppressed).toBe('events<5');
    expect(group('African-American').rates.truePositiveRate?.value).toBe(0.75);
    expect(group('African-American').rates.positivePredictiveValue?.suppressed).toBe('events<5');
  });

  test('does not call rates known when only one decision ever gets labels: bounds instead', () => {
    const { group } = attributeOf({
      'African-American': { tp: 80, fp: 40, negative: 80 },
      Caucasian: { tp: 150, fp: 50, negative: 100 },
    });
    const { rates, statistics, labelNote, bounds } = group('African-American');
    expect(rates.positivePredictiveValue?.value).toBeCloseTo(2 / 3, 12);
    expect(statistics.predictiveParityDifference?.value).toBeCloseTo(2 / 3 - 0.75, 12);
    for (const name of ['truePositiveRate', 'falsePositiveRate', 'falseNegativeRate', 'accuracy']) {
      expect(rates[name]).toMatchObject({ value: null, suppressed: 'labels only of positive decisions' });
    }
    expect(bounds?.truePositiveRate).toEqual({ low: 0.5, high: 1 });
    expect(bounds?.accuracy).toEqual({ low: 0.4, high: 0.8 });
    expect(labelNote).toContain('only positive decisions get labels');
  });

  test('says when one group gets its labels later, and bounds its rates', () => {
    const { group } = attributeOf({
      'African-American': { tp: 100, fp: 40, fn: 40, tn: 100, positive: 60, negative: 60 },
      Caucasian: compas.Caucasian,
    });
    expect(group('African-American')).toMatchObject({ labelledShare: 0.7, suppressed: null });
    expect(group('African-American').labelNote).toContain('fewer labels than the reference group');
    expect(group('African-American').bounds?.accuracy).toEqual({ low: 0.5, high: 0.8 });
    expect(group('Caucasian')).toMatchObject({ labelNote: null, bounds: {} });
  });
});

describe('the groups of an intersection', () => {
  const sizes = { 'a & f': 400, 'a & m': 410, 'b & f': 7, 'b & m': 300, 'c & f': 90, 'c & m': 350 };

  function intersection(counts: Readonly<Record<string, number>>) {
    const rows: SampleRow[] = [];
    for (const [name, count] of Object.entries(counts)) {
      const [race = '', sex = ''] = name.split(' & ');
      for (let i = 0; i < count; i++) {
        rows.push({ id: `${rows.length}`, prediction: i % 2 === 0 ? '1' : '0', groups: { race, sex } });
      }
    }
    const settings = modelSettings.parse({
      name: 'm',
      positive: '1',
      groups: [{ attribute: 'race' }, { attribute: 'sex' }, { attribute: ['race', 'sex'], reference: 'a & m' }],
    });
    const reference = buildReference([batchOf(rows)], [], { ...settings, windowMs: 3_600_000 });
    const report = fairnessReport({
      settings,
      version: '1',
      from: 0,
      to: 1,
      reference,
      profiles: [{ from: 0, to: 1, profile: reference.profile }],
      findings: [],
    });
    return report.attributes.map(({ attribute, referenceGroup, groups }) => ({
      attribute,
      referenceGroup,
      rows: Object.fromEntries(groups.map(({ group, rows: shown }) => [group, shown])),
      groups,
    }));
  }

  test('are compared like those of any attribute', () => {
    const [race, sex, both] = intersection(sizes);
    expect(race?.rows).toEqual({ a: 810, b: 307, c: 440 });
    expect(sex?.rows).toEqual({ f: 497, m: 1_060 });
    expect(both).toMatchObject({ attribute: 'race & sex', referenceGroup: 'a & m' });
    expect(both?.groups.find(({ group }) => group === 'a & f')?.rates.selectionRate?.value).toBeCloseTo(0.5, 2);
  });

  test('are hidden together so that neither the rows of a race nor those of a sex give a small one away', () => {
    const [, , both] = intersection(sizes);
    // b & f is small; b & m covers it among b, c & f among f; c & m covers both of these.
    expect(both?.rows).toEqual({
      'a & f': 400,
      'a & m': 410,
      'b & f': null,
      'b & m': null,
      'c & f': null,
      'c & m': null,
    });
  });

  test('are hidden where the group they are parts of is hidden', () => {
    const [race, , both] = intersection({ ...sizes, 'b & f': 9, 'b & m': 9, 'c & f': 40, 'c & m': 45 });
    expect(race?.rows).toEqual({ a: 810, b: null, c: null });
    expect(both?.rows['c & m']).toBeNull();
  });

  test('never tell how many people are in a hidden group', () => {
    const text = JSON.stringify(intersection({ ...sizes, 'b & f': 17 })[2]);
    expect(text).not.toMatch(/\b17\b/);
  });
});

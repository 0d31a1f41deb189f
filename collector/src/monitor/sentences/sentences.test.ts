import { describe, expect, test } from 'vitest';
import type { Evidence } from '../finding.ts';
import { groupSentence } from './groupSentences.ts';
import { conditionText, weakSegmentSentence } from './segmentSentence.ts';
import {
  categorySentence,
  duplicatesSentence,
  errorRateSentence,
  failuresSentence,
  freshnessSentence,
  numericSentence,
  qualitySentence,
  ratingSentence,
  schemaSentence,
  volumeEvidenceSentence,
  volumeSentence,
} from './sentences.ts';

function evidence(level: number, score: string, direction: 'up' | 'down' = 'up'): Evidence {
  return { log: 10 * level, alarmLog: 10, level, alarm: level >= 1, leading: { score, direction } };
}

const none = { before: 0, after: 0 };
const product = {
  name: 'product',
  leading: { what: 'other', before: 0.52, after: 0.58 },
  totalVariation: 0.06,
};
const sku = { value: 'sku-991', before: 0.001, after: 0.06 };
const unbroken = {
  name: 'income',
  type: 'number' as const,
  rows: 1_204,
  missing: none,
  invalid: none,
  below: none,
  above: none,
  unseen: none,
  otherType: none,
  mostFrequentNew: null,
  constant: null,
};
const income = {
  name: 'income',
  leading: null,
  totalVariation: 0.12,
  median: { before: 41_000, after: 52_000 },
  standardDeviation: { before: 12_000, after: 18_000 },
};

describe('a sentence says what moved, from what to what, how much of it and how sure', () => {
  test.each([
    [
      numericSentence(income, evidence(1.43, 'location')),
      'income moved up: median 41k → 52k, 12 % of traffic would have to move; evidence 143 % of the alarm level',
    ],
    [
      numericSentence(income, evidence(0.7, 'spread', 'down')),
      'income drew together: standard deviation 12k → 18k, 12 % of traffic would have to move; evidence 70 % of the alarm level',
    ],
    [
      numericSentence(
        { ...income, leading: { what: 'between 10k and 12k', before: 0.1, after: 0.2 } },
        evidence(2, 'decile 2'),
      ),
      'income is between 10k and 12k more often: 10 % → 20 % of rows, 12 % of traffic would have to move; evidence 200 % of the alarm level',
    ],
    [
      numericSentence({ ...income, leading: { what: 'above', before: 0, after: 0.031 } }, evidence(2, 'above')),
      'income is above anything in the reference more often: 0 % → 3.1 % of rows, 12 % of traffic would have to move; evidence 200 % of the alarm level',
    ],
    [
      numericSentence(income, evidence(0.1, 'location')),
      'income is as in the reference: median 41k → 52k; evidence 10 % of the alarm level',
    ],
    [
      categorySentence(
        { name: 'purpose', leading: { what: 'car', before: 0.2, after: 0.31 }, totalVariation: 0.11, mover: null },
        evidence(1, 'category:car'),
      ),
      'purpose is "car" more often: 20 % → 31 % of rows, 11 % of traffic would have to move; evidence 100 % of the alarm level',
    ],
    [
      categorySentence(
        { name: 'purpose', leading: { what: 'unseen', before: 0, after: 0.042 }, totalVariation: 0.042, mover: null },
        evidence(1, 'unseen'),
      ),
      'purpose has values the reference never had: 0 % → 4.2 % of rows, 4.2 % of traffic would have to move; evidence 100 % of the alarm level',
    ],
    [
      categorySentence({ ...product, mover: sku }, evidence(1.2, 'other')),
      'product is a rare value more often: 52 % → 58 % of rows, 6 % of traffic would have to move, most surely "sku-991"; evidence 120 % of the alarm level',
    ],
    [
      categorySentence({ ...product, mover: sku }, evidence(1.2, 'rare bucket 17')),
      'product is "sku-991", a rare value, more often: 0.1 % → 6 % of rows; evidence 120 % of the alarm level',
    ],
    [
      categorySentence(
        { ...product, leading: { what: '', before: 0.015, after: 0.04 }, mover: null },
        evidence(1.2, 'rare bucket 17'),
      ),
      'product has other rare values than the reference: a 64th of them 1.5 % → 4 %; evidence 120 % of the alarm level',
    ],
    [
      qualitySentence({ ...unbroken, missing: { before: 0.002, after: 0.11 } }, evidence(3, 'missing')),
      'income is missing more often: 0.2 % → 11 % of 1,204 rows; evidence 300 % of the alarm level',
    ],
    [
      qualitySentence({ ...unbroken, above: { before: 0, after: 0.97 } }, evidence(4, 'above')),
      'income is far above anything in the reference more often: 0 % → 97 % of 1,204 rows; evidence 400 % of the alarm level',
    ],
    [
      qualitySentence({ ...unbroken, otherType: { before: 0, after: 1 } }, evidence(9, 'invalid')),
      'income comes as text now: 0 % → 100 % of 1,204 rows; evidence 900 % of the alarm level',
    ],
    [
      qualitySentence(
        { ...unbroken, name: 'city', type: 'category', unseen: { before: 0, after: 0.2 }, mostFrequentNew: 'graz' },
        evidence(2, 'unseen'),
      ),
      'city has values the reference never had: 0 % → 20 % of 1,204 rows, most often "graz"; evidence 200 % of the alarm level',
    ],
    [
      qualitySentence({ ...unbroken, constant: '42k' }, evidence(0.1, 'missing')),
      'income is missing as often as in the reference: 0 % → 0 % of 1,204 rows, every value is 42k; evidence 10 % of the alarm level',
    ],
    [
      duplicatesSentence({ duplicates: { before: 0, after: 0.25 }, rows: 128 }, evidence(3, 'duplicate')),
      'inferences come more than once: 0 % → 25 % of 128 sampled rows are repeats; evidence 300 % of the alarm level',
    ],
    [
      schemaSentence({ appeared: ['colour'], disappeared: ['age', 'job'], retyped: [], widened: ['city'] }),
      'colour came that the reference does not have; age, job did not come at all; city came with several times as many different values',
    ],
    [
      schemaSentence({ appeared: [], disappeared: [], retyped: [], widened: [] }),
      'features are those of the reference',
    ],
    [volumeSentence(1_204, 4_000), '1,204 rows came, about 4k did at this hour in the reference'],
    [volumeSentence(1, null), '1 row came'],
    [
      volumeEvidenceSentence(90, 400, evidence(1.2, 'rank')),
      'rows come in smaller numbers than in the first windows of this version: 90 rows came, about 400 did at this hour in the reference; evidence 120 % of the alarm level',
    ],
    [freshnessSentence(300, null), 'the last row came 5 minutes before the window ended'],
    [
      failuresSentence({ failures: { before: 0.002, after: 0.003 }, rows: 1 }, evidence(0.1, 'failed')),
      'inferences fail as often as in the reference: 0.2 % → 0.3 % of 1 row; evidence 10 % of the alarm level',
    ],
    [
      ratingSentence({ type: 'feedback', change: { before: 0.8, after: 0.2 }, rows: 1 }, evidence(1.3, 'rating')),
      'feedback got worse: mean 0.8 → 0.2 over 1 rating; evidence 130 % of the alarm level',
    ],
    [
      errorRateSentence(
        { before: 0.21, errorRate: { value: 0.34, low: 0.31, high: 0.37, n: 1_204 } },
        evidence(2, 'wrong'),
      ),
      'error rate rose: 21 % → 34 % of 1,204 labelled rows (95 % interval 31-37 %); evidence 200 % of the alarm level',
    ],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });
});

describe('a group', () => {
  const women = {
    attribute: 'sex',
    group: 'female',
    referenceGroup: 'male',
    selectionRate: { value: 0.31, low: 0.27, high: 0.36, n: 400 },
    selectionRateBefore: 0.44,
    referenceGroupSelectionRate: 0.45,
    errorRate: { value: 0.3, low: 0.25, high: 0.35, n: 300 },
    errorRateBefore: 0.2,
    disparateImpactRatio: { value: 0.69, low: 0.6, high: 0.79, n: 400 },
  };

  test('is compared with the reference group, and with itself before when that is what alarmed', () => {
    expect(groupSentence(women, evidence(0.2, 'selection_rate', 'down'))).toBe(
      'sex=female gets the favourable decision less often: 31 % against 45 % of male (ratio 0.69, four-fifths rule broken); evidence 20 % of the alarm level',
    );
    expect(groupSentence(women, evidence(1.2, 'selection_rate', 'down'))).toBe(
      'sex=female gets the favourable decision less often than before: 44 % → 31 % of 400 rows, against 45 % of male (ratio 0.69, four-fifths rule broken); evidence 120 % of the alarm level',
    );
    expect(groupSentence(women, evidence(1.2, 'error_rate'))).toBe(
      'sex=female is judged wrongly more often: 20 % → 30 % of 300 labelled rows; evidence 120 % of the alarm level',
    );
  });

  test('below four fifths by chance is not called a broken rule', () => {
    const few = { ...women, disparateImpactRatio: { value: 0.69, low: 0.4, high: 1.1, n: 40 } };
    expect(groupSentence(few, null)).toContain('(ratio 0.69, below four fifths, but chance could explain it)');
  });

  test('too small says so, and not how small', () => {
    const small = {
      ...women,
      selectionRate: { value: null, low: null, high: null, n: 12, suppressed: 'n<30' },
    };
    expect(groupSentence(small, null)).toBe('sex=female has too few rows to say anything');
  });

  test('cannot smuggle text into the sentence by its name', () => {
    const text = groupSentence({ ...women, group: 'x\u202e\n"><script>' }, null);
    expect(text).not.toMatch(/[\u202e\n]/);
  });
});

describe('a weak segment', () => {
  const from = (value: number) => ({ value, isIncluded: true });
  const beyond = (value: number) => ({ value, isIncluded: false });

  test.each([
    ['income below 21k', { kind: 'numbers', low: null, high: beyond(21_000) }],
    ['income up to 0', { kind: 'numbers', low: null, high: from(0) }],
    ['income from 21k', { kind: 'numbers', low: from(21_000), high: null }],
    ['income above 0', { kind: 'numbers', low: beyond(0), high: null }],
    ['income from 21k to below 35k', { kind: 'numbers', low: from(21_000), high: beyond(35_000) }],
    ['income above 0 to 1', { kind: 'numbers', low: beyond(0), high: from(1) }],
    ['income 1', { kind: 'numbers', low: from(1), high: from(1) }],
    ['income known', { kind: 'numbers', low: null, high: null }],
    ['income missing', { kind: 'missing' }],
    ['income a, b or c', { kind: 'categories', categories: ['a', 'b', 'c'] }],
    ['income a value the reference does not have', { kind: 'unseen' }],
  ] as const)('is described as %s', (text, range) => {
    expect(conditionText('income\u202e', range)).toBe(text);
  });

  const all = { threshold: 0.5, rows: 4_000, events: 480, testedRows: 2_000, segments: [] };
  const segment = (rows: number, events: number) => ({
    conditions: [
      { signal: 'feature:income', name: 'income', range: { kind: 'missing' as const } },
      { signal: 'feature:region', name: 'region', range: { kind: 'categories' as const, categories: ['north'] } },
    ],
    found: { rows: 190, events: 70 },
    tested: { rows, events },
    evidence: 9,
  });

  test('is told by the rows that had no part in the search', () => {
    expect(weakSegmentSentence(segment(180, 54), { ...all, trouble: 'wrong' })).toBe(
      'income missing and region north: 30 % wrong instead of 12 %, in 9 % of the rows',
    );
    expect(weakSegmentSentence(segment(180, 54), { ...all, trouble: 'large_error', threshold: 4_200 })).toBe(
      'income missing and region north: 30 % off by more than 4.2k instead of 12 %, in 9 % of the rows',
    );
    expect(weakSegmentSentence(segment(180, 54), { ...all, trouble: 'poor_ranking' })).toContain('30 % poorly ranked');
    expect(weakSegmentSentence(segment(0, 0), { ...all, trouble: 'wrong' })).toBe(
      'income missing and region north: none among the rows to test on',
    );
  });
});

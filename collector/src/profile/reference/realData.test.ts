import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  areaUnderCurve,
  confusionMetrics,
  katzRatio,
  newcombeDifference,
  type Proportion,
} from '../../statistics/index.ts';
import {
  buildReference,
  type Confusion,
  favourableDecision,
  groupConfusions,
  overallConfusion,
  type Profile,
  type Reference,
  scoreDistribution,
} from '../index.ts';
import { batchOf, type SampleRow } from '../sampleBatch.ts';

/** Public data sets, kept out of the repository: their folder is `PLUMBLINE_DATA`, or `shared/data` beside it. */
const folder = process.env.PLUMBLINE_DATA ?? join(import.meta.dirname, '../../../../shared/data');

function table(file: string): Record<string, string>[] {
  return parse(readFileSync(join(folder, file)), { columns: true });
}

function favourable(profile: Profile, confusion: Confusion): Proportion {
  const positive = confusion.truePositive + confusion.falsePositive + confusion.unlabelledPositive;
  const negative = confusion.trueNegative + confusion.falseNegative + confusion.unlabelledNegative;
  return { events: favourableDecision(profile.shape) === 1 ? positive : negative, n: positive + negative };
}

function groupOf(profile: Profile, attribute: string, group: string): Confusion {
  const found = groupConfusions(profile, attribute).find((confusion) => confusion.group === group);
  if (found === undefined) throw new Error(`no group ${group}`);
  return found;
}

const options = { task: 'binary_classification', windowMs: 86_400_000 } as const;

/** Published by ProPublica (rates) and computed from the same file with numpy and scipy (differences, intervals, AUC). */
describe.skipIf(!existsSync(join(folder, 'compas.csv')))('COMPAS, folded from its columns (needs compas.csv)', () => {
  let reference: Reference;
  beforeAll(() => {
    const rows = table('compas.csv');
    const samples = rows.map(
      (row, i): SampleRow => ({
        id: `${i}`,
        time: Date.parse(row.compas_screening_date!),
        features: { age: Number(row.age), priors: Number(row.priors_count), charge: row.c_charge_degree! },
        prediction: row.score_text!,
        score: Number(row.decile_score),
        groups: { race: row.race!, sex: row.sex! },
      }),
    );
    const features = [
      { name: 'age', type: 'number' },
      { name: 'priors', type: 'number' },
      { name: 'charge', type: 'category' },
    ] as const;
    const batches = Array.from({ length: 8 }, (_, i) => batchOf(samples.slice(i * 1_000, (i + 1) * 1_000), features));
    const outcomes = rows.map((row, i) => ({ inferenceId: `${i}`, label: row.two_year_recid! }));
    reference = buildReference(batches, outcomes, { ...options, positive: '1', favourable: 'Low' });
  });

  it('counts decisions against outcomes overall and by group', () => {
    const { profile, rows } = reference;
    expect(rows).toBe(7_214);
    const matrix = ({ truePositive, falsePositive, falseNegative, trueNegative }: Confusion): number[] => [
      truePositive,
      falsePositive,
      falseNegative,
      trueNegative,
    ];
    expect(matrix(overallConfusion(profile))).toEqual([2_035, 1_282, 1_216, 2_681]);
    expect(matrix(groupOf(profile, 'race', 'African-American'))).toEqual([1_369, 805, 532, 990]);
    expect(matrix(groupOf(profile, 'race', 'Caucasian'))).toEqual([505, 349, 461, 1_139]);
  });

  it('gives the error rates of both groups', () => {
    const ofGroup = (group: string) => confusionMetrics(groupOf(reference.profile, 'race', group));
    const [africanAmerican, caucasian] = [ofGroup('African-American'), ofGroup('Caucasian')];
    expect(africanAmerican.falsePositiveRate.value).toBeCloseTo(0.448468, 6);
    expect(africanAmerican.falseNegativeRate.value).toBeCloseTo(0.279853, 6);
    expect(africanAmerican.precision.value).toBeCloseTo(0.629715, 6);
    expect(caucasian.falsePositiveRate.value).toBeCloseTo(0.234543, 6);
    expect(caucasian.falseNegativeRate.value).toBeCloseTo(0.477226, 6);
    expect(africanAmerican.recall.value! - caucasian.recall.value!).toBeCloseTo(0.197373, 6);
  });

  it('gives statistical parity and disparate impact with Low as the favourable score', () => {
    const { profile } = reference;
    const low = (group: string): Proportion => favourable(profile, groupOf(profile, 'race', group));
    const difference = newcombeDifference(low('African-American'), low('Caucasian'));
    expect(difference.value).toBeCloseTo(-0.2402, 6);
    expect(difference.high).toBeLessThan(-0.2);
    const ratio = katzRatio(low('African-American'), low('Caucasian'));
    expect(ratio.value).toBeCloseTo(0.631593, 6);
    expect(ratio.low).toBeCloseTo(0.601892, 6);
    expect(ratio.high).toBeCloseTo(0.66276, 6);
  });

  it('gives the area under the curve of the decile score', () => {
    const { positives, negatives } = scoreDistribution(reference.profile)!;
    const area = areaUnderCurve(positives, negatives);
    expect(area.value).toBeCloseTo(0.702166, 6);
    expect(area.standardError).toBeCloseTo(0.006089, 6);
  });
});

describe.skipIf(!existsSync(join(folder, 'german.csv')))(
  'German credit, folded from its columns (needs german.csv)',
  () => {
    it('gives parity and disparate impact by age and by sex', () => {
      const samples = table('german.csv').map(
        (row, i): SampleRow => ({ id: `${i}`, prediction: row.credit!, groups: { age: row.age!, sex: row.sex! } }),
      );
      const { profile } = buildReference([batchOf(samples)], [], { ...options, positive: '1', favourable: '1' });
      const good = (attribute: string, group: string): Proportion =>
        favourable(profile, groupOf(profile, attribute, group));
      const [young, adult] = [good('age', 'youth'), good('age', 'adult')];
      expect([young, adult]).toEqual([
        { events: 88, n: 149 },
        { events: 612, n: 851 },
      ]);
      expect(newcombeDifference(young, adult).value).toBeCloseTo(-0.12855, 6);
      expect(katzRatio(young, adult).value).toBeCloseTo(0.821248, 6);
      expect(newcombeDifference(good('sex', 'female'), good('sex', 'male')).value).toBeCloseTo(-0.074801, 6);
      expect(katzRatio(good('sex', 'female'), good('sex', 'male')).value).toBeCloseTo(0.896567, 6);
    });
  },
);

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allRows,
  buildReference,
  classConfusion,
  createProfile,
  favourableDecision,
  foldInferences,
  foldOutcome,
  groupConfusions,
  joinEntryOf,
  judge,
  overallConfusion,
  overallResiduals,
  type ProfileShape,
  profileTotals,
  type Task,
} from '../index.ts';
import { batchOf, type SampleRow } from '../sampleBatch.ts';

function shapeOf(
  task: Task,
  rows: readonly SampleRow[],
  labels: readonly (string | number)[],
  options: { positive?: string; favourable?: string } = {},
): ProfileShape {
  const outcomes = labels.map((label, i) => ({ inferenceId: rows[i]!.id, label }));
  return buildReference([batchOf(rows)], outcomes, { task, windowMs: 1_000, ...options }).shape;
}

const binaryRows: SampleRow[] = Array.from({ length: 40 }, (_, i) => ({
  id: `${i}`,
  prediction: i % 2 === 0 ? '1' : '0',
  score: i / 40,
  groups: { sex: i % 3 === 0 ? 'female' : 'male' },
}));
const binaryLabels = binaryRows.map((_, i) => (i % 5 === 0 ? 1 : 0));

describe('foldOutcome', () => {
  const shape = shapeOf('binary_classification', binaryRows, binaryLabels);
  const batch = batchOf(binaryRows);

  it('moves a prediction from unlabelled to its label, overall and in its group', () => {
    const profile = createProfile(shape);
    foldInferences(profile, batch, allRows(batch));
    foldOutcome(profile, joinEntryOf(batch, 0), 1);
    foldOutcome(profile, joinEntryOf(batch, 1), '1');
    foldOutcome(profile, joinEntryOf(batch, 2), 0);
    expect(overallConfusion(profile)).toEqual({
      truePositive: 1,
      falseNegative: 1,
      falsePositive: 1,
      trueNegative: 0,
      unlabelledPositive: 18,
      unlabelledNegative: 19,
      wrong: 2,
      right: 1,
    });
    expect(groupConfusions(profile, 'sex').find(({ group }) => group === 'female')).toMatchObject({
      truePositive: 1,
      falseNegative: 0,
      falsePositive: 0,
    });
    expect(profileTotals(profile).labelled).toBe(3);
  });

  it('with corrected labels leaves what the last labels alone would, in any number of corrections', () => {
    const label = fc.constantFrom('0', '1', 0, 1);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(39), label), { maxLength: 100 }), (corrections) => {
        const corrected = createProfile(shape);
        const direct = createProfile(shape);
        for (const profile of [corrected, direct]) foldInferences(profile, batch, allRows(batch));
        const last = new Map<number, string | number>();
        for (const [row, value] of corrections) {
          foldOutcome(corrected, { ...joinEntryOf(batch, row), label: last.get(row) ?? null }, value);
          last.set(row, value);
        }
        for (const [row, value] of last) foldOutcome(direct, joinEntryOf(batch, row), value);
        expect(corrected).toEqual(direct);
      }),
    );
  });

  it('ignores the outcome of an inference that predicted nothing', () => {
    const failed = batchOf([{ id: 'x', prediction: null }]);
    const profile = createProfile(shape);
    foldInferences(profile, failed, allRows(failed));
    const before = profile.counts.slice();
    foldOutcome(profile, joinEntryOf(failed, 0), '1');
    expect(profile.counts).toEqual(before);
  });

  it('of regression sums residuals that can be taken back exactly', () => {
    const rows: SampleRow[] = Array.from({ length: 50 }, (_, i) => ({ id: `${i}`, prediction: 1e6 + i * 1.1 }));
    const regression = shapeOf('regression', rows, []);
    const numbers = batchOf(rows);
    const profile = createProfile(regression);
    foldInferences(profile, numbers, allRows(numbers));
    const labels = rows.map((_, i) => 1e6 + i);
    for (const [i, label] of labels.entries()) foldOutcome(profile, joinEntryOf(numbers, i), label);
    const errors = rows.map((_, i) => i * 0.1);
    const residuals = overallResiduals(profile)!;
    expect(residuals.n).toBe(50);
    expect(residuals.sum).toBeCloseTo(
      errors.reduce((sum, error) => sum + error, 0),
      4,
    );
    expect(residuals.squareSum).toBeCloseTo(
      errors.reduce((sum, error) => sum + error ** 2, 0),
      3,
    );
    const mean = labels.reduce((sum, label) => sum + label, 0) / 50;
    expect(residuals.totalSumOfSquares).toBeCloseTo(
      labels.reduce((sum, label) => sum + (label - mean) ** 2, 0),
      2,
    );

    const before = profile.sums.slice();
    foldOutcome(profile, { ...joinEntryOf(numbers, 7), label: labels[7]! }, -3e9);
    foldOutcome(profile, { ...joinEntryOf(numbers, 7), label: -3e9 }, labels[7]!);
    expect(profile.sums).toEqual(before);
    foldOutcome(profile, joinEntryOf(numbers, 8), 'not a number');
    expect(profileTotals(profile).labelled).toBe(50);
  });

  it('of many classes fills their matrix; a class that is new counts as another', () => {
    const rows: SampleRow[] = ['cat', 'dog', 'cow', 'cat'].map((prediction, i) => ({ id: `${i}`, prediction }));
    const animals = shapeOf('multiclass_classification', rows, ['cat', 'cat', 'cow', 'dog']);
    const numbers = batchOf(rows);
    const profile = createProfile(animals);
    foldInferences(profile, numbers, allRows(numbers));
    for (const [i, label] of ['cat', 'cat', 'cow', 'emu'].entries())
      foldOutcome(profile, joinEntryOf(numbers, i), label);
    const { classes, counts } = classConfusion(profile)!;
    expect(classes).toEqual(['cat', 'cow', 'dog']);
    expect([...counts]).toEqual([1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect(overallConfusion(profile)).toMatchObject({ right: 2, wrong: 2 });
  });
});

describe('decisions', () => {
  it('are about the positive class', () => {
    const shape = shapeOf('binary_classification', binaryRows, binaryLabels);
    expect(shape.positive).toBe('1');
    expect(favourableDecision(shape)).toBe(1);
  });

  it('are about anything but the favourable prediction, where that is not the positive class', () => {
    const rows: SampleRow[] = ['Low', 'Medium', 'High'].map((prediction, i) => ({ id: `${i}`, prediction }));
    const shape = shapeOf('binary_classification', rows, [0, 1, 1], { positive: '1', favourable: 'Low' });
    expect(favourableDecision(shape)).toBe(0);
    const batch = batchOf(rows);
    expect([0, 1, 2].map((row) => judge(shape, joinEntryOf(batch, row), 1))).toEqual([
      { decision: 0, label: 1, wrong: true },
      { decision: 1, label: 1, wrong: false },
      { decision: 1, label: 1, wrong: false },
    ]);
  });

  it('find the positive class among labels by its usual names, else the last by text', () => {
    const found = (labels: readonly (string | number)[]): string | null =>
      shapeOf('binary_classification', binaryRows, labels).positive;
    expect(found(['False', 'True'])).toBe('True');
    expect(found([0, 1])).toBe('1');
    expect(found(['bad', 'good'])).toBe('good');
    expect(found([])).toBe('1');
  });
});

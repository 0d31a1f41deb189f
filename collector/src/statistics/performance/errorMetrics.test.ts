import { describe, expect, it } from 'vitest';
import { normal, seededRandom } from '../simulate.ts';
import { type ErrorMetricSums, errorMetrics, pinballLossOfSums } from './errorMetrics.ts';
import { pinballLoss, relativeErrors } from './relativeErrors.ts';

const random = seededRandom(8);
const labels = Array.from({ length: 500 }, (_, i) => (i % 50 === 0 ? 0 : 40 + 10 * normal(random)));
const predictions = labels.map((label) => label + 3 * normal(random));
const sumOf = (of: (row: number) => number) => labels.reduce((sum, _, row) => sum + of(row), 0);
const error = (row: number) => predictions[row]! - labels[row]!;
const large = labels.flatMap((label, row) => (Math.abs(label) >= 1 ? [row] : []));
const sums: ErrorMetricSums = {
  n: labels.length,
  sum: sumOf(error),
  absoluteSum: sumOf((row) => Math.abs(error(row))),
  squareSum: sumOf((row) => error(row) ** 2),
  totalSumOfSquares: 1,
  labelSum: sumOf((row) => Math.abs(labels[row]!)),
  errorLabelSum: sumOf((row) => Math.abs(error(row) * labels[row]!)),
  labelSquareSum: sumOf((row) => labels[row]! ** 2),
  fourthSum: sumOf((row) => error(row) ** 4),
  relative: {
    n: large.length,
    sum: large.reduce((sum, row) => sum + Math.abs(error(row) / labels[row]!), 0),
    squareSum: large.reduce((sum, row) => sum + (error(row) / labels[row]!) ** 2, 0),
  },
};

describe('errorMetrics', () => {
  it('are from sums what they are from rows', () => {
    const fromSums = errorMetrics(sums);
    const fromRows = relativeErrors(predictions, labels, 1);
    for (const [name, expected] of [
      ['weightedAbsolutePercentageError', fromRows.weightedAbsolutePercentageError],
      ['meanAbsolutePercentageError', fromRows.meanAbsolutePercentageError],
    ] as const) {
      expect(fromSums[name]?.n).toBe(expected.n);
      for (const part of ['value', 'low', 'high'] as const) {
        expect(fromSums[name]?.[part], `${name} ${part}`).toBeCloseTo(expected[part]!, 9);
      }
    }
    expect(fromSums.relativeErrorExcludedShare?.value).toBeCloseTo(fromRows.excludedShare!, 12);
    for (const tau of [0.1, 0.5, 0.9]) {
      expect(pinballLossOfSums(sums, tau).value).toBeCloseTo(pinballLoss(predictions, labels, tau)!, 9);
    }
  });

  it('give the root mean squared error an interval that covers the truth about as often as it says', () => {
    let covered = 0;
    for (let run = 0; run < 400; run++) {
      const errors = Array.from({ length: 200 }, () => 2 * normal(random));
      const of = (power: number) => errors.reduce((sum, each) => sum + Math.abs(each) ** power, 0);
      const { low, high } = errorMetrics({
        ...sums,
        n: 200,
        absoluteSum: of(1),
        squareSum: of(2),
        fourthSum: of(4),
      }).rootMeanSquaredError!;
      if (low! <= 2 && high! >= 2) covered++;
    }
    expect(covered / 400).toBeGreaterThan(0.9);
    expect(covered / 400).toBeLessThan(0.98);
  });

  it('say nothing without rows, and no interval of one row', () => {
    const none = { ...sums, n: 0, labelSum: 0, relative: { n: 0, sum: 0, squareSum: 0 } };
    for (const { value } of Object.values(errorMetrics(none))) expect(value).toBeNull();
    expect(pinballLossOfSums(none, 0.5).value).toBeNull();
    const one = { ...sums, n: 1, labelSum: 2, absoluteSum: 1, squareSum: 1, fourthSum: 1 };
    expect(errorMetrics(one).weightedAbsolutePercentageError).toEqual({ value: 0.5, low: null, high: null, n: 1 });
  });
});

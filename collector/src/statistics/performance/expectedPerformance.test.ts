import { expect, it } from 'vitest';
import { areaUnderCurve } from '../areaUnderCurve.ts';
import { confusionMetrics } from '../confusionMetrics.ts';
import { seededRandom } from '../simulate.ts';
import { expectedPerformance } from './expectedPerformance.ts';
import { isotonicCalibration } from './isotonicCalibration.ts';

/** Scores from 0 to 1 in 20 bins, which are right; decided at 0.5. */
const bins = 20;
const truth = Float64Array.from({ length: bins }, (_, bin) => (bin + 0.5) / bins);

/** Labels of `n` rows with uniform scores: positives and negatives by bin. */
function drawn(random: () => number, n: number) {
  const [positives, negatives] = [new Float64Array(bins), new Float64Array(bins)];
  for (let row = 0; row < n; row++) {
    const bin = Math.floor(random() * bins);
    (random() < truth[bin]! ? positives : negatives)[bin]! += 1;
  }
  return { positives, negatives };
}

/** Rows by bin and decision. */
function decided({ positives, negatives }: ReturnType<typeof drawn>): Float64Array {
  return Float64Array.from({ length: 2 * bins }, (_, cell) => {
    const bin = cell >> 1;
    return cell % 2 === (bin < bins / 2 ? 0 : 1) ? positives[bin]! + negatives[bin]! : 0;
  });
}

function realised({ positives, negatives }: ReturnType<typeof drawn>) {
  const of = (counts: Float64Array, from: number, to: number) =>
    counts.subarray(from, to).reduce((sum, count) => sum + count, 0);
  const { accuracy, precision, recall, f1 } = confusionMetrics({
    truePositive: of(positives, bins / 2, bins),
    falsePositive: of(negatives, bins / 2, bins),
    falseNegative: of(positives, 0, bins / 2),
    trueNegative: of(negatives, 0, bins / 2),
  });
  return { accuracy, precision, recall, f1, areaUnderCurve: areaUnderCurve(positives, negatives) };
}

const names = ['accuracy', 'precision', 'recall', 'f1', 'areaUnderCurve'] as const;

it('gives what is expected of six rows', () => {
  // Reference values of the specification, 6.3: 0.9, 0.8, 0.3, 0.6, 0.1 and 0.45, decided at 0.5; TP 2.3 FP 0.7 FN 0.85 TN 2.15.
  const probabilities = [0.1, 0.3, 0.45, 0.6, 0.8, 0.9];
  const rows = [1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1];
  const expected = expectedPerformance({ probabilities, labels: [9, 9, 9, 9, 9, 9] }, rows);
  expect(expected.accuracy.value).toBeCloseTo(0.7416667, 7);
  expect(expected.precision.value).toBeCloseTo(2.3 / 3, 12);
  expect(expected.recall.value).toBeCloseTo(2.3 / 3.15, 12);
  expect(expected.f1.value).toBeCloseTo(0.7479675, 7);
  expect(expected.areaUnderCurve.value).toBeCloseTo(0.8146756, 7);
});

it('adds to the doubt about labels that about probabilities', () => {
  const { accuracy } = expectedPerformance({ probabilities: [0.2, 0.8], labels: [10, 10] }, [50, 0, 0, 50]);
  // By hand. Labels: 100 x 0.16 / 100^2 = 0.04^2. Each probability, 2 or 8 of 10 labels: 2.5 x 8.5 / (11^2 x 12), halved and squared.
  expect(accuracy.labelDeviation).toBeCloseTo(0.04, 12);
  const half = 1.959964 * Math.sqrt(0.0016 + 2 * 0.25 * (21.25 / 1_452));
  expect(accuracy.value).toBeCloseTo(0.8, 12);
  expect(accuracy.low).toBeCloseTo(0.8 - half, 6);
  expect(accuracy.high).toBeCloseTo(0.8 + half, 6);
});

it('knows how far each number strays when labels are drawn', () => {
  const random = seededRandom(7);
  const rows = decided(drawn(random, 2_000));
  const expected = expectedPerformance({ probabilities: truth, labels: truth.map(() => 1e6) }, rows);
  const draws = Array.from({ length: 1_000 }, () => {
    const labels = { positives: new Float64Array(bins), negatives: new Float64Array(bins) };
    rows.forEach((count, cell) => {
      for (let row = 0; row < count; row++)
        (random() < truth[cell >> 1]! ? labels.positives : labels.negatives)[cell >> 1]! += 1;
    });
    return realised(labels);
  });
  for (const name of names) {
    const { value, labelDeviation } = expected[name];
    const squares = draws.map((draw) => (draw[name].value! - value!) ** 2);
    const deviation = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / draws.length);
    // A standard deviation from 1,000 draws has a standard error of 2.2 %; four of them.
    expect(Math.abs(deviation / labelDeviation - 1), name).toBeLessThan(0.09);
  }
});

it('holds what labels say afterwards in 95 % of cases, with few labels to learn from', () => {
  const random = seededRandom(11);
  const held = { accuracy: 0, precision: 0, recall: 0, f1: 0, areaUnderCurve: 0 };
  for (let run = 0; run < 400; run++) {
    const past = drawn(random, 400);
    const labels = past.positives.map((count, bin) => count + past.negatives[bin]!);
    const probabilities = isotonicCalibration(past.positives, past.negatives)!;
    const now = drawn(random, 1_000);
    const [expected, later] = [expectedPerformance({ probabilities, labels }, decided(now)), realised(now)];
    for (const name of names) {
      const value = later[name].value!;
      if (expected[name].low! <= value && value <= expected[name].high!) held[name]++;
    }
  }
  // 92.5 to 94 % here, and 67 to 70 % with the doubt about labels alone. Four standard errors of 95 % in 400 runs are 4.4 %.
  for (const name of names) expect(held[name] / 400, name).toBeGreaterThan(0.906);
});

it('says nothing where there is nothing to divide by', () => {
  const calibration = { probabilities: [0, 0.5], labels: [1, 1] };
  const nobody = expectedPerformance(calibration, [0, 0, 0, 0]);
  expect(names.map((name) => nobody[name].value)).toEqual([null, null, null, null, null]);
  const refused = expectedPerformance(calibration, [2, 0, 0, 0]);
  expect(names.map((name) => refused[name].value)).toEqual([1, null, null, null, null]);
});

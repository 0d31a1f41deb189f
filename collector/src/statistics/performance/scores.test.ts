import { describe, expect, it } from 'vitest';
import { seededRandom } from '../simulate.ts';
import { wilsonInterval } from '../wilsonInterval.ts';
import { averagePrecision } from './averagePrecision.ts';
import {
  calibrationError,
  calibrationLine,
  calibrationSquaredError,
  type ReliabilityBin,
  reliability,
} from './calibration.ts';
import { type ProbabilityBins, probabilityLosses } from './probabilityLosses.ts';

/** 256 bins of the logit on [-9, 9], as profiles keep probabilities. */
const edges = Float64Array.from({ length: 257 }, (_, i) =>
  i === 0 ? 0 : i === 256 ? 1 : 1 / (1 + Math.exp(9 - (i * 18) / 256)),
);

interface Rows {
  readonly probabilities: Float64Array;
  readonly labels: Uint8Array;
  readonly bins: ProbabilityBins;
}

/** Beta(2, 2) probabilities (the middle of three uniforms); labels happen with `truth(probability)`. */
function sample(seed: number, n: number, truth: (probability: number) => number = (p) => p): Rows {
  const random = seededRandom(seed);
  const probabilities = new Float64Array(n);
  const labels = new Uint8Array(n);
  const positives = new Float64Array(256);
  const negatives = new Float64Array(256);
  for (let row = 0; row < n; row++) {
    const [, middle = 0.5] = [random(), random(), random()].sort((a, b) => a - b);
    probabilities[row] = middle;
    labels[row] = random() < truth(middle) ? 1 : 0;
    const bin = Math.min(255, Math.max(0, Math.floor(((Math.log(middle / (1 - middle)) + 9) * 256) / 18)));
    (labels[row] === 1 ? positives : negatives)[bin]! += 1;
  }
  return { probabilities, labels, bins: { edges, positives, negatives } };
}

function equalWidth({ probabilities, labels }: Rows): ReliabilityBin[] {
  return Array.from({ length: 15 }, (_, bin) => {
    const members = [...probabilities.keys()].filter((row) => Math.floor(probabilities[row]! * 15) === bin);
    const events = members.filter((row) => labels[row] === 1).length;
    const predicted = mean(members.map((row) => probabilities[row]!));
    return { predicted, low: bin / 15, high: (bin + 1) / 15, observed: wilsonInterval(events, members.length) };
  }).filter(({ observed }) => observed.n > 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('calibration errors', () => {
  it.each([
    [200, 0.0891, 0.003],
    [1_000, 0.04, 0.0015],
    [10_000, 0.0124, 0.0005],
  ])('of perfect probabilities with %i rows in 15 bins of equal width are biased up', (n, expected, within) => {
    const errors = Array.from({ length: 200 }, (_, seed) => calibrationError(equalWidth(sample(seed, n))).value ?? 0);
    expect(Math.abs(mean(errors) - expected)).toBeLessThan(within);
  });

  it.each([
    [200, 3e-3],
    [1_000, 6e-4],
    [10_000, 6e-5],
  ])('of perfect probabilities with %i rows are 0 on average once debiased', (n, near) => {
    const errors = Array.from(
      { length: 200 },
      (_, seed) => calibrationSquaredError(reliability(sample(seed, n).bins)).value ?? 0,
    );
    expect(Math.abs(mean(errors))).toBeLessThan(near);
  });

  it('sees probabilities that are wrong by a tenth', () => {
    const bins = reliability(sample(5, 20_000, (p) => Math.min(1, p + 0.1)).bins);
    const { value, low, high } = calibrationSquaredError(bins);
    expect(value).toBeCloseTo(0.01, 2);
    expect(low).toBeGreaterThan(0.005);
    expect(high).toBeLessThan(0.015);
    expect(calibrationError(bins).value).toBeCloseTo(0.1, 1);
  });

  it('keeps 0 in its interval for about 95 % of perfect samples', () => {
    let covered = 0;
    for (let seed = 0; seed < 500; seed++) {
      const { low, high } = calibrationSquaredError(reliability(sample(seed, 1_000).bins));
      if ((low ?? 1) <= 0 && (high ?? -1) >= 0) covered++;
    }
    expect(covered / 500).toBeGreaterThan(0.92);
  });

  it('has bins of about equal size that hold every row once', () => {
    const bins = reliability(sample(2, 3_000).bins, 10);
    expect(bins).toHaveLength(10);
    expect(bins.reduce((sum, { observed }) => sum + observed.n, 0)).toBe(3_000);
    for (const { observed, low, high, predicted } of bins) {
      expect(observed.n).toBeGreaterThan(200);
      expect(predicted).toBeGreaterThan(low);
      expect(predicted).toBeLessThan(high);
    }
    expect(reliability({ edges, positives: new Float64Array(256), negatives: new Float64Array(256) })).toEqual([]);
    expect(calibrationSquaredError([]).value).toBeNull();
    expect(calibrationError([]).value).toBeNull();
  });
});

describe('calibrationLine', () => {
  it('finds how probabilities were bent', () => {
    const bent = (p: number): number => 1 / (1 + Math.exp(-(0.5 + 0.7 * Math.log(p / (1 - p)))));
    const { intercept, slope } = calibrationLine(sample(8, 50_000, bent).bins);
    expect(intercept.low).toBeLessThan(0.5);
    expect(intercept.high).toBeGreaterThan(0.5);
    expect(slope.low).toBeLessThan(0.7);
    expect(slope.high).toBeGreaterThan(0.7);
    expect(slope.value).toBeCloseTo(0.7, 1);
  });

  it('is undefined with one bin or perfectly separated labels', () => {
    const one = { edges: [0, 0.5, 1], positives: [3, 0], negatives: [3, 0] };
    expect(calibrationLine(one).slope.value).toBeNull();
    expect(calibrationLine({ edges: [0, 0.5, 1], positives: [0, 9], negatives: [9, 0] }).slope.value).toBeNull();
  });
});

describe('probabilityLosses', () => {
  it('holds the unbinned losses between its limits, and close', () => {
    const { probabilities, labels, bins } = sample(4, 5_000);
    const given = probabilities.map((p, row) => (labels[row] === 1 ? p : 1 - p));
    const brier = mean([...given].map((p) => (1 - p) ** 2));
    const log = mean([...given].map((p) => -Math.log(p)));
    const { brierScore, logLoss } = probabilityLosses(bins);
    expect(brierScore.value).toBeCloseTo(brier, 3);
    expect(logLoss.value).toBeCloseTo(log, 3);
    for (const [{ low, high }, exact] of [[brierScore, brier] as const, [logLoss, log] as const]) {
      expect(low).toBeLessThan(exact);
      expect(high).toBeGreaterThan(exact);
    }
  });

  it('stays finite for probabilities of 0 and 1 that were wrong', () => {
    const certain = { edges: [0, 0.001, 0.999, 1], positives: [5, 0, 0], negatives: [0, 0, 5] };
    const { brierScore, logLoss } = probabilityLosses(certain);
    expect(brierScore.high).toBe(1);
    expect(logLoss.high).toBeCloseTo(-Math.log(1e-6), 6);
    expect(probabilityLosses({ edges: [0, 1], positives: [0], negatives: [0] }).logLoss.value).toBeNull();
  });
});

describe('averagePrecision', () => {
  /** By sorting the rows. */
  function exact({ probabilities, labels }: Rows): number {
    const order = [...probabilities.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!);
    let found = 0;
    let sum = 0;
    order.forEach((row, rank) => {
      if (labels[row] !== 1) return;
      found += 1;
      sum += found / (rank + 1);
    });
    return sum / found;
  }

  it.each([
    [0.5, 5e-4],
    [0.05, 8e-4],
    [0.005, 1.2e-3],
  ])('at a base rate of about %f is within its bin error and %f of the sorted rows', (rate, near) => {
    const odds = rate / (1 - rate);
    const rows = sample(6, 100_000, (p) => (odds * p ** 4) / (odds * p ** 4 + (1 - p) ** 2 * 0.1));
    const { value, binLow, binHigh } = averagePrecision(rows.bins.positives, rows.bins.negatives);
    const truth = exact(rows);
    expect(Math.abs((value ?? 0) - truth)).toBeLessThan(near);
    expect(binLow).toBeLessThanOrEqual(truth);
    expect(binHigh).toBeGreaterThanOrEqual(truth);
  });

  it('bounds by the worst and the best order inside of bins, whatever their size', () => {
    // One bin: best order puts all 200 positives first; worst last, after 1000 negatives.
    const { binLow, binHigh, low, high } = averagePrecision([200], [1_000]);
    let worst = 0;
    for (let k = 1; k <= 200; k++) worst += k / (k + 1_000) / 200;
    expect(binLow).toBeCloseTo(worst, 12);
    expect(binHigh).toBe(1);
    expect(low).toBeLessThan(worst);
    expect(high).toBe(1);
  });

  it('is 1 when all positives are on top, and undefined without positives', () => {
    expect(averagePrecision([0, 3], [9, 0])).toMatchObject({ value: 1, high: 1, n: 3 });
    expect(averagePrecision([0, 0], [9, 1]).value).toBeNull();
  });
});

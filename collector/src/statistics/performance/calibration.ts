import { type Estimated, nothing, standardNormal95 } from '../estimated.ts';
import { wilsonInterval } from '../wilsonInterval.ts';
import { binMiddle, type ProbabilityBins } from './probabilityLosses.ts';

/** Rows of about the same predicted probability. */
export interface ReliabilityBin {
  /** Mean predicted probability, and the range of it. */
  readonly predicted: number;
  readonly low: number;
  readonly high: number;
  /** Share of positive labels, with Wilson's 95 % interval. */
  readonly observed: Estimated;
}

/**
 * Do predicted probabilities happen as often as they say? Neighbouring bins are joined until each holds about the same
 * number of labelled rows, at most `most` bins.
 */
export function reliability(bins: ProbabilityBins, most = 15): ReliabilityBin[] {
  const { edges, positives, negatives } = bins;
  let total = 0;
  for (let bin = 0; bin < positives.length; bin++) total += positives[bin]! + negatives[bin]!;
  const joined: ReliabilityBin[] = [];
  let open = { n: 0, events: 0, probability: 0, low: 0, high: 0 };
  let passed = 0;
  for (let bin = 0; bin < positives.length; bin++) {
    const n = positives[bin]! + negatives[bin]!;
    if (n === 0) continue;
    const [low, high] = [edges[bin]!, edges[bin + 1]!];
    open = {
      n: open.n + n,
      events: open.events + positives[bin]!,
      probability: open.probability + n * binMiddle(low, high),
      low: open.n === 0 ? low : open.low,
      high,
    };
    passed += n;
    if (passed < ((joined.length + 1) * total) / most && passed < total) continue;
    joined.push({
      predicted: open.probability / open.n,
      low: open.low,
      high: open.high,
      observed: wilsonInterval(open.events, open.n),
    });
    open = { n: 0, events: 0, probability: 0, low: 0, high: 0 };
  }
  return joined;
}

/**
 * By how much are probabilities wrong on average? Expected calibration error: mean over rows of |observed - predicted| of
 * their bin, in [0, 1]. Biased up: perfect probabilities give 0.04 with 1,000 rows; to judge, read `calibrationSquaredError`.
 *
 * Source: Naeini, Cooper and Hauskrecht 2015.
 */
export function calibrationError(bins: readonly ReliabilityBin[]): Estimated {
  const n = rowsOf(bins);
  if (n === 0) return nothing(0);
  const value = bins.reduce((sum, bin) => sum + (bin.observed.n / n) * Math.abs(gap(bin)), 0);
  return { value, low: null, high: null, n };
}

/**
 * By how much are probabilities wrong, beyond what chance adds? Mean over rows of the squared calibration gap of their
 * bin, less what perfect probabilities would show: sum (n_b / n) ((y_b - p_b)^2 - p_b (1 - p_b) / n_b). 0 on average when
 * calibrated, and then below 0 about half of the time.
 *
 * Interval: normal, 95 %, with the variance of squared binomial gaps.
 *
 * Source: Brocker 2012; Kumar, Liang and Ma 2019.
 */
export function calibrationSquaredError(bins: readonly ReliabilityBin[]): Estimated {
  const n = rowsOf(bins);
  if (n === 0) return nothing(0);
  let value = 0;
  let variance = 0;
  for (const bin of bins) {
    const rows = bin.observed.n;
    const chance = (bin.predicted * (1 - bin.predicted)) / rows;
    const squared = gap(bin) ** 2 - chance;
    value += (rows / n) * squared;
    variance += (rows / n) ** 2 * (4 * Math.max(0, squared) * chance + 2 * chance * chance);
  }
  const half = standardNormal95 * Math.sqrt(variance);
  return { value, low: value - half, high: value + half, n };
}

export interface CalibrationLine {
  /** Of ln(odds) = intercept + slope * ln(predicted odds); 0 and 1 are perfect. */
  readonly intercept: Estimated;
  /** Below 1: probabilities are too extreme; above: too timid. */
  readonly slope: Estimated;
}

/**
 * How would probabilities have to be bent to be right? Logistic regression of labels on the logit of the predicted
 * probability, by Newton's method, with 95 % intervals. `null` when labels or probabilities do not vary, or when they
 * separate perfectly (the slope has no limit).
 *
 * Source: Cox 1958.
 */
export function calibrationLine({ edges, positives, negatives }: ProbabilityBins): CalibrationLine {
  const cells: { readonly x: number; readonly events: number; readonly n: number }[] = [];
  for (let bin = 0; bin < positives.length; bin++) {
    const n = positives[bin]! + negatives[bin]!;
    if (n === 0) continue;
    const middle = Math.min(1 - 1e-6, Math.max(1e-6, binMiddle(edges[bin]!, edges[bin + 1]!)));
    cells.push({ x: Math.log(middle / (1 - middle)), events: positives[bin]!, n });
  }
  const rows = cells.reduce((sum, { n }) => sum + n, 0);
  const none = { intercept: nothing(rows), slope: nothing(rows) };
  if (cells.length < 2) return none;
  let [intercept, slope] = [0, 1];
  for (let step = 0; step < 50; step++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
    for (const { x, events, n } of cells) {
      const share = 1 / (1 + Math.exp(-(intercept + slope * x)));
      const weight = n * share * (1 - share);
      g0 += events - n * share;
      g1 += (events - n * share) * x;
      h00 += weight;
      h01 += weight * x;
      h11 += weight * x * x;
    }
    const determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 1e-9 * h00 * h11)) return none;
    const [d0, d1] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
    // A step of more than 2 has left what the curvature knows.
    const shorter = Math.min(1, 2 / Math.max(Math.abs(d0), Math.abs(d1)));
    intercept += shorter * d0;
    slope += shorter * d1;
    if (Math.abs(slope) > 50 || Math.abs(intercept) > 500) return none;
    if (Math.abs(d0) + Math.abs(d1) > 1e-10) continue;
    const around = (value: number, variance: number): Estimated => ({
      value,
      low: value - standardNormal95 * Math.sqrt(variance),
      high: value + standardNormal95 * Math.sqrt(variance),
      n: rows,
    });
    return { intercept: around(intercept, h11 / determinant), slope: around(slope, h00 / determinant) };
  }
  return none;
}

function gap({ predicted, observed }: ReliabilityBin): number {
  return observed.value! - predicted;
}

function rowsOf(bins: readonly ReliabilityBin[]): number {
  return bins.reduce((sum, { observed }) => sum + observed.n, 0);
}

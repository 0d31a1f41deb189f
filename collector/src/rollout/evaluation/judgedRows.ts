import { PlumblineError } from '../../errors.ts';
import type { Estimate } from '../../monitor/finding.ts';
import { areaUnderCurve } from '../../statistics/areaUnderCurve.ts';
import { confusionMetrics } from '../../statistics/confusionMetrics.ts';
import { type Estimated, nothing, standardNormal95 } from '../../statistics/estimated.ts';
import { wilsonInterval } from '../../statistics/wilsonInterval.ts';
import { seededRandom, type WeightedMetrics } from './bootstrap.ts';
import type { Labels } from './labels.ts';
import type { ModelOutput } from './onnxScores.ts';

/** One version's predictions beside the labels. */
export interface JudgedRows {
  /** What a row lost: 1 for a wrong class and 0 for a right one, or the absolute error. */
  readonly losses: Float64Array;
  /** Metrics of some rows with their own intervals. */
  metrics(rows: Int32Array): Record<string, Estimate>;
  /** The same metrics of the same rows, each row counted with a weight: for the bootstrap. */
  weighted(rows: Int32Array): WeightedMetrics;
  /** Scores of two classes with 1 for every row of the positive one: what ranks rows can be compared without drawing any. */
  readonly ranked?: { readonly scores: Float64Array; readonly positive: Uint8Array };
}

export interface Judging {
  readonly version: string;
  /** Class index (binary: of the positive class) and threshold as registered. */
  readonly positiveIndex: number;
  readonly threshold: number;
}

/** Throws `BAD_ARTEFACT` when the model's output does not fit the task. */
export function judgeRows(output: ModelOutput, labels: Labels, judging: Judging): JudgedRows {
  switch (labels.task) {
    case 'binary':
      return judgeBinary(positiveScores(output, judging), labels.positive, judging.threshold);
    case 'classes':
      return judgeClasses(output, labels, judging.version);
    case 'regression':
      return judgeValues(output, labels.values, judging.version);
  }
}

const smallestProbability = 1e-6;

function positiveScores({ width, values }: ModelOutput, { version, positiveIndex }: Judging): Float64Array {
  if (width > 2) throw badOutput(version, `gives ${width} numbers a row; a task with two classes has one or two`);
  const scores = width === 1 ? values : values.filter((_, index) => index % 2 === positiveIndex);
  probabilitiesOnly(scores, 1, version);
  return scores;
}

function judgeBinary(scores: Float64Array, positive: Uint8Array, threshold: number): JudgedRows {
  const decided = Uint8Array.from(scores, (score) => (score >= threshold ? 1 : 0));
  const losses = Float64Array.from(decided, (decision, row) => (decision === positive[row] ? 0 : 1));
  const logLosses = Float64Array.from(
    scores,
    (score, row) => -Math.log(Math.max(smallestProbability, positive[row] === 1 ? score : 1 - score)),
  );
  const brierLosses = Float64Array.from(scores, (score, row) => (score - positive[row]!) ** 2);
  /** Expected calibration error in ten equal bins of the score (Naeini, Cooper and Hauskrecht 2015). */
  const calibrationError = (rows: Int32Array, weights: Float64Array): number | null => {
    const [expected, happened] = [new Float64Array(10), new Float64Array(10)];
    let total = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const weight = weights[i]!;
      const bin = Math.max(0, Math.min(9, Math.floor(scores[row]! * 10)));
      expected[bin] = expected[bin]! + weight * scores[row]!;
      happened[bin] = happened[bin]! + weight * positive[row]!;
      total += weight;
    }
    return ratio(
      expected.reduce((sum, value, bin) => sum + Math.abs(value - happened[bin]!), 0),
      total,
    );
  };
  /** [TP, FP, FN, TN] */
  const confusion = (rows: Int32Array, weights: Float64Array) => {
    const counts = new Float64Array(4);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const cell = decided[row] === 1 ? (positive[row] === 1 ? 0 : 1) : positive[row] === 1 ? 2 : 3;
      counts[cell] = counts[cell]! + weights[i]!;
    }
    const [truePositive = 0, falsePositive = 0, falseNegative = 0, trueNegative = 0] = counts;
    return { truePositive, falsePositive, falseNegative, trueNegative };
  };
  const area = (rows: Int32Array) => {
    const order = rows.toSorted((a, b) => scores[a]! - scores[b]!);
    const [positives, negatives] = [new Float64Array(rows.length), new Float64Array(rows.length)];
    let step = 0;
    order.forEach((row, place) => {
      if (place > 0 && scores[row] !== scores[order[place - 1]!]) step += 1;
      const counts = positive[row] === 1 ? positives : negatives;
      counts[step] = counts[step]! + 1;
    });
    return areaUnderCurve(positives, negatives);
  };

  return {
    losses,
    ranked: { scores, positive },
    metrics(rows) {
      const ones = new Float64Array(rows.length).fill(1);
      const counts = confusion(rows, ones);
      const { accuracy, precision, recall, f1, falsePositiveRate } = confusionMetrics(counts);
      const selected = counts.truePositive + counts.falsePositive;
      return {
        accuracy: told(accuracy),
        precision: told(precision),
        recall: told(recall),
        f1: told(f1),
        areaUnderCurve: told(pickEstimated(area(rows))),
        logLoss: told(meanEstimate(rows, logLosses)),
        brierScore: told(meanEstimate(rows, brierLosses)),
        calibrationError: told(resampled(rows, calibrationError)),
        falsePositiveRate: told(falsePositiveRate),
        selectionRate: told(wilsonInterval(selected, rows.length)),
      };
    },
    weighted: (rows) => (weights) => {
      const { truePositive, falsePositive, falseNegative, trueNegative } = confusion(rows, weights);
      const all = truePositive + falsePositive + falseNegative + trueNegative;
      return {
        accuracy: ratio(truePositive + trueNegative, all),
        precision: ratio(truePositive, truePositive + falsePositive),
        recall: ratio(truePositive, truePositive + falseNegative),
        f1: ratio(2 * truePositive, 2 * truePositive + falsePositive + falseNegative),
        logLoss: weightedMean(rows, logLosses, weights),
        brierScore: weightedMean(rows, brierLosses, weights),
        calibrationError: calibrationError(rows, weights),
        falsePositiveRate: ratio(falsePositive, falsePositive + trueNegative),
        selectionRate: ratio(truePositive + falsePositive, all),
      };
    },
  };
}

function judgeClasses(
  { width, values }: ModelOutput,
  { classes, indices }: Extract<Labels, { task: 'classes' }>,
  version: string,
): JudgedRows {
  if (width !== classes.length) {
    throw badOutput(
      version,
      `gives ${width} numbers a row for ${classes.length} classes (${classes.slice(0, 10).join(', ')})`,
    );
  }
  probabilitiesOnly(values, width, version);
  const losses = new Float64Array(indices.length);
  const logLosses = new Float64Array(indices.length);
  indices.forEach((label, row) => {
    const probabilities = values.subarray(row * width, (row + 1) * width);
    losses[row] = probabilities.indexOf(Math.max(...probabilities)) === label ? 0 : 1;
    logLosses[row] = -Math.log(Math.max(smallestProbability, probabilities[label]!));
  });
  const right = (rows: Int32Array) => rows.reduce((sum, row) => sum + 1 - losses[row]!, 0);
  return {
    losses,
    metrics: (rows) => ({
      accuracy: told(wilsonInterval(right(rows), rows.length)),
      logLoss: told(meanEstimate(rows, logLosses)),
    }),
    weighted: (rows) => (weights) => {
      const wrong = weightedMean(rows, losses, weights);
      return { accuracy: wrong === null ? null : 1 - wrong, logLoss: weightedMean(rows, logLosses, weights) };
    },
  };
}

function judgeValues({ width, values }: ModelOutput, labels: Float64Array, version: string): JudgedRows {
  if (width !== 1) throw badOutput(version, `gives ${width} numbers a row; a regression gives one`);
  const errors = values.map((value, row) => value - labels[row]!);
  const losses = errors.map(Math.abs);
  const squares = losses.map((loss) => loss * loss);
  const root = (value: number | null) => (value === null ? null : Math.sqrt(value));
  return {
    losses,
    metrics(rows) {
      const mean = meanEstimate(rows, squares);
      return {
        meanAbsoluteError: told(meanEstimate(rows, losses)),
        // On average too high or too low: the calibration of a regression.
        meanError: told(meanEstimate(rows, errors)),
        rootMeanSquaredError: told({
          value: root(mean.value),
          low: mean.low === null ? null : Math.sqrt(Math.max(0, mean.low)),
          high: root(mean.high),
          n: mean.n,
        }),
      };
    },
    weighted: (rows) => (weights) => ({
      meanAbsoluteError: weightedMean(rows, losses, weights),
      meanError: weightedMean(rows, errors, weights),
      rootMeanSquaredError: root(weightedMean(rows, squares, weights)),
    }),
  };
}

/** A statistic without a formula for its interval: percentile bootstrap (Efron 1979), the same for the same rows. */
function resampled(rows: Int32Array, statistic: (rows: Int32Array, weights: Float64Array) => number | null): Estimated {
  const n = rows.length;
  const value = statistic(rows, new Float64Array(n).fill(1));
  if (value === null || n < 2) return { value, low: null, high: null, n };
  const random = seededRandom(n);
  const found: number[] = [];
  const weights = new Float64Array(n);
  for (let draw = 0; draw < 200; draw++) {
    weights.fill(0);
    for (let i = 0; i < n; i++) {
      const row = Math.floor(random() * n);
      weights[row] = weights[row]! + 1;
    }
    found.push(statistic(rows, weights) ?? value);
  }
  found.sort((a, b) => a - b);
  // A sum of absolute values only grows by resampling: its own value always belongs to the interval.
  return { value, low: Math.min(value, found[4]!), high: Math.max(value, found[194]!), n };
}

function meanEstimate(rows: Int32Array, values: Float64Array): Estimated {
  const n = rows.length;
  if (n === 0) return nothing(0);
  const mean = rows.reduce((sum, row) => sum + values[row]!, 0) / n;
  if (n === 1) return { value: mean, low: null, high: null, n };
  const squares = rows.reduce((sum, row) => sum + (values[row]! - mean) ** 2, 0);
  const reach = standardNormal95 * Math.sqrt(squares / (n - 1) / n);
  return { value: mean, low: mean - reach, high: mean + reach, n };
}

function weightedMean(rows: Int32Array, values: Float64Array, weights: Float64Array): number | null {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    sum += weights[i]! * values[rows[i]!]!;
    total += weights[i]!;
  }
  return ratio(sum, total);
}

function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

function pickEstimated({ value, low, high, n }: Estimated): Estimated {
  return { value, low, high, n };
}

/** An estimate says why it has no value. */
function told(estimated: Estimated): Estimate {
  return estimated.value === null ? { ...estimated, suppressed: 'undefined on these rows' } : estimated;
}

function probabilitiesOnly(values: Float64Array, width: number, version: string): void {
  const bad = values.findIndex((value) => value < -1e-6 || value > 1 + 1e-6);
  if (bad >= 0) {
    throw badOutput(
      version,
      `gives ${values[bad]} for row ${Math.floor(bad / width) + 1}; a probability lies in [0, 1]`,
    );
  }
}

function badOutput(version: string, what: string): PlumblineError {
  return new PlumblineError('BAD_ARTEFACT', `version ${version} ${what}`);
}

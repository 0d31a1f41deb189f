import { PlumblineError } from '../../errors.ts';
import type { Estimate } from '../../monitor/finding.ts';
import { wilsonInterval } from '../../statistics/wilsonInterval.ts';
import type { WeightedMetrics } from './bootstrap.ts';
import { judgeBinary } from './judgedBinary.ts';
import type { Labels } from './labels.ts';
import type { ModelOutput } from './onnxScores.ts';
import { logLoss, meanEstimate, told, weightedMean } from './rowEstimates.ts';

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

function positiveScores({ width, values }: ModelOutput, { version, positiveIndex }: Judging): Float64Array {
  if (width > 2) throw badOutput(version, `gives ${width} numbers a row; a task with two classes has one or two`);
  const scores = width === 1 ? values : values.filter((_, index) => index % 2 === positiveIndex);
  probabilitiesOnly(scores, 1, version);
  return scores;
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
    logLosses[row] = logLoss(probabilities[label]!);
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

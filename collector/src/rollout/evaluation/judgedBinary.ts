import { areaUnderCurve } from '../../statistics/areaUnderCurve.ts';
import { type ConfusionCounts, confusionMetrics } from '../../statistics/confusionMetrics.ts';
import type { Estimated } from '../../statistics/estimated.ts';
import { wilsonInterval } from '../../statistics/wilsonInterval.ts';
import type { JudgedRows } from './judgedRows.ts';
import { logLoss, meanEstimate, ratio, resampled, told, weightedMean } from './rowEstimates.ts';

/** Of each row: its score, whether it belongs to the positive class, and whether it was decided to (1 or 0). */
interface ScoredRows {
  readonly scores: Float64Array;
  readonly positive: Uint8Array;
  readonly decided: Uint8Array;
}

/** Scores of the positive class are probabilities; from `threshold` on it is decided for. */
export function judgeBinary(scores: Float64Array, positive: Uint8Array, threshold: number): JudgedRows {
  const decided = Uint8Array.from(scores, (score) => (score >= threshold ? 1 : 0));
  const all: ScoredRows = { scores, positive, decided };
  const logLosses = Float64Array.from(scores, (score, row) => logLoss(positive[row] === 1 ? score : 1 - score));
  const brierLosses = Float64Array.from(scores, (score, row) => (score - positive[row]!) ** 2);
  return {
    losses: Float64Array.from(decided, (decision, row) => (decision === positive[row] ? 0 : 1)),
    ranked: { scores, positive },
    metrics(rows) {
      const counts = confusionOf(all, rows, new Float64Array(rows.length).fill(1));
      const { accuracy, precision, recall, f1, falsePositiveRate } = confusionMetrics(counts);
      return {
        accuracy: told(accuracy),
        precision: told(precision),
        recall: told(recall),
        f1: told(f1),
        areaUnderCurve: told(areaOf(all, rows)),
        logLoss: told(meanEstimate(rows, logLosses)),
        brierScore: told(meanEstimate(rows, brierLosses)),
        calibrationError: told(resampled(rows, (drawn, weights) => calibrationError(all, drawn, weights))),
        falsePositiveRate: told(falsePositiveRate),
        selectionRate: told(wilsonInterval(counts.truePositive + counts.falsePositive, rows.length)),
      };
    },
    weighted: (rows) => (weights) => ({
      ...rates(confusionOf(all, rows, weights)),
      logLoss: weightedMean(rows, logLosses, weights),
      brierScore: weightedMean(rows, brierLosses, weights),
      calibrationError: calibrationError(all, rows, weights),
    }),
  };
}

function confusionOf({ positive, decided }: ScoredRows, rows: Int32Array, weights: Float64Array): ConfusionCounts {
  // By decision and label: [TN, FN, FP, TP]
  const counts = new Float64Array(4);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    counts[2 * decided[row]! + positive[row]!]! += weights[i]!;
  }
  const [trueNegative = 0, falseNegative = 0, falsePositive = 0, truePositive = 0] = counts;
  return { truePositive, falsePositive, falseNegative, trueNegative };
}

/** What `confusionMetrics` says, without the intervals: weights of the bootstrap are no numbers of rows. */
function rates({ truePositive, falsePositive, falseNegative, trueNegative }: ConfusionCounts) {
  const all = truePositive + falsePositive + falseNegative + trueNegative;
  return {
    accuracy: ratio(truePositive + trueNegative, all),
    precision: ratio(truePositive, truePositive + falsePositive),
    recall: ratio(truePositive, truePositive + falseNegative),
    f1: ratio(2 * truePositive, 2 * truePositive + falsePositive + falseNegative),
    falsePositiveRate: ratio(falsePositive, falsePositive + trueNegative),
    selectionRate: ratio(truePositive + falsePositive, all),
  };
}

function areaOf({ scores, positive }: ScoredRows, rows: Int32Array): Estimated {
  const order = rows.toSorted((a, b) => scores[a]! - scores[b]!);
  const [positives, negatives] = [new Float64Array(rows.length), new Float64Array(rows.length)];
  let step = 0;
  order.forEach((row, place) => {
    if (place > 0 && scores[row] !== scores[order[place - 1]!]) step += 1;
    const counts = positive[row] === 1 ? positives : negatives;
    counts[step]! += 1;
  });
  return areaUnderCurve(positives, negatives);
}

/** Expected calibration error in ten equal bins of the score (Naeini, Cooper and Hauskrecht 2015). */
function calibrationError({ scores, positive }: ScoredRows, rows: Int32Array, weights: Float64Array): number | null {
  const [expected, happened] = [new Float64Array(10), new Float64Array(10)];
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const bin = Math.max(0, Math.min(9, Math.floor(scores[row]! * 10)));
    expected[bin]! += weights[i]! * scores[row]!;
    happened[bin]! += weights[i]! * positive[row]!;
    total += weights[i]!;
  }
  const off = expected.reduce((sum, value, bin) => sum + Math.abs(value - happened[bin]!), 0);
  return ratio(off, total);
}

import { areaUnderCurve } from '../areaUnderCurve.ts';
import { type Estimated, nothing, standardNormal95 } from '../estimated.ts';
import { total } from '../total.ts';

/** What scores meant where labels were known. */
export interface ScoreCalibration {
  /** Of the positive class by score bin, ascending, as `isotonicCalibration` gives it: bins it pooled have the same. */
  readonly probabilities: ArrayLike<number>;
  /** Labels by score bin that it was fitted to. */
  readonly labels: ArrayLike<number>;
}

/** `low` and `high`: where the number will lie in 95 % of cases once the labels are there. */
export interface ExpectedStatistic extends Estimated {
  /** Standard deviation of the number only because labels are drawn, each with its probability. */
  readonly labelDeviation: number;
}

export type ExpectedPerformance = Readonly<
  Record<'accuracy' | 'precision' | 'recall' | 'f1' | 'areaUnderCurve', ExpectedStatistic>
>;

/**
 * How good are decisions whose labels nobody knows yet, if scores mean what they did? Each row counts as positive with the
 * probability of its score. Nothing here can see that what follows from the inputs has changed (concept drift): show it only
 * with that said, and beside real outcomes.
 *
 * `rows`: cell `2 * bin + decision`, decision 1 is positive. `null` where there is nothing to divide by. Intervals add two
 * variances by the delta method: that of the labels, which are independent events with different probabilities (Poisson
 * binomial), and that of the probabilities themselves, each a share of the labels it was fitted to, with the variance of its
 * posterior under Jeffreys' prior, which is above 0 where all labels said the same. That bins were pooled because of those
 * labels is left out.
 *
 * Source: confidence-based performance estimation, Kivimaki, Bialek, Nurminen and Kuberski 2025.
 */
export function expectedPerformance(calibration: ScoreCalibration, rows: ArrayLike<number>): ExpectedPerformance {
  const { probabilities } = calibration;
  const bins = probabilities.length;
  const positives = Float64Array.from({ length: bins }, (_, bin) => rowsOf(rows, bin) * probabilities[bin]!);
  const negatives = Float64Array.from({ length: bins }, (_, bin) => rowsOf(rows, bin) * (1 - probabilities[bin]!));
  let [decided, truePositive] = [0, 0];
  for (let bin = 0; bin < bins; bin++) {
    decided += rows[2 * bin + 1]!;
    truePositive += rows[2 * bin + 1]! * probabilities[bin]!;
  }
  const n = total(rows);
  const events = total(positives);
  // What one row more that turns out positive changes, by its decision: the derivatives.
  const statistic = (sum: number, of: number, change: Slopes): ExpectedStatistic =>
    of > 0 ? withInterval(sum / of, n, calibration, rows, change) : { ...nothing(n), labelDeviation: 0 };
  const recall = truePositive / events;
  const f1 = (2 * truePositive) / (decided + events);
  const area = areaUnderCurve(positives, negatives).value ?? 0;
  const moves = areaSlopes(positives, negatives, area);
  return {
    accuracy: statistic(n - decided - events + 2 * truePositive, n, (_, decision) => (2 * decision - 1) / n),
    precision: statistic(truePositive, decided, (_, decision) => decision / decided),
    recall: statistic(truePositive, events, (_, decision) => (decision - recall) / events),
    f1: statistic(2 * truePositive, decided + events, (_, decision) => (2 * decision - f1) / (decided + events)),
    areaUnderCurve: statistic(area, Math.min(events, n - events) > 0 ? 1 : 0, (bin) => moves[bin]!),
  };
}

/** By how much a number rises when a row of this bin and decision (0 or 1) is positive rather than negative. */
type Slopes = (bin: number, decision: number) => number;

function withInterval(
  value: number,
  n: number,
  { probabilities, labels }: ScoreCalibration,
  rows: ArrayLike<number>,
  slope: Slopes,
): ExpectedStatistic {
  let [ofLabels, ofProbabilities] = [0, 0];
  for (let bin = 0; bin < probabilities.length; ) {
    const probability = probabilities[bin]!;
    let [fittedTo, change] = [0, 0];
    // Bins that were pooled have one probability, and are off together.
    for (; probabilities[bin] === probability; bin++) {
      fittedTo += labels[bin]!;
      for (const decision of [0, 1]) {
        const count = rows[2 * bin + decision]!;
        change += count * slope(bin, decision);
        ofLabels += count * probability * (1 - probability) * slope(bin, decision) ** 2;
      }
    }
    ofProbabilities += change ** 2 * shareVariance(probability * fittedTo, fittedTo);
  }
  const half = standardNormal95 * Math.sqrt(ofLabels + ofProbabilities);
  const [low, high] = [Math.max(0, value - half), Math.min(1, value + half)];
  return { value, low, high, n, labelDeviation: Math.sqrt(ofLabels) };
}

/** Of Beta(events + 1/2, n - events + 1/2). */
function shareVariance(events: number, n: number): number {
  return ((events + 0.5) * (n - events + 0.5)) / ((n + 1) ** 2 * (n + 2));
}

/** By bin: the share of negatives below less that of positives above, each beside what it is on average. */
function areaSlopes(positives: Float64Array, negatives: Float64Array, area: number): Float64Array {
  const [events, others] = [total(positives), total(negatives)];
  let [eventsBelow, othersBelow] = [0, 0];
  return positives.map((count, bin) => {
    const below = (othersBelow + negatives[bin]! / 2) / others;
    const above = 1 - (eventsBelow + count / 2) / events;
    eventsBelow += count;
    othersBelow += negatives[bin]!;
    return (below - area) / events - (above - area) / others;
  });
}

function rowsOf(rows: ArrayLike<number>, bin: number): number {
  return rows[2 * bin]! + rows[2 * bin + 1]!;
}

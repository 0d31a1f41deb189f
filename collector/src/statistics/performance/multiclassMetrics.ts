import { type Estimated, nothing, standardNormal95 } from '../estimated.ts';
import { wilsonInterval } from '../wilsonInterval.ts';

/** How often one class was predicted right. */
export interface ClassMetrics {
  /** Labels of this class among its predictions. */
  readonly precision: Estimated;
  /** Found among the labels of this class. */
  readonly recall: Estimated;
  readonly f1: Estimated;
  /** Labelled rows of this class. */
  readonly labels: number;
  readonly predictions: number;
}

export interface MulticlassMetrics {
  /** In the order of the counts; classes nobody predicted nor had are undefined. */
  readonly classes: readonly ClassMetrics[];
  /** Means over classes, each counting the same: precision over predicted classes, recall over classes with labels. */
  readonly macroPrecision: Estimated;
  /** The same number as the balanced accuracy. */
  readonly macroRecall: Estimated;
  /** Over the classes that appear at all. */
  readonly macroF1: Estimated;
  /** Means over classes, each counting as its labels. Weighted recall is the accuracy. */
  readonly weightedPrecision: Estimated;
  readonly weightedF1: Estimated;
  /** All classes' decisions together: micro precision, recall and F1 are one number, the accuracy. */
  readonly microF1: Estimated;
}

/**
 * How good are predictions of several classes? All in [0, 1].
 *
 * `counts[prediction * size + label]`: labelled rows. Intervals at 95 %: Wilson's for one class (F1 by way of the Jaccard
 * index, as `confusionMetrics`); delta method on the multinomial counts for means over classes.
 *
 * `averaged`: only the first so many classes count in the means; the others (rows of classes without a name) still are
 * mistakes of those. A class that is never predicted has no precision: it is left out of the mean (some libraries count it as 0).
 *
 * Source: Sokolova and Lapalme 2009; Takahashi, Yamamoto, Kuchiba and Koyama 2022 (intervals).
 *
 * @example multiclassMetrics([2, 0, 0, 1, 1, 0, 0, 1, 1], 3).microF1.value // 4 / 6
 */
export function multiclassMetrics(counts: ArrayLike<number>, size: number, averaged: number = size): MulticlassMetrics {
  const predictions = new Float64Array(size);
  const labels = new Float64Array(size);
  let n = 0;
  let right = 0;
  for (let predicted = 0; predicted < size; predicted++) {
    for (let label = 0; label < size; label++) {
      const count = counts[predicted * size + label]!;
      predictions[predicted] = predictions[predicted]! + count;
      labels[label] = labels[label]! + count;
      n += count;
      if (predicted === label) right += count;
    }
  }
  const hits = Float64Array.from({ length: size }, (_, index) => counts[index * (size + 1)]!);
  const both = predictions.map((count, index) => count + labels[index]!);
  const margins = { counts, size, n, hits, predictions, labels };
  const even = (of: Float64Array): Float64Array => {
    const isCounted = (count: number, index: number): boolean => index < averaged && count > 0;
    const present = of.filter(isCounted).length;
    return of.map((count, index) => (isCounted(count, index) ? 1 / present : 0));
  };
  const byLabels = (denominators: Float64Array): Float64Array =>
    labels.map((count, index) => (index < averaged && denominators[index]! > 0 ? count / n : 0));
  return {
    classes: [...hits.subarray(0, averaged)].map((hit, index) => ({
      precision: wilsonInterval(hit, predictions[index]!),
      recall: wilsonInterval(hit, labels[index]!),
      f1: fromJaccard(wilsonInterval(hit, both[index]! - hit)),
      labels: labels[index]!,
      predictions: predictions[index]!,
    })),
    macroPrecision: weightedMean(margins, even(predictions), [1, 1, 0], false),
    macroRecall: weightedMean(margins, even(labels), [1, 0, 1], false),
    macroF1: weightedMean(margins, even(both), [2, 1, 1], false),
    weightedPrecision: weightedMean(margins, byLabels(predictions), [1, 1, 0], true),
    weightedF1: weightedMean(margins, byLabels(both), [2, 1, 1], true),
    microF1: wilsonInterval(right, n),
  };
}

interface Margins {
  readonly counts: ArrayLike<number>;
  readonly size: number;
  readonly n: number;
  readonly hits: Float64Array;
  readonly predictions: Float64Array;
  readonly labels: Float64Array;
}

/**
 * sum over classes of weight * (a * hits) / (b * predictions + c * labels), divided by the sum of weights, with its
 * delta-method interval. `byLabel`: weights are the shares of labels, which vary too.
 */
function weightedMean(
  { counts, size, n, hits, predictions, labels }: Margins,
  weights: Float64Array,
  [a, b, c]: readonly [number, number, number],
  byLabel: boolean,
): Estimated {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (n === 0 || total === 0) return nothing(0);
  const denominators = hits.map((_, index) => b * predictions[index]! + c * labels[index]!);
  const metric = hits.map((hit, index) => (weights[index] === 0 ? 0 : (a * hit) / denominators[index]!));
  const value = metric.reduce((sum, each, index) => sum + (weights[index]! / total) * each, 0);
  // Derivatives by the share of one cell: through the hits, the two margins, and the weight of the cell's label.
  const slope = (index: number): number =>
    weights[index] === 0 ? 0 : ((weights[index]! / total) * n) / denominators[index]!;
  let sum = 0;
  let squares = 0;
  for (let predicted = 0; predicted < size; predicted++) {
    for (let label = 0; label < size; label++) {
      const share = counts[predicted * size + label]! / n;
      if (share === 0) continue;
      let derivative = -b * slope(predicted) * metric[predicted]! - c * slope(label) * metric[label]!;
      if (predicted === label) derivative += a * slope(label);
      if (byLabel && weights[label]! > 0) derivative += (metric[label]! - value) / total;
      sum += share * derivative;
      squares += share * derivative * derivative;
    }
  }
  const half = standardNormal95 * Math.sqrt(Math.max(0, squares - sum * sum) / n);
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half), n };
}

function fromJaccard({ value, low, high, n }: Estimated): Estimated {
  const f1 = (share: number | null): number | null => (share === null ? null : (2 * share) / (1 + share));
  return { value: f1(value), low: f1(low), high: f1(high), n };
}

import { type Estimated, nothing, standardNormal95 } from '../estimated.ts';

export interface PairedAreaDifference extends Estimated {
  /** `null` with fewer than two positives or negatives. */
  readonly standardError: number | null;
}

/**
 * How much better does one score rank the same rows than another? Area under the curve of the first less that of the
 * second, in [-1, 1]; ties count half. Both areas come from the same rows, so their errors are correlated: the interval
 * is DeLong's, 95 %, clipped. `n` is the smaller class; `null` when a class is empty.
 *
 * `first`, `second`: a score a row. `positive`: 1 for a row with the event, else 0.
 *
 * Source: DeLong, DeLong and Clarke-Pearson 1988; by midranks, Sun and Xu 2014.
 *
 * @example pairedAreaDifference([0.1, 0.9], [0.9, 0.1], [0, 1]).value // 1
 */
export function pairedAreaDifference(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  positive: ArrayLike<number>,
): PairedAreaDifference {
  const positives: number[] = [];
  const negatives: number[] = [];
  for (let row = 0; row < positive.length; row++) (positive[row] === 1 ? positives : negatives).push(row);
  const n = Math.min(positives.length, negatives.length);
  if (n === 0) return { ...nothing(0), standardError: null };
  const [a, b] = [placements(first, positives, negatives), placements(second, positives, negatives)];
  const ofPositives = a.positives.map((placement, i) => placement - b.positives[i]!);
  const ofNegatives = a.negatives.map((placement, i) => placement - b.negatives[i]!);
  const value = mean(ofPositives);
  if (n < 2) return { value, low: null, high: null, n, standardError: null };
  const standardError = Math.sqrt(variance(ofPositives) / positives.length + variance(ofNegatives) / negatives.length);
  const half = standardNormal95 * standardError;
  return { value, low: Math.max(-1, value - half), high: Math.min(1, value + half), n, standardError };
}

/** Of each positive the share of negatives below it, of each negative the share of positives above it; ties half. */
function placements(scores: ArrayLike<number>, positives: readonly number[], negatives: readonly number[]) {
  const [all, amongPositives, amongNegatives] = [
    midranks([...positives, ...negatives].map((row) => scores[row]!)),
    midranks(positives.map((row) => scores[row]!)),
    midranks(negatives.map((row) => scores[row]!)),
  ];
  return {
    positives: amongPositives.map((rank, i) => (all[i]! - rank) / negatives.length),
    negatives: amongNegatives.map((rank, i) => 1 - (all[positives.length + i]! - rank) / positives.length),
  };
}

/** Ranks from 1; equal values share the mean of theirs. */
function midranks(values: readonly number[]): Float64Array {
  const order = Int32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let place = from; place < to; place++) ranks[order[place]!] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: Float64Array): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}

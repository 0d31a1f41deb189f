import { areaUnderCurve } from '../areaUnderCurve.ts';
import { hypergeometricDraw } from '../hypergeometricDraw.ts';
import { total } from '../total.ts';

/** Pairs of one positive and one negative, by which of them has the higher score: the positive, neither, the negative. */
export type ScorePairs = readonly [ordered: number, tied: number, misordered: number];

/**
 * Labelled rows in pairs of one positive and one negative, drawn at random: everybody of the smaller class is in one pair, and
 * each pair is in order with the probability that the area under the curve is. No row is in two pairs, so pairs are as
 * independent as rows are, and may feed an e-detector against "the area is at least m".
 *
 * `positives`, `negatives`: counts by score bin, scores ascending. Only counts are needed, so neither shards nor the order of
 * arrival change the pairs, and the same seed draws the same ones again. Bins are passed from below: of everybody passed it is
 * only kept how many have a partner further up.
 *
 * Source: Mann and Whitney 1947 (the area as a share of pairs); Shekhar and Ramdas 2023 (betting on disjoint pairs).
 */
export function scorePairs(
  positives: ArrayLike<number>,
  negatives: ArrayLike<number>,
  random: () => number,
): ScorePairs {
  const [up, down] = [wholeCounts(positives), wholeCounts(negatives)];
  // The smaller class is filled up with rows above everybody: whoever is paired with one of those is in no pair.
  const size = Math.max(total(up), total(down));
  let [positivesLeft, negativesLeft] = [size, size];
  let [openPositives, openNegatives] = [0, 0];
  const pairs: [number, number, number] = [0, 0, 0];
  for (let bin = 0; bin < up.length; bin++) {
    const [p, n] = [up[bin]!, down[bin]!];
    const ordered = hypergeometricDraw(random, positivesLeft, p, openNegatives);
    const misordered = hypergeometricDraw(random, negativesLeft, n, openPositives);
    const tied = hypergeometricDraw(random, positivesLeft - openNegatives, p - ordered, n - misordered);
    pairs[0] += ordered;
    pairs[1] += tied;
    pairs[2] += misordered;
    openPositives += p - ordered - tied - misordered;
    openNegatives += n - misordered - tied - ordered;
    positivesLeft -= p;
    negativesLeft -= n;
  }
  return pairs;
}

/** The pairs to be expected; not whole numbers. */
export function expectedScorePairs(positives: ArrayLike<number>, negatives: ArrayLike<number>): ScorePairs {
  const { value, binError: halfTied, n } = areaUnderCurve(positives, negatives);
  return value === null ? [0, 0, 0] : [n * (value - halfTied), 2 * n * halfTied, n * (1 - value - halfTied)];
}

/** Rows are whole; what rows with weights are worth need not be. */
function wholeCounts(counts: ArrayLike<number>): number[] {
  return Array.from(counts, Math.round);
}

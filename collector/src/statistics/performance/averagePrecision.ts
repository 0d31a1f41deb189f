import { type Estimated, nothing, standardNormal95 } from '../estimated.ts';

/** As `Estimated`, and what binning may hide. */
export interface AveragePrecision extends Estimated {
  /** The value of the unbinned scores lies between these two. */
  readonly binLow: number | null;
  readonly binHigh: number | null;
}

/**
 * How pure is the top of the ranking, averaged over where the positives are? Mean over positives of the precision at
 * their score, in (0, 1]; guessing gives the share of positives.
 *
 * `positives`, `negatives`: counts of labelled rows by score bin, scores ascending. Inside a bin both are spread evenly
 * over 20 points; `binLow` and `binHigh` are what the worst and best order inside every bin would give.
 *
 * Interval: 95 %, normal on the logit with n the number of positives, from `binLow` and to `binHigh`, so that it holds for
 * the unbinned scores. `null` without positives.
 *
 * Source: Boyd, Eng and Page 2013 (interval).
 */
export function averagePrecision(positives: ArrayLike<number>, negatives: ArrayLike<number>): AveragePrecision {
  let n = 0;
  for (let bin = 0; bin < positives.length; bin++) n += positives[bin]!;
  if (n === 0) return { ...nothing(0), binLow: null, binHigh: null };
  let found = 0;
  let raised = 0;
  let value = 0;
  let binLow = 0;
  let binHigh = 0;
  for (let bin = positives.length - 1; bin >= 0; bin--) {
    const p = positives[bin]!;
    const q = negatives[bin]!;
    if (p > 0) {
      for (let point = 1; point <= pointsPerBin; point++) {
        const part = point / pointsPerBin;
        value += ((p / pointsPerBin) * (found + p * part)) / (found + p * part + raised + q * part);
      }
      binLow += precisionSum(found, p, raised + q);
      binHigh += precisionSum(found, p, raised);
    }
    found += p;
    raised += q;
  }
  const [low, high] = [binLow / n, binHigh / n];
  // Twenty points see a bin of one positive as partly found: never outside of what the rows can give.
  const clipped = Math.min(high, Math.max(low, value / n));
  return { value: clipped, low: limit(low, n, -1), high: limit(high, n, 1), n, binLow: low, binHigh: high };
}

/** sum of k / (k + negatives) for k = found + 1 ... found + count, which is count - negatives * (H differences). */
function precisionSum(found: number, count: number, negatives: number): number {
  if (negatives === 0) return count;
  if (count <= 64) {
    let sum = 0;
    for (let k = found + 1; k <= found + count; k++) sum += k / (k + negatives);
    return sum;
  }
  return count - negatives * (harmonic(found + count + negatives) - harmonic(found + negatives));
}

/** Euler-Maclaurin of the harmonic numbers less their constant; arguments are at least 1. */
function harmonic(n: number): number {
  if (n < 16) {
    let sum = 0;
    for (let k = Math.floor(n) + 1; k <= 16; k++) sum -= 1 / k;
    return sum + harmonic(16);
  }
  const square = 1 / (n * n);
  return Math.log(n) + 1 / (2 * n) - (square / 12) * (1 - square / 10);
}

function limit(share: number, n: number, side: 1 | -1): number {
  if (share >= 1) return 1;
  const logit = Math.log(share / (1 - share)) + (side * standardNormal95) / Math.sqrt(n * share * (1 - share));
  return 1 / (1 + Math.exp(-logit));
}

const pointsPerBin = 20;

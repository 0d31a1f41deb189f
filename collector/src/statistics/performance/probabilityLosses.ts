import { type Estimated, nothing, standardNormal95 } from '../estimated.ts';

/** Labelled rows by bin of the predicted probability of the positive class, ascending. */
export interface ProbabilityBins {
  /** Bin edges from 0 to 1, bins + 1 of them. */
  readonly edges: ArrayLike<number>;
  readonly positives: ArrayLike<number>;
  readonly negatives: ArrayLike<number>;
}

export interface ProbabilityLosses {
  /** Mean squared difference of probability and label, in [0, 1]. */
  readonly brierScore: Estimated;
  /** Mean of -ln(probability of what happened), probabilities clipped to [1e-6, 1 - 1e-6]. */
  readonly logLoss: Estimated;
}

/**
 * How good are predicted probabilities, calibration and sharpness in one number? Both losses: 0 is perfect.
 *
 * From binned probabilities: each is taken at its bin's middle on the logit scale. The interval holds the sampling error
 * (normal, 95 %) and, on top, what the true place inside the bins can change, so it is true of the unbinned losses.
 *
 * Source: Brier 1950; Good 1952.
 */
export function probabilityLosses(bins: ProbabilityBins): ProbabilityLosses {
  return {
    brierScore: meanLoss(bins, (probability) => (1 - probability) ** 2, 1),
    logLoss: meanLoss(bins, (probability) => -Math.log(clip(probability)), Number.POSITIVE_INFINITY),
  };
}

/** Middle of a bin on the logit scale; the outer bins of [0, 1], which have no middle there, in their half. */
export function binMiddle(low: number, high: number): number {
  if (low <= 0 || high >= 1) return (low + high) / 2;
  const logit = (Math.log(low / (1 - low)) + Math.log(high / (1 - high))) / 2;
  return 1 / (1 + Math.exp(-logit));
}

/** `loss` of the probability that was given to what happened; it falls as the probability rises. */
function meanLoss(
  { edges, positives, negatives }: ProbabilityBins,
  loss: (probability: number) => number,
  most: number,
): Estimated {
  let n = 0;
  let sum = 0;
  let squares = 0;
  let least = 0;
  let largest = 0;
  for (let bin = 0; bin < positives.length; bin++) {
    const p = positives[bin]!;
    const q = negatives[bin]!;
    if (p + q === 0) continue;
    const [low, high] = [edges[bin]!, edges[bin + 1]!];
    const middle = binMiddle(low, high);
    const [event, none] = [loss(middle), loss(1 - middle)];
    n += p + q;
    sum += p * event + q * none;
    squares += p * event * event + q * none * none;
    least += p * loss(high) + q * loss(1 - low);
    largest += p * loss(low) + q * loss(1 - high);
  }
  if (n === 0) return nothing(0);
  const value = sum / n;
  const half = n === 1 ? most : standardNormal95 * Math.sqrt(Math.max(0, squares / n - value * value) / (n - 1));
  const high = Math.min(most, largest / n + half);
  return { value, low: n === 1 ? 0 : Math.max(0, least / n - half), high: Number.isFinite(high) ? high : null, n };
}

function clip(probability: number): number {
  return Math.min(1 - 1e-6, Math.max(1e-6, probability));
}

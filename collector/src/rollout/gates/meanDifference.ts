import { normalCdf } from '../../statistics/special/normalCdf.ts';

/**
 * Is a mean of one arm above that of another by more than a margin, seen after every block of rows? For numbers without
 * bounds, and for differences of differences, where no exact evidence exists: each block's difference is divided by its
 * standard error, and the sum of those is held against a normal mixture.
 *
 * The chance that the evidence ever reaches 1 / alpha is alpha in the limit of large blocks, at all looks together
 * (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, "Time-uniform central limit theory and asymptotic confidence
 * sequences"; Robbins 1970 for the one-sided mixture). Blocks wait until every arm has `smallestBlock` rows.
 */
export interface MeanEvidence {
  /** Sum of standardised differences, each weighted by the root of its rows; its variance under the null is `rows`. */
  readonly sum: number;
  /** Effective rows. */
  readonly rows: number;
  /** Highest natural logarithm of the evidence so far. */
  readonly peakLog: number;
}

/** Numbers of one arm: how many, their sum, the sum of their squares. */
export type Moments = readonly [n: number, sum: number, squares: number];

export const noMoments: Moments = [0, 0, 0];
export const noMeanEvidence: MeanEvidence = { sum: 0, rows: 0, peakLog: 0 };

/** Rows of each arm below which a block says too little about its own variance. */
export const smallestBlock = 30;
/** The mixture is tightest at about so many effective rows. */
const tightestAt = 1_000;
/** One block alone proves nothing beyond this many standard errors. */
const largestDeviation = 8;

export function meanEvidenceLog({ sum, rows }: MeanEvidence): number {
  const spread = rows + tightestAt / 8;
  const tail = normalCdf(sum / Math.sqrt(spread));
  if (tail <= 0) return -700;
  return Math.log((4 * (tightestAt / 8)) / spread) / 2 + sum ** 2 / (2 * spread) + Math.log(tail);
}

/** Adds a block: its difference beyond the margin, the variance of that difference, and the rows of each arm in it. */
export function addMeanBlock(
  evidence: MeanEvidence,
  { excess, variance, arms }: { readonly excess: number; readonly variance: number; readonly arms: readonly number[] },
): MeanEvidence {
  const rows = 1 / arms.reduce((sum, n) => sum + 1 / n, 0);
  const deviations = variance > 0 ? excess / Math.sqrt(variance) : Math.sign(excess) * largestDeviation;
  const bounded = Math.max(-largestDeviation, Math.min(largestDeviation, deviations));
  const next = { sum: evidence.sum + Math.sqrt(rows) * bounded, rows: evidence.rows + rows, peakLog: 0 };
  return { ...next, peakLog: Math.max(evidence.peakLog, meanEvidenceLog(next)) };
}

/** Mean of an arm, and the variance of that mean. */
export function meanOf([n, sum, squares]: Moments): { readonly mean: number; readonly variance: number } {
  const mean = sum / n;
  return { mean, variance: Math.max(0, squares / n - mean * mean) / Math.max(1, n - 1) };
}

/** Rate of an arm of zeros and ones, and the variance of that rate; half a made-up row each way keeps it above zero. */
export function rateOf([n, events]: Moments): { readonly mean: number; readonly variance: number } {
  const smoothed = (events + 0.5) / (n + 1);
  return { mean: events / n, variance: (smoothed * (1 - smoothed)) / n };
}

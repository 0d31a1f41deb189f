import { type GateResult, gateResults } from '../gate.ts';
import { rateEvidenceLog } from './oneRate.ts';
import type { Arm } from './twoRates.ts';
import { amountText, percentText } from './wording.ts';

export interface ObservedSplitInput {
  /** Rows of both versions (`n`) and of the canary among them (`k`) since the step has settled. */
  readonly settled: Arm;
  /** The same in the window in which the step began: apps may still have followed the share before. */
  readonly settling: Arm;
  /** Shares of traffic, in [0, 1]. */
  readonly desired: number;
  readonly before: number;
  /** Part of the desired share by which the observed one may differ. */
  readonly tolerance: number;
  readonly minimumRows: number;
  readonly at: number;
}

/** Chance of holding a rollout whose traffic is split as it should be. */
const alpha = 0.01;
const smallestTolerance = 0.002;

/**
 * Does the traffic follow the desired split? Apps that do not, or rows that are lost on the way from one version only, make
 * every comparison of the two doubtful. A failure holds the rollout where it is and rolls nothing back.
 *
 * Anytime-valid both ways (as the sequential tests of sample ratios by Lindon and Malek 2022, with a tolerance: requests of
 * one key stay together, so rows are not independent draws).
 */
export function assessObservedSplit(input: ObservedSplitInput): GateResult {
  const { settled, settling, desired, before, minimumRows, at } = input;
  const tolerance = Math.max(smallestTolerance, input.tolerance * desired);
  const rows = settled.n + settling.n;
  const canaryRows = settled.k + settling.k;
  const observed = rows === 0 ? null : canaryRows / rows;
  const evidence = Math.max(
    outside(settled, desired, desired, tolerance),
    outside(settling, Math.min(before, desired), Math.max(before, desired), tolerance),
  );
  const levelLog = Math.log(1 / alpha);
  const numbers = { rows, canaryRows, observed, desired, tolerance, minimumRows, evidenceLog: evidence, levelLog };
  const result = gateResults({ gate: 'observed_split', numbers, at });
  if (observed === null) return result('inconclusive', 'TOO_FEW_ROWS', 'no row of either version in this step yet');
  const sentence = `${percentText(observed)} of ${amountText(rows, 'row')} ${Math.round(rows) === 1 ? 'was' : 'were'} served by the canary, ${percentText(desired)} are desired`;
  if (evidence >= levelLog) return result('fail', 'SPLIT_MISMATCH', sentence);
  if (rows < minimumRows) {
    return result('inconclusive', 'TOO_FEW_ROWS', `${sentence}; ${minimumRows} rows are needed`);
  }
  return result('pass', 'SPLIT_AS_DESIRED', sentence);
}

/** Evidence, as a natural logarithm, that a share lies outside an interval widened by the tolerance. */
function outside(arm: Arm, low: number, high: number, tolerance: number): number {
  if (arm.n === 0) return 0;
  const above = high + tolerance < 1 ? rateEvidenceLog(arm, high + tolerance, 'above') : 0;
  const below = low - tolerance > 0 ? rateEvidenceLog(arm, low - tolerance, 'below') : 0;
  // Either side spends half of alpha.
  return Math.max(above, below) - Math.log(2);
}

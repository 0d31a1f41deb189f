import type { Estimate } from '../../monitor/finding.ts';
import { type GateResult, gateResults } from '../gate.ts';

export interface OfflineCalibrationInput {
  /** Expected calibration errors on the same rows, and the paired difference with its 95 % bootstrap interval. */
  readonly candidate: Estimate;
  readonly champion: Estimate;
  readonly difference: Estimate;
  /** The candidate's may be larger by this much. */
  readonly margin: number;
  readonly at: number;
}

/** Fewer held-out rows than this say nothing about ten bins. */
const minimumRows = 100;

/**
 * Do the candidate's probabilities mean what they say, as well as the champion's do? A model may be right as often and yet
 * be sure of what it should doubt. Fails when the whole interval lies beyond the margin.
 */
export function assessOfflineCalibration(input: OfflineCalibrationInput): GateResult {
  const { candidate, champion, difference, margin, at } = input;
  const numbers = {
    candidate: candidate.value,
    champion: champion.value,
    difference: difference.value,
    differenceLow: difference.low,
    differenceHigh: difference.high,
    rows: difference.n,
    margin,
    minimumRows,
  };
  const result = gateResults({ gate: 'offline_calibration', numbers, at });
  const { value, low } = difference;
  if (value === null || low === null || difference.n < minimumRows) {
    return result('inconclusive', 'TOO_FEW_ROWS', `${difference.n} held-out rows; ${minimumRows} are needed`);
  }
  const sentence = `calibration error ${candidate.value?.toFixed(4)} against ${champion.value?.toFixed(4)} of the champion`;
  if (low > margin) return result('fail', 'WORSE_THAN_ALLOWED', `${sentence}: surely more than ${margin} worse`);
  if (value > margin) return result('inconclusive', 'NOT_SHOWN', `${sentence}, which may be chance`);
  return result('pass', 'NO_HARM_SEEN', sentence);
}

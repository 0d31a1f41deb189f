import { mcNemarTest } from '../../statistics/performance/mcNemarTest.ts';
import { type GateResult, gateResults } from '../gate.ts';
import { oneSidedBounds, type PairedDifference } from './paired.ts';
import { amountText, type Loss, lossDifferenceText, lossText } from './wording.ts';

export interface OfflinePerformanceInput {
  readonly loss: Loss;
  readonly candidateLoss: number;
  /** `null`: there is no champion. */
  readonly championLoss: number | null;
  readonly paired: PairedDifference | null;
  /** The candidate may lose this much more, in units of the loss. */
  readonly margin: number;
  readonly at: number;
}

/** Fewer held-out rows than this decide nothing. */
const minimumRows = 100;

/**
 * Is the candidate at least as good as the champion on the same held-out rows, up to a margin? One look, so ordinary
 * bounds: pass when the upper bound of the paired difference (95 %) keeps the margin, fail when the difference itself
 * does not, inconclusive between. Of classes it also says how many rows only one of the two is wrong about, and how likely
 * chance is to part them that unevenly (McNemar's test).
 */
export function assessOfflinePerformance(input: OfflinePerformanceInput): GateResult {
  const { paired, margin, championLoss, candidateLoss, loss, at } = input;
  const bounds = paired === null || paired.rows === 0 ? null : oneSidedBounds(paired);
  const disagreements = paired?.disagreements ?? null;
  const test = disagreements === null ? null : mcNemarTest(disagreements.candidate, disagreements.champion);
  const numbers = {
    candidateLoss,
    championLoss,
    margin,
    minimumRows,
    rows: paired?.rows ?? null,
    difference: paired?.difference ?? null,
    differenceLow: bounds?.low ?? null,
    differenceHigh: bounds?.high ?? null,
    onlyCandidateWrong: disagreements?.candidate ?? null,
    onlyChampionWrong: disagreements?.champion ?? null,
    chanceTail: test?.tail ?? null,
  };
  const result = gateResults({ gate: 'offline_performance', numbers, at });
  if (championLoss === null || paired === null || bounds === null) {
    return result(
      'inconclusive',
      'NO_CHAMPION',
      `${loss} ${lossText(loss, candidateLoss)}; no champion to compare with`,
    );
  }
  const sentence = `${loss} ${lossText(loss, candidateLoss)} against ${lossText(loss, championLoss)} of the champion on the same ${amountText(paired.rows, 'row')}${disagreementText(paired)}`;
  if (paired.rows < minimumRows) {
    return result('inconclusive', 'TOO_FEW_ROWS', `${sentence}; ${minimumRows} rows are needed`);
  }
  if (paired.difference > margin)
    return result('fail', 'WORSE_THAN_ALLOWED', `${sentence}: worse by more than ${lossDifferenceText(loss, margin)}`);
  if (bounds.high <= margin) return result('pass', 'NOT_WORSE', sentence);
  return result(
    'inconclusive',
    'NOT_SHOWN',
    `${sentence}: it may be worse by ${lossDifferenceText(loss, bounds.high)}`,
  );
}

/** `, 12 wrong only by the candidate and 30 only by the champion` */
function disagreementText({ disagreements }: PairedDifference): string {
  if (disagreements === null) return '';
  return `, ${disagreements.candidate} wrong only by the candidate and ${disagreements.champion} only by the champion`;
}

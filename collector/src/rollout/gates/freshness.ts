import type { GateResult } from '../gate.ts';
import { amountText, countText } from './wording.ts';

export interface FreshnessInput {
  /** Rows in the latest windows. */
  readonly championRows: number;
  readonly candidateRows: number;
  readonly windows: number;
  readonly at: number;
}

/** Do both versions still have traffic? Verdicts about a version that nobody asks any more are verdicts about the past. */
export function assessFreshness({ championRows, candidateRows, windows, at }: FreshnessInput): GateResult {
  const numbers = { championRows, candidateRows, windows };
  const flows = championRows > 0 && candidateRows > 0;
  const reason = `${amountText(candidateRows, 'row')} of the version and ${countText(championRows)} of the champion in the last ${amountText(windows, 'window')}`;
  return {
    gate: 'freshness',
    verdict: flows ? 'pass' : 'inconclusive',
    code: flows ? 'TRAFFIC_FLOWS' : 'NO_TRAFFIC',
    reason,
    numbers,
    at,
  };
}

import { type GateResult, gateResults } from '../gate.ts';
import { rateEvidenceLog } from './oneRate.ts';
import { amountText, countText, percentText } from './wording.ts';

export interface ShadowDivergenceInput {
  /** Rows on which shadow and served prediction were equal, and different, since the shadow started. */
  readonly agreements: number;
  readonly disagreements: number;
  readonly minimumRows: number;
  /** Largest share of rows on which they may disagree. */
  readonly limit: number;
  readonly at: number;
}

/** Chance of a wrong verdict, in each direction, over all looks together. */
const alpha = 0.05;

/**
 * Does the shadow predict the same as the served version often enough? Passes with enough rows and evidence that the
 * share of disagreements is below the limit, fails with evidence that it is above; anytime-valid both ways.
 */
export function assessShadowDivergence(input: ShadowDivergenceInput): GateResult {
  const { agreements, disagreements, minimumRows, limit, at } = input;
  const rows = agreements + disagreements;
  const share = rows === 0 ? null : disagreements / rows;
  const counts = { n: rows, k: disagreements };
  const above = rateEvidenceLog(counts, limit, 'above');
  const below = rateEvidenceLog(counts, limit, 'below');
  const level = Math.log(1 / alpha);
  const numbers = {
    rows,
    agreements,
    disagreements,
    share,
    limit,
    minimumRows,
    evidenceAboveLog: above,
    evidenceBelowLog: below,
  };
  const result = gateResults({ gate: 'shadow_divergence', numbers, at });
  if (share === null)
    return result('inconclusive', 'TOO_FEW_ROWS', 'no row was predicted by both shadow and champion yet');
  const sentence = `disagreed on ${countText(disagreements)} of ${amountText(rows, 'row')} (${percentText(share)}), ${percentText(limit)} is allowed`;
  if (above >= level && share > limit) return result('fail', 'DISAGREES', sentence);
  if (rows < minimumRows) return result('inconclusive', 'TOO_FEW_ROWS', `${sentence}; ${minimumRows} rows are needed`);
  if (below >= level && share < limit) return result('pass', 'AGREES', sentence);
  return result('inconclusive', 'NOT_SHOWN', `${sentence}: too close to say`);
}

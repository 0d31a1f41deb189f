import { type GateResult, gateResults } from '../gate.ts';
import { percentText } from './wording.ts';

export interface ScoreDistributionInput {
  /** Shares of rows at or above each threshold, with the evidence that they differ by more than the margin. */
  readonly thresholds: readonly {
    readonly at: number;
    readonly championShare: number;
    readonly canaryShare: number;
    readonly evidencePeakLog: number;
  }[];
  readonly championRows: number;
  readonly canaryRows: number;
  readonly margin: number;
  readonly minimumRows: number;
  readonly alpha: number;
  readonly at: number;
}

/**
 * Are the canary's scores (predictions, in regression) spread like the champion's? A sanity check that needs no labels:
 * a model whose scores collapsed to a point, or whose classes are swapped, shows here first. The distance is that of
 * Kolmogorov and Smirnov at a few thresholds, in both directions, each anytime-valid at its part of alpha.
 */
export function assessScoreDistribution(input: ScoreDistributionInput): GateResult {
  const { thresholds, championRows, canaryRows, margin, minimumRows, at } = input;
  const levelLog = Math.log(Math.max(1, 2 * thresholds.length) / input.alpha);
  const distance = (t: ScoreDistributionInput['thresholds'][number]) => Math.abs(t.canaryShare - t.championShare);
  const worst = thresholds.toSorted((a, b) => distance(b) - distance(a))[0];
  const evidence = thresholds.toSorted((a, b) => b.evidencePeakLog - a.evidencePeakLog)[0];
  const numbers = {
    championRows,
    canaryRows,
    margin,
    minimumRows,
    distance: worst === undefined ? null : distance(worst),
    threshold: worst?.at ?? null,
    championShare: worst?.championShare ?? null,
    canaryShare: worst?.canaryShare ?? null,
    evidencePeakLog: evidence?.evidencePeakLog ?? null,
    levelLog,
  };
  const result = gateResults({ gate: 'score_distribution', numbers, at });
  if (worst === undefined || evidence === undefined) {
    return result('inconclusive', 'TOO_FEW_ROWS', 'no scores of both versions were counted yet');
  }
  const tell = (t: ScoreDistributionInput['thresholds'][number]) =>
    `${percentText(t.canaryShare)} of the canary's scores are ${t.at.toPrecision(3)} or more, ${percentText(t.championShare)} of the champion's`;
  if (evidence.evidencePeakLog >= levelLog) return result('fail', 'WORSE_THAN_ALLOWED', tell(evidence));
  if (Math.min(championRows, canaryRows) < minimumRows) {
    return result('inconclusive', 'TOO_FEW_ROWS', `${tell(worst)}; ${minimumRows} rows of each version are needed`);
  }
  if (distance(worst) <= margin) return result('pass', 'NO_HARM_SEEN', tell(worst));
  return result('inconclusive', 'NOT_SHOWN', `${tell(worst)}: not sure yet`);
}

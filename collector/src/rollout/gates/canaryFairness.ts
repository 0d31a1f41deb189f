import { type GateResult, gateResults } from '../gate.ts';
import { type Loss, lossDifferenceText, lossName, lossText, pointsText } from './wording.ts';

/** One thing that may be worse for one group under the canary than under the champion. */
export interface GroupComparison {
  readonly attribute: string;
  readonly group: string;
  /** A loss of labelled rows, or `gap`: how far it is from the reference group in shares of favourable decisions. */
  readonly what: Loss | 'gap';
  readonly champion: number;
  readonly canary: number;
  /** Canary rows of the group, and champion rows. */
  readonly canaryRows: number;
  readonly championRows: number;
  readonly margin: number;
  /** Highest of its tests. */
  readonly evidencePeakLog: number;
  /** How many tests it takes: a gap may grow to either side. */
  readonly sides: 1 | 2;
}

export interface CanaryFairnessInput {
  readonly comparisons: readonly GroupComparison[];
  readonly minimumRows: number;
  readonly alpha: number;
  readonly at: number;
}

/**
 * Does the canary hurt a group more than the champion does at the same time? Two comparisons a group: what its rows lose,
 * and how far they are from the reference group in favourable decisions. Each is anytime-valid at its part
 * of alpha. Groups with few rows are counted and not judged; when all are like that, nothing is known and nothing passes.
 */
export function assessCanaryFairness({ comparisons, minimumRows, alpha, at }: CanaryFairnessInput): GateResult {
  const tests = comparisons.reduce((sum, { sides }) => sum + sides, 0);
  const levelLog = Math.log(Math.max(1, tests) / alpha);
  const excess = ({ champion, canary, margin }: GroupComparison) => canary - champion - margin;
  const judged = comparisons.filter(
    ({ canaryRows, championRows }) => Math.min(canaryRows, championRows) >= minimumRows,
  );
  const harmed = comparisons.filter(({ evidencePeakLog }) => evidencePeakLog >= levelLog);
  const worst = (harmed.length > 0 ? harmed : judged).toSorted((a, b) => excess(b) - excess(a))[0];
  const numbers = {
    comparisons: comparisons.length,
    judged: judged.length,
    championValue: worst?.champion ?? null,
    canaryValue: worst?.canary ?? null,
    canaryRows: worst?.canaryRows ?? null,
    margin: worst?.margin ?? null,
    evidencePeakLog: worst?.evidencePeakLog ?? null,
    levelLog,
    minimumRows,
  };
  const result = gateResults({ gate: 'canary_fairness', numbers, at });
  if (worst === undefined) {
    return result('inconclusive', 'GROUPS_TOO_SMALL', `no group has ${minimumRows} rows of both versions yet`);
  }
  if (harmed.length > 0) return result('fail', 'WORSE_THAN_ALLOWED', describe(worst));
  if (excess(worst) > 0) return result('inconclusive', 'NOT_SHOWN', `${describe(worst)}, which may be chance`);
  return result('pass', 'NO_HARM_SEEN', `no harm seen in ${judged.length} comparisons; the worst: ${describe(worst)}`);
}

function describe({ attribute, group, what, champion, canary, margin }: GroupComparison): string {
  if (what === 'gap') {
    return `${attribute} = ${group} is ${pointsText(canary)} from the reference group in favourable decisions, ${pointsText(champion)} with the champion; ${pointsText(margin)} more is allowed`;
  }
  const [before, now] = [lossText(what, champion), lossText(what, canary)];
  return `${attribute} = ${group} has ${lossName(what)} of ${now}, ${before} with the champion; ${lossDifferenceText(what, margin)} more is allowed`;
}

import { type GateResult, gateResults } from '../gate.ts';
import { amountText, type Loss, lossName, lossText } from './wording.ts';

export interface GroupLimitInput {
  readonly loss: Loss;
  /** Mean loss of the candidate in every group of every declared attribute. */
  readonly groups: readonly {
    readonly attribute: string;
    readonly group: string;
    readonly rows: number;
    readonly loss: number;
  }[];
  readonly limit: number;
  readonly minimumRows: number;
  readonly at: number;
}

/** Is the candidate good enough for every group, whatever the champion was? A floor, not a comparison. */
export function assessGroupLimit({ loss, groups, limit, minimumRows, at }: GroupLimitInput): GateResult {
  const large = groups.filter(({ rows }) => rows >= minimumRows);
  const worst = large.toSorted((a, b) => b.loss - a.loss)[0];
  const numbers = {
    groups: groups.length,
    groupsLargeEnough: large.length,
    rows: worst?.rows ?? null,
    loss: worst?.loss ?? null,
    limit,
    minimumRows,
  };
  const result = gateResults({ gate: 'group_limit', numbers, at });
  if (worst === undefined) {
    return result('inconclusive', 'GROUPS_TOO_SMALL', `no group has ${minimumRows} held-out rows`);
  }
  const sentence = `${worst.attribute} = ${worst.group} has ${lossName(loss)} of ${lossText(loss, worst.loss)} on ${amountText(worst.rows, 'row')}, ${lossText(loss, limit)} is allowed`;
  return worst.loss > limit
    ? result('fail', 'OVER_LIMIT', sentence)
    : result('pass', 'WITHIN_LIMIT', `worst of ${large.length} groups: ${sentence}`);
}

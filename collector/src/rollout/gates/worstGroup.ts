import { type GateResult, gateResults } from '../gate.ts';
import { oneSidedBounds, type PairedDifference } from './paired.ts';
import { amountText, type Loss, lossDifferenceText, lossName } from './wording.ts';

export interface WorstGroupInput {
  readonly loss: Loss;
  /** Every group of every declared attribute, in the held-out rows. */
  readonly groups: readonly { readonly attribute: string; readonly group: string; readonly paired: PairedDifference }[];
  /** Declared attributes that are not a column of the held-out rows. */
  readonly missingAttributes: readonly string[];
  /** The candidate may lose this much more in each group. */
  readonly margin: number;
  readonly minimumRows: number;
  readonly at: number;
}

/**
 * Does the candidate hurt one group more than the champion does? Overall performance is shown by another gate; this one
 * looks for harm that an average hides. Fails when a group is worse by more than the margin and surely worse at all
 * (95 %); inconclusive when a group is worse by more than the margin but that may be chance, or when no group is large
 * enough to say anything.
 */
export function assessWorstGroup(input: WorstGroupInput): GateResult {
  const { margin, minimumRows, at } = input;
  const large = input.groups.filter(({ paired }) => paired.rows >= minimumRows);
  const worst = large.toSorted((a, b) => b.paired.difference - a.paired.difference)[0];
  const numbers = {
    groups: input.groups.length,
    groupsLargeEnough: large.length,
    rows: worst?.paired.rows ?? null,
    difference: worst?.paired.difference ?? null,
    differenceLow: worst === undefined ? null : oneSidedBounds(worst.paired).low,
    margin,
    minimumRows,
  };
  const result = gateResults({ gate: 'worst_group', numbers, at });
  if (input.missingAttributes.length > 0) {
    return result('error', 'MISSING_DATA', `the held-out rows have no column ${input.missingAttributes.join(', ')}`);
  }
  if (worst === undefined) {
    return result('inconclusive', 'TOO_FEW_ROWS', `no group has ${minimumRows} held-out rows`);
  }
  const describe = (of: WorstGroupInput['groups'][number]) => describeIn(input.loss, of);
  const harmed = large.filter(({ paired }) => paired.difference > margin);
  const surely = harmed.find(({ paired }) => oneSidedBounds(paired).low > 0);
  if (surely !== undefined)
    return result(
      'fail',
      'WORSE_THAN_ALLOWED',
      `${describe(surely)}: more than ${lossDifferenceText(input.loss, margin)} is not allowed`,
    );
  if (harmed.length > 0) return result('inconclusive', 'NOT_SHOWN', `${describe(worst)}, which may be chance`);
  return result('pass', 'NO_HARM_SEEN', `worst of ${large.length} groups: ${describe(worst)}`);
}

function describeIn(loss: Loss, { attribute, group, paired }: WorstGroupInput['groups'][number]): string {
  const change = lossDifferenceText(loss, Math.abs(paired.difference));
  const how = paired.difference > 0 ? `${change} above` : paired.difference < 0 ? `${change} below` : 'equal to';
  return `${attribute} = ${group} has ${lossName(loss)} ${how} the champion's on the same ${amountText(paired.rows, 'row')}`;
}

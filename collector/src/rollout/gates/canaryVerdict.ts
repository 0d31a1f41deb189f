import { type GateName, type GateResult, gateResults } from '../gate.ts';
import { amountText, countText } from './wording.ts';

/** What is asked of every comparison of a canary with the champion. */
export interface CanaryInput {
  /** What is compared, for the sentence: `wrong predictions`, `mean absolute error`. */
  readonly what: string;
  /** Rows since the present step started. */
  readonly championStepRows: number;
  readonly canaryStepRows: number;
  /** Rows of the canary that have arrived since the stage started, labelled or not. */
  readonly canaryRowsSeen: number;
  /** By how much the canary may be worse. */
  readonly margin: number;
  readonly minimumRows: number;
  /** Chance of stopping a harmless canary, over the whole stage, that this gate may spend. */
  readonly alpha: number;
  /** `proven`: only evidence that the margin is kept passes. `no_harm_seen`: enough rows without a sign of harm do. */
  readonly passWhen: 'proven' | 'no_harm_seen';
  readonly at: number;
}

/** What the rows of a stage say. */
export interface CanaryComparison {
  readonly gate: GateName;
  readonly championRows: number;
  readonly canaryRows: number;
  /** `labelled row`, `row` */
  readonly rowName: string;
  /** `canary`, `shadow` */
  readonly candidateName: string;
  /** Evidence that the canary is worse than champion + margin, and that it is not: present and highest so far. */
  readonly harm: { readonly log: number; readonly peakLog: number };
  readonly absence: { readonly peakLog: number };
  /** Whether the canary is worse by the margin at most, in the rows there are; `null` without rows of both. */
  readonly isWithinMargin: boolean | null;
  /** `3.1 % wrong predictions against 3.0 % of the champion` */
  readonly sentence: string;
  /** `1.0 points` */
  readonly allowed: string;
  readonly numbers: GateResult['numbers'];
}

/** Level of the evidence of absence: a canary that is worse by the margin passes by proof with at most this chance. */
const absenceAlpha = 0.05;

/**
 * Is the canary worse than the champion by more than the margin? Looked at after every window:
 *
 * * fail as soon as the evidence of harm has reached 1 / alpha, and for the rest of the stage. A harmless canary fails
 *   with chance alpha at most, however often it is looked at and whatever the traffic does over time.
 * * pass once the evidence that the margin is kept has reached 20; or, unless that is demanded, once both arms have
 *   `minimumRows` in the present step and the canary is not seen to be worse than the champion by more than the margin.
 *   The second way lets traffic grow step by step while the guard keeps looking; it does not prove the margin.
 * * inconclusive otherwise: no data is never a pass.
 */
export function canaryVerdict(input: CanaryInput, comparison: CanaryComparison): GateResult {
  const { championStepRows, canaryStepRows, canaryRowsSeen, minimumRows, margin, at } = input;
  const { gate, championRows, canaryRows, rowName, candidateName, harm, absence, sentence, allowed } = comparison;
  const harmLevelLog = Math.log(1 / input.alpha);
  const absenceLevelLog = Math.log(1 / absenceAlpha);
  const numbers = {
    ...comparison.numbers,
    championRows,
    canaryRows,
    margin,
    championStepRows,
    canaryStepRows,
    minimumRows,
    harmEvidenceLog: harm.log,
    harmEvidencePeakLog: harm.peakLog,
    harmLevelLog,
    absenceEvidencePeakLog: absence.peakLog,
    absenceLevelLog,
  };
  const result = gateResults({ gate, numbers, at });
  const rowsOfBoth = (canary: number, champion: number, where: string) =>
    `${amountText(canary, rowName)} of the ${candidateName}${where}, ${countText(champion)} of the champion`;

  if (harm.peakLog >= harmLevelLog) {
    return result('fail', 'WORSE_THAN_ALLOWED', `${sentence}: worse by more than ${allowed}`);
  }
  if (comparison.isWithinMargin === null) {
    const unlabelled = `${amountText(canaryRowsSeen, 'row')} served, none of them labelled yet`;
    return canaryRowsSeen >= minimumRows && canaryRows === 0
      ? result('inconclusive', 'NO_LABELS', unlabelled)
      : result('inconclusive', 'TOO_FEW_ROWS', rowsOfBoth(canaryRows, championRows, ''));
  }
  if (Math.min(canaryStepRows, championStepRows) < minimumRows) {
    const rows = rowsOfBoth(canaryStepRows, championStepRows, ' in this step');
    return result('inconclusive', 'TOO_FEW_ROWS', `${rows}; ${minimumRows} of each are needed`);
  }
  if (absence.peakLog >= absenceLevelLog) {
    return result('pass', 'NOT_WORSE', `${sentence}: shown not to be worse by more than ${allowed}`);
  }
  if (input.passWhen === 'no_harm_seen' && comparison.isWithinMargin) {
    return result('pass', 'NO_HARM_SEEN', `${sentence}: no sign of harm in ${amountText(canaryRows, rowName)}`);
  }
  return result('inconclusive', 'NOT_SHOWN', `${sentence}: neither harm nor its absence is shown yet`);
}

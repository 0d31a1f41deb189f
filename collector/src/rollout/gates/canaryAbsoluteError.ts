import { type GateResult, gateResults } from '../gate.ts';
import { type MeanEvidence, type Moments, meanEvidenceLog, meanOf } from './meanDifference.ts';
import { amountText, countText, percentText } from './wording.ts';

export interface CanaryAbsoluteErrorInput {
  /** What is counted, for the sentence: `mean absolute error`. */
  readonly what: string;
  /** Since the stage started, in the label's unit. */
  readonly champion: Moments;
  readonly canary: Moments;
  /** Labelled rows since the present step started. */
  readonly championStepRows: number;
  readonly canaryStepRows: number;
  readonly canaryRowsSeen: number;
  readonly harm: MeanEvidence;
  readonly absence: MeanEvidence;
  /** Part of the champion's mean absolute error by which the canary's may be larger. */
  readonly margin: number;
  readonly minimumRows: number;
  readonly alpha: number;
  readonly passWhen: 'proven' | 'no_harm_seen';
  readonly at: number;
}

const absenceAlpha = 0.05;

/** Is the canary's mean absolute error above the champion's by more than a part of it? As `assessCanaryRate`, for numbers. */
export function assessCanaryAbsoluteError(input: CanaryAbsoluteErrorInput): GateResult {
  const { champion, canary, harm, absence, margin, minimumRows } = input;
  const mean = (moments: Moments) => (moments[0] === 0 ? null : meanOf(moments).mean);
  const [championMean, canaryMean] = [mean(champion), mean(canary)];
  const harmLevelLog = Math.log(1 / input.alpha);
  const absenceLevelLog = Math.log(1 / absenceAlpha);
  const numbers = {
    championRows: champion[0],
    canaryRows: canary[0],
    championMean,
    canaryMean,
    margin,
    championStepRows: input.championStepRows,
    canaryStepRows: input.canaryStepRows,
    minimumRows,
    harmEvidenceLog: meanEvidenceLog(harm),
    harmEvidencePeakLog: harm.peakLog,
    harmLevelLog,
    absenceEvidencePeakLog: absence.peakLog,
    absenceLevelLog,
  };
  const result = gateResults({ gate: 'canary_absolute_error', numbers, at: input.at });
  if (championMean === null || canaryMean === null) {
    return input.canaryRowsSeen >= minimumRows && canary[0] === 0
      ? result(
          'inconclusive',
          'NO_LABELS',
          `${amountText(input.canaryRowsSeen, 'row')} served, none of them labelled yet`,
        )
      : result(
          'inconclusive',
          'TOO_FEW_ROWS',
          `${amountText(canary[0], 'labelled row')} of the canary, ${countText(champion[0])} of the champion`,
        );
  }
  const sentence = `${input.what} ${canaryMean.toPrecision(4)} against ${championMean.toPrecision(4)} of the champion`;
  const allowed = percentText(margin);
  if (harm.peakLog >= harmLevelLog) {
    return result('fail', 'WORSE_THAN_ALLOWED', `${sentence}: worse by more than ${allowed}`);
  }
  if (Math.min(input.canaryStepRows, input.championStepRows) < minimumRows) {
    return result(
      'inconclusive',
      'TOO_FEW_ROWS',
      `${sentence}; ${minimumRows} labelled rows of each in this step are needed`,
    );
  }
  if (absence.peakLog >= absenceLevelLog) {
    return result('pass', 'NOT_WORSE', `${sentence}: shown not to be worse by more than ${allowed}`);
  }
  if (input.passWhen === 'no_harm_seen' && canaryMean <= championMean * (1 + margin)) {
    return result('pass', 'NO_HARM_SEEN', `${sentence}: no sign of harm in ${amountText(canary[0], 'labelled row')}`);
  }
  return result('inconclusive', 'NOT_SHOWN', `${sentence}: neither harm nor its absence is shown yet`);
}

import { type GateName, type GateResult, gateResults } from '../gate.ts';
import type { Arm, TwoRatesEvidence } from './twoRates.ts';
import { evidenceLog } from './twoRates.ts';
import { amountText, countText, percentText, pointsText } from './wording.ts';

export interface CanaryRateInput {
  readonly gate: Extract<GateName, 'canary_error_rate' | 'inference_error_rate'>;
  /** What is counted, for the sentence: `wrong predictions`. */
  readonly what: string;
  /** What a row needs to count: `labelled row` or `row`. */
  readonly rowName: string;
  /** What the candidate is now, for the sentence. */
  readonly candidateName: 'shadow' | 'canary';
  /** Since the stage started. */
  readonly champion: Arm;
  readonly canary: Arm;
  /** Rows since the present step started. */
  readonly championStepRows: number;
  readonly canaryStepRows: number;
  /** Rows of the canary that have arrived since the stage started, labelled or not. */
  readonly canaryRowsSeen: number;
  /** Evidence that the canary is worse than champion + margin, and that it is not. */
  readonly harm: TwoRatesEvidence;
  readonly absence: TwoRatesEvidence;
  readonly margin: number;
  readonly minimumRows: number;
  /** Chance of stopping a harmless canary, over the whole stage, that this gate may spend. */
  readonly alpha: number;
  /** `proven`: only evidence that the margin is kept passes. `no_harm_seen`: enough rows without a sign of harm do. */
  readonly passWhen: 'proven' | 'no_harm_seen';
  readonly at: number;
}

/** Level of the evidence of absence: a canary that is worse by the margin passes by proof with at most this chance. */
const absenceAlpha = 0.05;

/**
 * Is the canary's rate of bad rows worse than the champion's by more than the margin? Looked at after every window:
 *
 * * fail as soon as the evidence of harm has reached 1 / alpha, and for the rest of the stage. A harmless canary fails
 *   with chance alpha at most, however often it is looked at and whatever the rates do over time (`twoRates.ts`).
 * * pass once the evidence that the margin is kept has reached 20; or, unless that is demanded, once both arms have
 *   `minimumRows` in the present step and the canary's rate is not above the champion's by more than the margin.
 *   The second way lets traffic grow step by step while the guard keeps looking; it does not prove the margin.
 * * inconclusive otherwise: no data is never a pass.
 */
export function assessCanaryRate(input: CanaryRateInput): GateResult {
  const { champion, canary, harm, absence, margin } = input;
  const championRate = champion.n === 0 ? null : champion.k / champion.n;
  const canaryRate = canary.n === 0 ? null : canary.k / canary.n;
  const difference = championRate === null || canaryRate === null ? null : canaryRate - championRate;
  const harmLevelLog = Math.log(1 / input.alpha);
  const absenceLevelLog = Math.log(1 / absenceAlpha);
  const numbers = {
    championRows: champion.n,
    canaryRows: canary.n,
    championRate,
    canaryRate,
    difference,
    margin,
    championStepRows: input.championStepRows,
    canaryStepRows: input.canaryStepRows,
    minimumRows: input.minimumRows,
    harmEvidenceLog: evidenceLog(harm),
    harmEvidencePeakLog: harm.peakLog,
    harmLevelLog,
    absenceEvidencePeakLog: absence.peakLog,
    absenceLevelLog,
  };
  const result = gateResults({ gate: input.gate, numbers, at: input.at });
  const rates = `${rateText(canaryRate)} ${input.what} against ${rateText(championRate)} of the champion`;

  if (harm.peakLog >= harmLevelLog) {
    return result('fail', 'WORSE_THAN_ALLOWED', `${rates}: worse by more than ${pointsText(margin)}`);
  }
  if (difference === null) {
    return input.canaryRowsSeen >= input.minimumRows && canary.n === 0
      ? result(
          'inconclusive',
          'NO_LABELS',
          `${amountText(input.canaryRowsSeen, 'row')} served, none of them labelled yet`,
        )
      : result(
          'inconclusive',
          'TOO_FEW_ROWS',
          `${amountText(canary.n, input.rowName)} of the ${input.candidateName}, ${countText(champion.n)} of the champion`,
        );
  }
  const stepRows = Math.min(input.canaryStepRows, input.championStepRows);
  if (stepRows < input.minimumRows) {
    return result(
      'inconclusive',
      'TOO_FEW_ROWS',
      `${amountText(input.canaryStepRows, input.rowName)} of the ${input.candidateName} in this step, ${countText(input.championStepRows)} of the champion; ${input.minimumRows} of each are needed`,
    );
  }
  if (absence.peakLog >= absenceLevelLog) {
    return result('pass', 'NOT_WORSE', `${rates}: shown not to be worse by more than ${pointsText(margin)}`);
  }
  if (input.passWhen === 'no_harm_seen' && difference <= margin) {
    return result('pass', 'NO_HARM_SEEN', `${rates}: no sign of harm in ${amountText(canary.n, input.rowName)}`);
  }
  return result('inconclusive', 'NOT_SHOWN', `${rates}: neither harm nor its absence is shown yet`);
}

function rateText(rate: number | null): string {
  return rate === null ? 'an unknown share of' : percentText(rate);
}

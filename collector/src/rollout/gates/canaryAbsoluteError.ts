import type { GateResult } from '../gate.ts';
import { type CanaryInput, canaryVerdict } from './canaryVerdict.ts';
import { type MeanEvidence, type Moments, meanEvidenceLog, meanOf } from './meanDifference.ts';
import { percentText } from './wording.ts';

/** `margin`: part of the champion's mean absolute error by which the canary's may be larger. */
export interface CanaryAbsoluteErrorInput extends CanaryInput {
  /** Since the stage started, in the label's unit. */
  readonly champion: Moments;
  readonly canary: Moments;
  readonly harm: MeanEvidence;
  readonly absence: MeanEvidence;
}

/** Is the canary's mean absolute error above the champion's by more than a part of it? */
export function assessCanaryAbsoluteError(input: CanaryAbsoluteErrorInput): GateResult {
  const { champion, canary, harm, absence, margin } = input;
  const [championMean, canaryMean] = [meanOrNull(champion), meanOrNull(canary)];
  return canaryVerdict(input, {
    gate: 'canary_absolute_error',
    championRows: champion[0],
    canaryRows: canary[0],
    rowName: 'labelled row',
    candidateName: 'canary',
    harm: { log: meanEvidenceLog(harm), peakLog: harm.peakLog },
    absence,
    isWithinMargin: championMean === null || canaryMean === null ? null : canaryMean <= championMean * (1 + margin),
    sentence: `${input.what} ${meanText(canaryMean)} against ${meanText(championMean)} of the champion`,
    allowed: percentText(margin),
    numbers: { championMean, canaryMean },
  });
}

const meanOrNull = (moments: Moments) => (moments[0] === 0 ? null : meanOf(moments).mean);
const meanText = (mean: number | null) => mean?.toPrecision(4) ?? 'unknown';

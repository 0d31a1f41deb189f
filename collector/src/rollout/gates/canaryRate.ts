import type { GateName, GateResult } from '../gate.ts';
import { type CanaryInput, canaryVerdict } from './canaryVerdict.ts';
import { type Arm, evidenceLog, type TwoRatesEvidence } from './twoRates.ts';
import { percentText, pointsText } from './wording.ts';

export interface CanaryRateInput extends CanaryInput {
  readonly gate: Extract<GateName, 'canary_error_rate' | 'inference_error_rate'>;
  /** What a row needs to count: `labelled row` or `row`. */
  readonly rowName: string;
  /** What the candidate is now. */
  readonly candidateName: 'shadow' | 'canary';
  /** Since the stage started. */
  readonly champion: Arm;
  readonly canary: Arm;
  readonly harm: TwoRatesEvidence;
  readonly absence: TwoRatesEvidence;
}

/** Is the canary's rate of bad rows worse than the champion's by more than the margin? (`twoRates.ts`) */
export function assessCanaryRate(input: CanaryRateInput): GateResult {
  const { gate, rowName, candidateName, champion, canary, harm, absence, margin } = input;
  const [championRate, canaryRate] = [rateOrNull(champion), rateOrNull(canary)];
  const difference = championRate === null || canaryRate === null ? null : canaryRate - championRate;
  return canaryVerdict(input, {
    gate,
    championRows: champion.n,
    canaryRows: canary.n,
    rowName,
    candidateName,
    harm: { log: evidenceLog(harm), peakLog: harm.peakLog },
    absence,
    isWithinMargin: difference === null ? null : difference <= margin,
    sentence: `${rateText(canaryRate)} ${input.what} against ${rateText(championRate)} of the champion`,
    allowed: pointsText(margin),
    numbers: { championRate, canaryRate, difference },
  });
}

const rateOrNull = ({ n, k }: Arm) => (n === 0 ? null : k / n);
const rateText = (rate: number | null) => (rate === null ? 'an unknown share of' : percentText(rate));

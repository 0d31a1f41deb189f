import type { Estimate, Evidence } from '../finding.ts';
import { intervalText, isNotable, sentence, shareMoveText } from './phrases.ts';
import type { Change } from './sentences.ts';
import { amountText, numberText, shareText } from './text.ts';

/** What labels say beside whether predictions were right. Before is in the reference, after is now. */

export interface LabelChange {
  readonly change: Change;
  /** Labels that have come since the last window. */
  readonly rows: number;
}

export interface CalibrationChange extends LabelChange {
  /** Scores from here to there; `null` for all of them. */
  readonly range: readonly [low: number, high: number] | null;
  /** Mean score of the same rows. */
  readonly predicted: number;
}

export function calibrationSentence({ range, predicted, ...change }: CalibrationChange, evidence: Evidence): string {
  const scores = range === null ? 'scores' : `scores between ${numberText(range[0])} and ${numberText(range[1])}`;
  const direction = evidence.leading?.direction ?? 'up';
  return labelSentence(
    { what: `${scores} come true`, direction },
    change,
    `they say ${shareText(predicted)}`,
    evidence,
  );
}

export function scoreOrderSentence(change: LabelChange, evidence: Evidence): string {
  return labelSentence({ what: 'positives score above negatives', direction: 'down' }, change, null, evidence);
}

export function exceedanceSentence(change: LabelChange, promised: number, evidence: Evidence): string {
  const direction = evidence.leading?.direction ?? 'up';
  const what = 'labels lie above the predicted quantile';
  return labelSentence({ what, direction }, change, `${shareText(promised)} are promised`, evidence);
}

function labelSentence(
  { what, direction }: { readonly what: string; readonly direction: 'up' | 'down' },
  { change: { before, after }, rows }: LabelChange,
  promised: string | null,
  evidence: Evidence,
): string {
  if (after === null) return sentence(['no labels have come for this window yet'], evidence);
  const often = direction === 'up' ? 'more often than in the reference' : 'less often than in the reference';
  const moved = `${shareMoveText(before, after)} of ${amountText(rows, 'labelled row')}`;
  return sentence(
    [`${what} ${isNotable(evidence) ? often : 'as often as in the reference'}`, moved, promised],
    evidence,
  );
}

export interface SampledErrorChange {
  /** In the reference. */
  readonly before: number;
  /** `null` where nothing is made of what came. */
  readonly errorRate: Estimate | null;
  /** Whose outcomes became due, and how many of them have one. */
  readonly predictions: number;
  readonly labels: number;
  /** For which share labels should have come, where too few did. */
  readonly declared: number | null;
}

export function sampledErrorSentence(change: SampledErrorChange, evidence: Evidence): string {
  const { before, errorRate, predictions, labels, declared } = change;
  if (declared !== null) {
    const came = `${amountText(labels, 'label')} of ${amountText(predictions, 'prediction')}, not ${shareText(declared)}`;
    return sentence(['too few labels came to be the random sample that is declared', came], evidence);
  }
  if (errorRate === null || errorRate.value === null) {
    return sentence(['outcomes of no window with scores became due'], evidence);
  }
  const what = isNotable(evidence) ? 'error rate rose' : 'error rate is as in the reference';
  const moved = `${shareMoveText(before, errorRate.value)} of ${amountText(predictions, 'prediction')}`;
  return sentence(
    [what, `${moved}${intervalText(errorRate)}, from ${amountText(labels, 'label')} and all scores`],
    evidence,
  );
}

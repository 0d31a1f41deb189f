import {
  effectiveProfile,
  expectedErrors,
  judgedByScore,
  type Profile,
  scoreDistribution,
} from '../../profile/index.ts';
import type { ConfusionCounts } from '../../statistics/confusionMetrics.ts';
import type { Estimated } from '../../statistics/estimated.ts';
import { averageThresholdedConfidence } from '../../statistics/performance/averageThresholdedConfidence.ts';
import { blackBoxShift } from '../../statistics/performance/blackBoxShift.ts';
import { differenceOfConfidences } from '../../statistics/performance/differenceOfConfidences.ts';
import { type ExpectedPerformance, expectedPerformance } from '../../statistics/performance/expectedPerformance.ts';
import { binMiddle } from '../../statistics/performance/probabilityLosses.ts';
import { total } from '../../statistics/total.ts';
import { errorRateBySegment, type SegmentWindows } from './errorsBySegment.ts';

/** How the error rate can be estimated where labels are missing. */
export const labelFreeMethods = ['CBPE', 'ATC', 'DoC', 'BBSE', 'M-CBPE'] as const;

export type LabelFreeMethod = (typeof labelFreeMethods)[number];

/** Learned from the labels of a reference; `rows` are predictions by score bin and decision: `2 * bin + decision`. */
export interface LabelFreeEstimates {
  readonly performance: (rows: Float64Array) => ExpectedPerformance;
  /**
   * In [0, 1], only CBPE with an interval; `null` where a method has nothing to say. `bySegment`: the same rows by segment, of
   * which M-CBPE is made (`errorsBySegment`).
   */
  readonly errorRates: (
    rows: Float64Array,
    bySegment: Float64Array | null,
  ) => Readonly<Record<LabelFreeMethod, Estimated>>;
}

/** `null` where the reference does not say how wrong predictions are by their scores (`expectedErrors`). */
export function labelFreeEstimates(reference: Profile, segments: readonly SegmentWindows[]): LabelFreeEstimates | null {
  const probabilities = expectedErrors(reference)?.probabilities;
  const past = effectiveProfile(reference);
  const scores = scoreDistribution(past);
  if (probabilities === undefined || scores === null) return null;
  const labels = scores.positives.map((count, bin) => count + scores.negatives[bin]!);
  const performance = (rows: Float64Array) => expectedPerformance({ probabilities, labels }, rows);
  const { right, wrong } = labelledDecisions(past);
  const known = right.map((count, cell) => count + wrong[cell]!);
  const errors = total(wrong);
  const calibrated = confidences(probabilities);
  const stated = reference.shape.scoreBins?.kind === 'logit' ? confidences(binMiddles(scores.edges)) : null;
  const confusion = confusionOf({ right, wrong });
  return {
    performance,
    errorRates: (rows, bySegment) => {
      const n = total(rows);
      const bare = (value: number | null): Estimated => ({ value, low: null, high: null, n });
      return {
        CBPE: complement(performance(rows).accuracy),
        ATC: bare(averageThresholdedConfidence(calibrated, known, errors, rows)),
        // Confidence as the model states it: where scores are no probabilities it states none.
        DoC: bare(stated && differenceOfConfidences(stated, known, errors, rows)),
        BBSE: bare(blackBoxShift(confusion, decisions(rows))),
        'M-CBPE': bare(bySegment && errorRateBySegment(segments, bySegment)),
      };
    },
  };
}

function complement({ value, low, high, n }: Estimated): Estimated {
  const rest = (share: number | null) => (share === null ? null : 1 - share);
  return { value: rest(value), low: rest(high), high: rest(low), n };
}

/** Predictions with a score, with a label or without, by score bin and decision. */
export function scoredDecisions(profile: Profile): Float64Array {
  const judged = judgedByScore(profile);
  return Float64Array.from({ length: judged.length / 3 }, (_, cell) => total(judged.subarray(3 * cell, 3 * cell + 3)));
}

/** Predictions with a score and a label, by score bin and decision. */
export interface LabelledDecisions {
  readonly right: Float64Array;
  readonly wrong: Float64Array;
  /** The same by segment, as of `errorsBySegment`; `null` where that is not known. */
  readonly bySegment: Float64Array | null;
}

export function labelledDecisions(profile: Profile): Pick<LabelledDecisions, 'right' | 'wrong'> {
  const judged = judgedByScore(profile);
  const those = (outcome: number) => judged.filter((_, cell) => cell % 3 === outcome);
  return { right: those(1), wrong: those(2) };
}

export function confusionOf({ right, wrong }: Pick<LabelledDecisions, 'right' | 'wrong'>): ConfusionCounts {
  const [were, wereNot] = [decisions(right), decisions(wrong)];
  return {
    truePositive: were.positive,
    trueNegative: were.negative,
    falsePositive: wereNot.positive,
    falseNegative: wereNot.negative,
  };
}

function decisions(rows: Float64Array) {
  return {
    negative: total(rows.filter((_, cell) => cell % 2 === 0)),
    positive: total(rows.filter((_, cell) => cell % 2 === 1)),
  };
}

/** In what was decided, by cell; `probabilities` of the positive class, by bin. */
function confidences(probabilities: Float64Array): Float64Array {
  return Float64Array.from({ length: 2 * probabilities.length }, (_, cell) => {
    const probability = probabilities[cell >> 1]!;
    return cell % 2 === 1 ? probability : 1 - probability;
  });
}

function binMiddles(edges: Float64Array): Float64Array {
  return Float64Array.from({ length: edges.length - 1 }, (_, bin) => binMiddle(edges[bin]!, edges[bin + 1]!));
}

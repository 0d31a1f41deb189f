import type { ConfusionCounts } from './confusionMetrics.ts';

/** Decisions against labels, and decisions that have none yet. */
export interface PartlyLabelled extends ConfusionCounts {
  readonly unlabelledPositive: number;
  readonly unlabelledNegative: number;
}

/** Where a number will lie whatever the missing labels turn out to be. */
export interface LabelBounds {
  readonly low: number;
  readonly high: number;
}

export interface ConfusionBounds {
  readonly accuracy: LabelBounds | null;
  readonly precision: LabelBounds | null;
  readonly recall: LabelBounds | null;
  readonly f1: LabelBounds | null;
  readonly falsePositiveRate: LabelBounds | null;
  readonly falseNegativeRate: LabelBounds | null;
  readonly falseDiscoveryRate: LabelBounds | null;
  readonly falseOmissionRate: LabelBounds | null;
}

/**
 * What can be said before all labels are there, without any assumption about the missing ones? For a share the bounds are
 * [known / n, (known + unlabelled) / n]; a rate of which the denominator is a label (recall, false positive rate) has its
 * smallest value when the missing labels of one decision fall against it and those of the other do not count, and the
 * other way round. `null` where the denominator may be 0 in every case.
 *
 * Source: worst-case bounds, Manski 1989.
 *
 * @example confusionBounds({ truePositive: 6, falsePositive: 1, falseNegative: 1, trueNegative: 0, unlabelledPositive: 2, unlabelledNegative: 0 }).accuracy // { low: 0.6, high: 0.8 }
 */
export function confusionBounds(counts: PartlyLabelled): ConfusionBounds {
  const { truePositive, falsePositive, falseNegative, trueNegative, unlabelledPositive, unlabelledNegative } = counts;
  const right = truePositive + trueNegative;
  const all = right + falsePositive + falseNegative + unlabelledPositive + unlabelledNegative;
  const positives = truePositive + falsePositive + unlabelledPositive;
  const precision = bounds(truePositive, positives, truePositive + unlabelledPositive, positives);
  // Least: unlabelled negative decisions were all missed, unlabelled positive ones all raised for nothing.
  const recall = bounds(
    truePositive,
    truePositive + falseNegative + unlabelledNegative,
    truePositive + unlabelledPositive,
    truePositive + unlabelledPositive + falseNegative,
  );
  const negatives = falseNegative + trueNegative + unlabelledNegative;
  return {
    accuracy: bounds(right, all, right + unlabelledPositive + unlabelledNegative, all),
    precision,
    recall,
    f1: bounds(
      2 * truePositive,
      2 * truePositive + falsePositive + unlabelledPositive + falseNegative + unlabelledNegative,
      2 * (truePositive + unlabelledPositive),
      2 * (truePositive + unlabelledPositive) + falsePositive + falseNegative,
    ),
    falsePositiveRate: bounds(
      falsePositive,
      falsePositive + trueNegative + unlabelledNegative,
      falsePositive + unlabelledPositive,
      falsePositive + unlabelledPositive + trueNegative,
    ),
    falseNegativeRate: complement(recall),
    falseDiscoveryRate: complement(precision),
    falseOmissionRate: bounds(falseNegative, negatives, falseNegative + unlabelledNegative, negatives),
  };
}

/** A rate without a denominator may still become anything: with nothing at all on one side, that end is open. */
function bounds(leastOf: number, leastN: number, mostOf: number, mostN: number): LabelBounds | null {
  if (leastN === 0 && mostN === 0) return null;
  return { low: leastN === 0 ? 0 : leastOf / leastN, high: mostN === 0 ? 1 : mostOf / mostN };
}

function complement(of: LabelBounds | null): LabelBounds | null {
  return of === null ? null : { low: 1 - of.high, high: 1 - of.low };
}

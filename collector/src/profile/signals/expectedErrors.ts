import { type Score, scoreMoments } from '../../statistics/evidence/index.ts';
import { isotonicCalibration } from '../../statistics/performance/isotonicCalibration.ts';
import { total } from '../../statistics/total.ts';
import { planOf } from '../plan.ts';
import type { Profile } from '../profile.ts';
import { scoreDistribution } from '../views/views.ts';

/** How wrong predictions are expected to be by their scores alone, as a score over cells. */
export interface ExpectedErrors {
  readonly signal: typeof expectedErrorSignal;
  readonly score: Score;
  /** Of the positive class by score bin, in the labels of the reference; ascending. */
  readonly probabilities: Float64Array;
  /** Rows with a score by the chance that their prediction is wrong, in hundredths; labels are not looked at. */
  readonly counts: (profile: Profile) => Float64Array;
  /** The same rows, those of each hundredth in three cells: not labelled, right, wrong. */
  readonly outcomes: (profile: Profile) => Float64Array;
}

export const expectedErrorSignal = 'performance:expected_error';

/**
 * A prediction is wrong with the probability that its score has in the labels of the reference: p of the negative ones and
 * 1 - p of the positive ones, p by isotonic regression. `null` unless there are two classes with scores, at least 30 labels
 * of each, and some predictions are more likely to be wrong than others.
 *
 * Source: confidence-based performance estimation, Kivimaki, Bialek, Nurminen and Kuberski 2025.
 */
export function expectedErrors(reference: Profile): ExpectedErrors | null {
  let expected = known.get(reference);
  if (expected === undefined) {
    expected = fittedOn(reference);
    known.set(reference, expected);
  }
  return expected;
}

/** What is watched of a version is asked for at each of its windows; the profile of a reference no longer changes. */
const known = new WeakMap<Profile, ExpectedErrors | null>();

function fittedOn(reference: Profile): ExpectedErrors | null {
  const { task, positive } = reference.shape;
  const scores = task === 'binary_classification' && positive !== null ? scoreDistribution(reference) : null;
  if (scores === null || total(scores.positives) < fewestLabels || total(scores.negatives) < fewestLabels) return null;
  const probabilities = isotonicCalibration(scores.positives, scores.negatives)!;
  const chances = Float64Array.from({ length: 2 * probabilities.length }, (_, cell) => {
    const probability = probabilities[cell >> 1]!;
    return cell % 2 === 1 ? 1 - probability : probability;
  });
  const levelOf = chances.map((chance) => Math.min(levels - 1, Math.floor(chance * levels)));
  const outcomes = (profile: Profile): Float64Array => {
    const byLevel = new Float64Array(3 * levels);
    judgedByScore(profile).forEach((count, cell) => {
      byLevel[3 * levelOf[Math.floor(cell / 3)]! + (cell % 3)]! += count;
    });
    return byLevel;
  };
  const counts = (profile: Profile): Float64Array => inThrees(outcomes(profile));
  const past = counts(reference);
  const sums = new Float64Array(levels);
  inThrees(judgedByScore(reference)).forEach((count, cell) => {
    sums[levelOf[cell]!]! += count * chances[cell]!;
  });
  const values = past.map((count, level) => (count === 0 ? (level + 0.5) / levels : sums[level]! / count));
  const score: Score = { name: 'wrong by score', kind: 'mean', values, considered: new Uint8Array(levels).fill(1) };
  return scoreMoments(score, past).variance > 0
    ? { signal: expectedErrorSignal, score, probabilities, counts, outcomes }
    : null;
}

const levels = 100;
const fewestLabels = 30;

/** Rows with a score: cell `3 * (2 * bin + decision)` those without a label, then those that were right and wrong. */
export function judgedByScore({ shape, counts }: Profile): Float64Array {
  const { scoreOffset, scoreBins } = planOf(shape);
  const judged = new Float64Array(6 * scoreBins);
  for (let cell = 0; cell < judged.length; cell += 3) {
    const decision = (cell / 3) % 2;
    const at = scoreOffset + cell;
    judged[cell] = counts[at + 2]!;
    judged[cell + 1] = counts[at + decision]!;
    judged[cell + 2] = counts[at + 1 - decision]!;
  }
  return judged;
}

function inThrees(counts: Float64Array): Float64Array {
  return Float64Array.from({ length: counts.length / 3 }, (_, i) => total(counts.subarray(3 * i, 3 * i + 3)));
}

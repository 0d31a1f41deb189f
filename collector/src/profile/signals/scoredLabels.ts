import { scoreBinOf } from '../cells/scoreBin.ts';
import { planOf } from '../plan.ts';
import type { Profile } from '../profile.ts';
import type { ProfileShape } from '../shape.ts';
import { type ScoreDistribution, scoreDistribution } from '../views/views.ts';

/** Labelled predictions by score and label, cell `2 * bin + label`: what was claimed, and whether it came true. */

/** `null` where there is no score, or no class that it could be the score of. */
export function scoredCell(shape: ProfileShape, score: number | null, label: 0 | 1): number | null {
  if (score === null || !hasScores(shape)) return null;
  return 2 * scoreBinOf(planOf(shape), score) + label;
}

/** The same cells of a profile; empty where the shape has no scores of two classes. */
export function scoredCounts(profile: Profile): Float64Array {
  const scores = hasScores(profile.shape) ? scoreDistribution(profile) : null;
  if (scores === null) return new Float64Array(0);
  const counts = new Float64Array(2 * scores.positives.length);
  for (let bin = 0; bin < scores.positives.length; bin++) {
    counts[2 * bin] = scores.negatives[bin]!;
    counts[2 * bin + 1] = scores.positives[bin]!;
  }
  return counts;
}

/** Back to both classes by score bin; of arrivals the last cells may be missing. */
export function byLabel(scored: ArrayLike<number>): Pick<ScoreDistribution, 'negatives' | 'positives'> {
  const bins = Math.ceil(scored.length / 2);
  const [negatives, positives] = [new Float64Array(bins), new Float64Array(bins)];
  for (let bin = 0; bin < bins; bin++) {
    negatives[bin] = scored[2 * bin] ?? 0;
    positives[bin] = scored[2 * bin + 1] ?? 0;
  }
  return { negatives, positives };
}

function hasScores({ task, positive, scoreBins }: ProfileShape): boolean {
  return task === 'binary_classification' && positive !== null && scoreBins !== null;
}

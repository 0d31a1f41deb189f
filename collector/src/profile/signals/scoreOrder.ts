import type { Score } from '../../statistics/evidence/index.ts';
import { expectedScorePairs, scorePairs } from '../../statistics/performance/scorePairs.ts';
import { seededRandom } from '../../statistics/simulate.ts';
import type { Profile } from '../profile.ts';
import { hash32 } from '../sketches/textHash.ts';
import type { LabelSignal } from './labelSignals.ts';
import { byLabel, scoredCounts } from './scoredLabels.ts';

export const scoreOrderSignal = 'performance:auc';

/**
 * Do positives still score above negatives? Of pairs of one positive and one negative the share in the wrong order, ties by
 * half: 1 - the area under the curve. Cells: in order, tied, in the wrong order. `null` without scores of two classes.
 */
export function scoreOrder(reference: Profile): LabelSignal | null {
  return scoredCounts(reference).length === 0
    ? null
    : { signal: scoreOrderSignal, scores: [misordered], counts: drawnPairs };
}

/** The pairs to be expected of a reference, of which no draw has to be taken. */
export function orderCounts(reference: Profile): Float64Array {
  const { positives, negatives } = byLabel(scoredCounts(reference));
  return Float64Array.from(expectedScorePairs(positives, negatives));
}

const misordered: Score = {
  name: 'misordered',
  kind: 'share',
  values: Float64Array.of(0, 0.5, 1),
  considered: new Uint8Array(3).fill(1),
};

/** Drawn, as those of a window that is watched are: what the draw adds to the difference between windows is in it. */
function drawnPairs(profile: Profile): Float64Array {
  const counts = scoredCounts(profile);
  const { positives, negatives } = byLabel(counts);
  const seed = hash32(`${profile.minima.at(-1)} ${counts.join()}`, 0);
  return Float64Array.from(scorePairs(positives, negatives, seededRandom(seed)));
}

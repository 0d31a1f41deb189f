import { indicatorScore } from '../../statistics/evidence/index.ts';
import { planOf } from '../plan.ts';
import type { Profile } from '../profile.ts';
import { errorSizeCounts } from '../views/detailViews.ts';
import type { LabelSignal } from './labelSignals.ts';

export const exceedanceSignal = 'performance:quantile_exceedance';

/**
 * How many labels lie above the number that was predicted? Of a model of the quantile tau, 1 - tau of them should. Cells: not
 * above, above. `null` but for numbers, and of references that did not count it yet.
 */
export function exceedance(reference: Profile): LabelSignal | null {
  return planOf(reference.shape).aboveOffset < 0
    ? null
    : { signal: exceedanceSignal, scores: [indicatorScore('above')], counts: aboveCounts };
}

function aboveCounts(profile: Profile): Float64Array {
  const labelled = errorSizeCounts(profile).reduce((sum, count) => sum + count, 0);
  const above = profile.counts[planOf(profile.shape).aboveOffset]!;
  return Float64Array.of(labelled - above, above);
}

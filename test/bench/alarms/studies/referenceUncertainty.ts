import { multinomial, seededRandom } from '../../../../collector/src/statistics/simulate.ts';
import type { Result } from '../result.ts';
import { detectorOf, detectorWithoutBounds, noTolerance, shifted } from './deciles.ts';
import { watch } from './watch.ts';

/** How many of `features` clean features ever alarm, with the reference's own uncertainty in the null and without. */
export function referenceUncertainty(
  sizes: readonly (readonly [reference: number, window: number])[],
  features: number,
  windows: number,
  seed: number,
): Result[] {
  const shares = shifted(0);
  return sizes.flatMap(([m, n]) => {
    const random = seededRandom(seed + m + n);
    const alarming = { known: 0, taken: 0 };
    for (let feature = 0; feature < features; feature++) {
      const reference = multinomial(random, m, shares);
      const seen: Float64Array[] = [];
      const countsOf = (window: number): Float64Array => {
        seen[window] ??= multinomial(random, n, shares);
        return seen[window]!;
      };
      if (Number.isFinite(watch(detectorOf(reference, noTolerance), countsOf, windows))) alarming.known++;
      if (Number.isFinite(watch(detectorWithoutBounds(reference), countsOf, windows))) alarming.taken++;
    }
    const scenario = `${features} clean features, reference ${m}, window ${n}`;
    const metric = `features with an alarm in ${windows} windows`;
    return [
      { scenario, rule: 'e-detector', metric, value: alarming.known },
      { scenario, rule: 'e-detector that takes the reference for the truth', metric, value: alarming.taken },
    ];
  });
}

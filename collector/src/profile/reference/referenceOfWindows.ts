import { effectiveProfile } from '../fold/weighted.ts';
import { createProfile, mergeInto, type Profile } from '../profile.ts';
import { createExemplars } from '../sketches/exemplars.ts';
import { profileTotals } from '../views/views.ts';
import type { Reference } from './reference.ts';
import { identifyReference } from './referenceFile.ts';

/**
 * A reference of windows that were counted in the bins of another one: what people say is the new normal. Bins stay where
 * they were, so nothing has to be counted again. How rows depend on each other is taken from the old reference; what it
 * knew of the hours of the week is not, because the new windows cannot tell it.
 *
 * @param windows profiles with the shape of `base`, at least one
 */
export function referenceOfWindows(base: Reference, windows: readonly Profile[]): Reference {
  const all = createProfile(base.shape);
  for (const window of windows) mergeInto(all, window);
  // Ids of inferences do not belong into a reference.
  const profile = { ...effectiveProfile(all), exemplars: createExemplars() };
  const { rows, from, to } = profileTotals(profile);
  return identifyReference({
    shape: base.shape,
    profile,
    rows,
    from,
    to,
    windows: windows.length,
    designEffects: base.designEffects,
    seasons: null,
    notes: [
      `Made of ${windows.length} stored windows, in the bins of ${base.id}, which also says how rows depend on each other.`,
    ],
  });
}

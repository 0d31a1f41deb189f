import type { InferenceBatch } from '@plumbline/sdk/event';
import { allRows, foldInferences } from './fold/fold.ts';
import { createProfile, type Profile } from './profile.ts';
import type { ProfileShape } from './shape.ts';

/** For tests: the profile of all rows of some batches, before any outcome. */
export function profileOf(shape: ProfileShape, ...batches: readonly InferenceBatch[]): Profile {
  const profile = createProfile(shape);
  for (const batch of batches) foldInferences(profile, batch, allRows(batch));
  return profile;
}

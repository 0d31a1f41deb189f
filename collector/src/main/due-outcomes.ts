import { mergeProfiles, type Profile, type Reference } from '../profile/index.ts';
import { readProfiles } from '../store/history.ts';
import type { ReadTransaction } from '../store/port.ts';
import type { VersionTraffic } from './version-traffic.ts';
import { windowStart } from './windows.ts';

/**
 * Windows of a version whose outcomes became due since this was asked last, added up: those that ended `outcomeDelay` before
 * `to`, with the outcomes that have come for them. Each is given once. `null` when there are none, or when its model
 * declares no rate of labels, which is the only thing they are for.
 */
export async function takeDueOutcomes(
  transaction: ReadTransaction,
  { settings, state, key }: VersionTraffic,
  reference: Reference,
  to: number,
): Promise<Profile | null> {
  if (settings.labels === undefined) return null;
  const until = windowStart(to - settings.outcomeDelay, settings.window);
  const from = Math.max(state.judgedFrom, state.dueUntil ?? until - settings.window);
  state.dueUntil = Math.max(until, state.dueUntil ?? until);
  if (from >= until) return null;
  const windows = await readProfiles(transaction, { ...key, from, to: until });
  const profiles = windows.flatMap(({ profile }) => (profile.shape.id === reference.shape.id ? [profile] : []));
  return profiles.length === 0 ? null : profiles.reduce(mergeProfiles);
}

import type { RolloutEvent } from './command.ts';
import { findVersion, type RolloutState, type VersionRecord, type VersionState } from './state.ts';

/** The records of versions as events change them: each step writes its line of history. */

/** A version that is not known stays unknown. */
export function moveVersion(state: RolloutState, event: RolloutEvent, version: string, to: VersionState): RolloutState {
  const record = findVersion(state, version);
  if (record === undefined) return state;
  const history = [transitionOf(event, record.state, to), ...record.history];
  return withVersion(state, { ...record, state: to, history });
}

export function transitionOf(event: RolloutEvent, from: VersionState | null, to: VersionState) {
  const cause = 'cause' in event ? event.cause : null;
  return { at: event.at, from, to, actor: event.actor, reason: event.reason, cause };
}

/** In the place of the record of the same version, or behind all others. */
export function withVersion(state: RolloutState, record: VersionRecord): RolloutState {
  const known = state.versions.some((entry) => entry.version === record.version);
  return {
    ...state,
    versions: known
      ? state.versions.map((entry) => (entry.version === record.version ? record : entry))
      : [...state.versions, record],
  };
}

/** The version waits for nothing any more. */
export function withoutTurn(state: RolloutState, version: string): RolloutState {
  return { ...state, queue: state.queue.filter((waiting) => waiting.version !== version) };
}

/** Traffic never goes back to the version. */
export function withoutReserve(state: RolloutState, version: string): RolloutState {
  return { ...state, formerChampions: state.formerChampions.filter((former) => former !== version) };
}

import type { EventOf, RolloutEvent } from './command.ts';
import { findVersion, type RolloutState } from './state.ts';
import { moveVersion, withoutReserve, withoutTurn, withVersion } from './versionRecords.ts';

/** Events that take traffic from a version, or a version out of service. */

export function rolledBack(state: RolloutState, event: EventOf<'rolledBack'>): RolloutState {
  return { ...moveVersion(state, event, event.version, 'rolled_back'), rollout: null };
}

export function championRolledBack(state: RolloutState, event: EventOf<'championRolledBack'>): RolloutState {
  return reinstate(moveVersion(state, event, event.version, 'rolled_back'), event, event.to);
}

export function rollBackBlocked(state: RolloutState, event: EventOf<'rollBackBlocked'>): RolloutState {
  const { version, to, detail, at } = event;
  return { ...state, halted: { version, to, detail, at } };
}

/** Neither waits for traffic any more, nor stands by for a roll-back. */
export function takenOut(state: RolloutState, event: EventOf<'rejected' | 'retired' | 'quarantined'>): RolloutState {
  const { kind, version } = event;
  return withoutReserve(withoutTurn(moveVersion(state, event, version, kind), version), version);
}

export function quarantined(state: RolloutState, event: EventOf<'quarantined'>): RolloutState {
  const out = takenOut(state, event);
  const rollout = out.rollout?.version === event.version ? null : out.rollout;
  return event.to === null ? { ...out, rollout } : reinstate({ ...out, rollout }, event, event.to);
}

/** Out of quarantine: it begins again. */
export function released(state: RolloutState, event: EventOf<'released'>): RolloutState {
  const record = findVersion(state, event.version);
  const begun = record === undefined ? state : withVersion(state, { ...record, evaluation: null });
  return moveVersion(begun, event, event.version, 'registered');
}

/** A former champion serves again. */
function reinstate(state: RolloutState, event: RolloutEvent, version: string): RolloutState {
  return {
    ...withoutReserve(moveVersion(state, event, version, 'champion'), version),
    champion: version,
    watch: null,
    halted: null,
  };
}

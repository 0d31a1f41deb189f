import type { EventOf } from './command.ts';
import { findVersion, type RolloutState } from './state.ts';
import { moveVersion, withoutReserve, withoutTurn } from './versionRecords.ts';

/** Events on the way of a version to champion, and of the emergency in which one person goes it alone. */

export function promotionRequested(state: RolloutState, event: EventOf<'promotionRequested'>): RolloutState {
  return {
    ...state,
    promotion: {
      approvalId: event.approvalId,
      version: event.version,
      contentHash: event.contentHash,
      policy: event.policy,
      requestedBy: event.actor,
      requesterHuman: event.requesterHuman,
      requestedAt: event.at,
      reason: event.reason,
      expiresAt: event.expiresAt,
      needed: event.needed,
      approvedBy: [],
    },
  };
}

export function promotionApproved(state: RolloutState, { actor }: EventOf<'promotionApproved'>): RolloutState {
  const { promotion } = state;
  if (promotion === null) return state;
  return { ...state, promotion: { ...promotion, approvedBy: [...promotion.approvedBy, actor] } };
}

/** Denied, expired or void. */
export function promotionEnded(state: RolloutState): RolloutState {
  return { ...state, promotion: null };
}

export function promoted(state: RolloutState, event: EventOf<'promoted'>): RolloutState {
  const { version, watch } = event;
  const previous = state.champion;
  const demoted = previous === null ? state : moveVersion(state, event, previous, 'superseded');
  const moved = withoutReserve(withoutTurn(moveVersion(demoted, event, version, 'champion'), version), version);
  return {
    ...moved,
    champion: version,
    formerChampions: previous === null ? moved.formerChampions : [...moved.formerChampions, previous],
    rollout: null,
    promotion: null,
    watch: watch == null || previous === null ? null : { version, previous, ...watch },
    halted: null,
    // Decides nothing until a rollout brings its own; only never empty.
    salt: state.salt === '' ? (findVersion(state, version)?.spec.digest.slice(-16) ?? '') : state.salt,
  };
}

export function watchEnded(state: RolloutState): RolloutState {
  return { ...state, watch: null };
}

export function breakGlassOpened(state: RolloutState, event: EventOf<'breakGlassOpened'>): RolloutState {
  const { actor: by, reason, at: openedAt, expiresAt } = event;
  return { ...state, breakGlass: { by, reason, openedAt, expiresAt, closedAt: null, used: [], reviewedBy: null } };
}

export function breakGlassClosed(state: RolloutState, event: EventOf<'breakGlassClosed'>): RolloutState {
  const { breakGlass } = state;
  if (breakGlass === null) return state;
  return {
    ...state,
    breakGlass: {
      ...breakGlass,
      closedAt: breakGlass.closedAt ?? Math.min(event.at, breakGlass.expiresAt),
      reviewedBy: event.reviewed ? event.actor : null,
    },
  };
}

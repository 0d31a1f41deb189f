import type { AuditEntry } from '../store/audit.ts';
import type { OutgoingEvent } from '../store/outgoing.ts';
import type { EventKind, RolloutEvent } from './command.ts';
import type { GateResult } from './gate.ts';
import { findVersion, type RolloutState, trafficWeights } from './state.ts';

/** What each event is called in the audit log; outside the collector with `model.` before it. */
export const eventNames: Readonly<Record<EventKind, string>> = {
  registered: 'version.registered',
  observed: 'version.observed',
  evaluated: 'version.evaluated',
  rejected: 'version.rejected',
  shadowStarted: 'rollout.shadow_started',
  canaryStarted: 'rollout.canary_started',
  canaryAdvanced: 'rollout.canary_advanced',
  queued: 'rollout.queued',
  dequeued: 'rollout.dequeued',
  ready: 'rollout.ready_to_promote',
  paused: 'rollout.paused',
  resumed: 'rollout.resumed',
  promotionRequested: 'promotion.requested',
  promotionApproved: 'promotion.approved',
  promotionDenied: 'promotion.denied',
  promotionExpired: 'promotion.expired',
  promotionVoided: 'promotion.voided',
  promoted: 'version.promoted',
  rolledBack: 'version.rolled_back',
  championRolledBack: 'version.rolled_back',
  rollBackBlocked: 'rollout.roll_back_blocked',
  watchEnded: 'rollout.watch_ended',
  retired: 'version.retired',
  released: 'version.released',
  breakGlassOpened: 'break_glass.opened',
  breakGlassClosed: 'break_glass.closed',
  quarantined: 'version.quarantined',
};

/** Events that are decided by gates: their record keeps every number used. */
const decidedByGates: ReadonlySet<EventKind> = new Set<EventKind>([
  'canaryStarted',
  'canaryAdvanced',
  'ready',
  'promotionRequested',
  'promoted',
  'rolledBack',
  'championRolledBack',
  'rollBackBlocked',
  'evaluated',
  'rejected',
  'quarantined',
]);

export function auditEntry(
  event: RolloutEvent,
  before: RolloutState,
  after: RolloutState,
  gates: readonly GateResult[],
  policy: string,
): AuditEntry {
  const { at, actor, reason, requestId, ...happening } = event;
  const shown = decidedByGates.has(event.kind) && gates.length > 0;
  return {
    at,
    actor,
    reason,
    requestId,
    ...(shown ? { evidence: gates } : {}),
    action: eventNames[event.kind],
    target: `model/${after.environment}/${after.model}`,
    before: summary(before, event.version),
    after: {
      ...summary(after, event.version),
      event: happening,
      policy,
      ...(shown ? { gates } : {}),
    },
  };
}

export function outgoingEvent(event: RolloutEvent, after: RolloutState): OutgoingEvent {
  const { at, actor, reason, requestId: _, kind: __, ...happening } = event;
  return {
    type: `model.${eventNames[event.kind]}`,
    subject: `${after.model}/${event.version}`,
    time: at,
    data: {
      model: after.model,
      environment: after.environment,
      ...happening,
      actor,
      reason,
      ...summary(after, event.version),
    },
  };
}

function summary(state: RolloutState, version: string): Record<string, unknown> {
  const { rollout } = state;
  return {
    revision: state.revision,
    routingRevision: state.routingRevision,
    state: findVersion(state, version)?.state ?? null,
    champion: state.champion,
    rollout:
      rollout === null
        ? null
        : {
            version: rollout.version,
            stage: rollout.stage,
            weightBasisPoints: rollout.weightBasisPoints,
            paused: rollout.paused !== null,
          },
    traffic: trafficWeights(state),
  };
}

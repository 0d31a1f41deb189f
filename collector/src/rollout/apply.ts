import {
  breakGlassClosed,
  breakGlassOpened,
  promoted,
  promotionApproved,
  promotionEnded,
  promotionRequested,
  watchEnded,
} from './applyPromotion.ts';
import {
  canaryAdvanced,
  canaryStarted,
  dequeued,
  paused,
  queued,
  ready,
  resumed,
  shadowStarted,
} from './applyTraffic.ts';
import { championRolledBack, quarantined, released, rollBackBlocked, rolledBack, takenOut } from './applyWithdrawal.ts';
import type { EventKind, EventOf, RolloutEvent } from './command.ts';
import type { RolloutState, VersionRecord, VersionState } from './state.ts';
import { findVersion, routingDocument, unknownSpec } from './state.ts';
import { moveVersion, transitionOf, withVersion } from './versionRecords.ts';

const rememberedRequests = 200;

/** The state after an event. Never refuses: `decide` has judged already, and history is not argued with. */
export function apply(state: RolloutState, event: RolloutEvent): RolloutState {
  const changed = change(state, event);
  const next = {
    ...changed,
    revision: state.revision + 1,
    requests: remember(state.requests, event),
    breakGlass: noteUse(changed.breakGlass, event),
  };
  if (routes(next) === routes(state)) return next;
  return { ...next, routingRevision: state.routingRevision + 1, routingChangedAt: event.at };
}

/** An idempotency key belongs to its actor: two people may pick the same. */
export function requestKey(actor: string, requestId: string): string {
  return `${actor} ${requestId}`;
}

function remember(requests: readonly string[], event: RolloutEvent): readonly string[] {
  if (event.requestId === null) return requests;
  const key = requestKey(event.actor, event.requestId);
  return requests.includes(key) ? requests : [...requests, key].slice(-rememberedRequests);
}

function noteUse(breakGlass: RolloutState['breakGlass'], event: RolloutEvent): RolloutState['breakGlass'] {
  if (breakGlass === null || event.breakGlass !== true || event.kind === 'breakGlassClosed') return breakGlass;
  return { ...breakGlass, used: [...breakGlass.used, `${event.kind} ${event.version}`] };
}

/** What apps would see, apart from the revision itself. */
function routes(state: RolloutState): string {
  const { champion, canary, shadow, salt, pins } = routingDocument(state);
  return JSON.stringify({ champion, canary, shadow, salt, pins });
}

function change(state: RolloutState, event: RolloutEvent): RolloutState {
  // Each kind has the change of its own events: which one it is, the compiler cannot follow.
  const changeOfKind = changes[event.kind] as (state: RolloutState, event: RolloutEvent) => RolloutState;
  return changeOfKind(state, event);
}

const changes: { readonly [Kind in EventKind]: (state: RolloutState, event: EventOf<Kind>) => RolloutState } = {
  registered,
  observed,
  evaluated,
  shadowStarted,
  canaryStarted,
  canaryAdvanced,
  queued,
  dequeued,
  ready,
  paused,
  resumed,
  promotionRequested,
  promotionApproved,
  promotionDenied: promotionEnded,
  promotionExpired: promotionEnded,
  promotionVoided: promotionEnded,
  promoted,
  watchEnded,
  rolledBack,
  championRolledBack,
  rollBackBlocked,
  rejected: takenOut,
  retired: takenOut,
  quarantined,
  released,
  breakGlassOpened,
  breakGlassClosed,
};

function registered(state: RolloutState, event: EventOf<'registered'>): RolloutState {
  const known = findVersion(state, event.version) ?? blankRecord(event.version);
  return withVersion(state, {
    ...known,
    spec: event.spec,
    source: event.source,
    registeredAt: event.at,
    registeredBy: event.actor,
    state: 'registered',
    history: [transitionOf(event, null, 'registered'), ...known.history],
  });
}

function observed(state: RolloutState, event: EventOf<'observed'>): RolloutState {
  return withVersion(state, {
    ...blankRecord(event.version),
    registeredAt: event.at,
    registeredBy: event.actor,
    history: [transitionOf(event, null, 'registered')],
  });
}

function evaluated(state: RolloutState, event: EventOf<'evaluated'>): RolloutState {
  const record = findVersion(state, event.version);
  if (record === undefined) return state;
  const evaluation = event.passed ? { id: event.evaluationId, champion: event.champion } : null;
  const withEvaluation = withVersion(state, { ...record, evaluation });
  if (record.state === 'rolled_back') return withEvaluation;
  const to: VersionState = event.passed ? 'evaluated' : 'registered';
  return record.state === to ? withEvaluation : moveVersion(withEvaluation, event, event.version, to);
}

function blankRecord(version: string): VersionRecord {
  return {
    version,
    state: 'registered',
    spec: unknownSpec,
    registeredAt: 0,
    registeredBy: '',
    source: 'events',
    evaluation: null,
    history: [],
  };
}

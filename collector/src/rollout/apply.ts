import type { RolloutEvent } from './command.ts';
import type { Rollout, RolloutState, VersionRecord, VersionSpec, VersionState } from './state.ts';
import { findVersion, routingDocument } from './state.ts';

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
  switch (event.kind) {
    case 'registered':
      return withVersion(state, {
        ...(findVersion(state, event.version) ?? blankRecord(event.version)),
        spec: event.spec,
        source: event.source,
        registeredAt: event.at,
        registeredBy: event.actor,
        state: 'registered',
        history: [transition(event, null, 'registered'), ...(findVersion(state, event.version)?.history ?? [])],
      });
    case 'observed':
      return withVersion(state, {
        ...blankRecord(event.version),
        registeredAt: event.at,
        registeredBy: event.actor,
        history: [transition(event, null, 'registered')],
      });
    case 'evaluated':
      return evaluated(state, event);
    case 'shadowStarted':
      return {
        ...move(state, event, event.version, 'shadow'),
        queue: withoutVersion(state.queue, event.version),
        salt: event.salt,
        rollout: {
          ...startedRollout(event),
          stage: 'shadow',
          sampleBasisPoints: event.sampleBasisPoints,
        },
      };
    case 'canaryStarted':
      return {
        ...move(state, event, event.version, 'canary'),
        queue: withoutVersion(state.queue, event.version),
        salt: event.salt,
        rollout: {
          ...startedRollout(event),
          startedAt: state.rollout?.startedAt ?? event.at,
          stage: 'canary',
          weightBasisPoints: event.weightBasisPoints,
          steps: event.steps,
        },
      };
    case 'canaryAdvanced':
      return withRollout(state, {
        earlierWeightBasisPoints: state.rollout?.weightBasisPoints ?? 0,
        weightBasisPoints: event.weightBasisPoints,
        stepFrom: event.from,
        stepAt: event.at,
        readyAt: null,
      });
    case 'queued': {
      const { version, stage, sampleBasisPoints, weightBasisPoints, actor: by, at, reason } = event;
      return {
        ...state,
        queue: [...state.queue, { version, stage, sampleBasisPoints, weightBasisPoints, by, at, reason }],
      };
    }
    case 'dequeued':
      return { ...state, queue: withoutVersion(state.queue, event.version) };
    case 'ready':
      return withRollout(state, { readyAt: event.at });
    case 'paused':
      return withRollout(state, { paused: { reason: event.reason, by: event.actor, at: event.at } });
    case 'resumed':
      return withRollout(state, { paused: null });
    case 'promotionRequested':
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
    case 'promotionApproved':
      if (state.promotion === null) return state;
      return {
        ...state,
        promotion: { ...state.promotion, approvedBy: [...state.promotion.approvedBy, event.actor] },
      };
    case 'promotionDenied':
    case 'promotionExpired':
    case 'promotionVoided':
      return { ...state, promotion: null };
    case 'promoted':
      return promoted(state, event);
    case 'rolledBack':
      return { ...move(state, event, event.version, 'rolled_back'), rollout: null };
    case 'championRolledBack':
      return reinstate(move(state, event, event.version, 'rolled_back'), event, event.to);
    case 'rollBackBlocked': {
      const { version, to, detail, at } = event;
      return { ...state, halted: { version, to, detail, at } };
    }
    case 'watchEnded':
      return { ...state, watch: null };
    case 'rejected':
    case 'retired':
      return {
        ...move(state, event, event.version, event.kind),
        queue: withoutVersion(state.queue, event.version),
        formerChampions: without(state.formerChampions, event.version),
      };
    case 'released': {
      const record = findVersion(state, event.version);
      const begun = record === undefined ? state : withVersion(state, { ...record, evaluation: null });
      return move(begun, event, event.version, 'registered');
    }
    case 'breakGlassOpened': {
      const { actor: by, reason, at: openedAt, expiresAt } = event;
      return { ...state, breakGlass: { by, reason, openedAt, expiresAt, closedAt: null, used: [], reviewedBy: null } };
    }
    case 'breakGlassClosed':
      if (state.breakGlass === null) return state;
      return {
        ...state,
        breakGlass: {
          ...state.breakGlass,
          closedAt: state.breakGlass.closedAt ?? Math.min(event.at, state.breakGlass.expiresAt),
          reviewedBy: event.reviewed ? event.actor : null,
        },
      };
    case 'quarantined': {
      const out = {
        ...move(state, event, event.version, 'quarantined'),
        queue: withoutVersion(state.queue, event.version),
        formerChampions: without(state.formerChampions, event.version),
      };
      const rollout = out.rollout?.version === event.version ? null : out.rollout;
      return event.to === null ? { ...out, rollout } : reinstate({ ...out, rollout }, event, event.to);
    }
  }
}

type EventOf<Kind extends RolloutEvent['kind']> = Extract<RolloutEvent, { kind: Kind }>;

function evaluated(state: RolloutState, event: EventOf<'evaluated'>): RolloutState {
  const record = findVersion(state, event.version);
  if (record === undefined) return state;
  const evaluation = event.passed ? { id: event.evaluationId, champion: event.champion } : null;
  const withEvaluation = withVersion(state, { ...record, evaluation });
  if (record.state === 'rolled_back') return withEvaluation;
  const to: VersionState = event.passed ? 'evaluated' : 'registered';
  return record.state === to ? withEvaluation : move(withEvaluation, event, event.version, to);
}

function promoted(state: RolloutState, event: EventOf<'promoted'>): RolloutState {
  const previous = state.champion;
  const demoted = previous === null ? state : move(state, event, previous, 'superseded');
  return {
    ...move(demoted, event, event.version, 'champion'),
    champion: event.version,
    formerChampions: [...without(state.formerChampions, event.version), ...(previous === null ? [] : [previous])],
    rollout: null,
    queue: withoutVersion(state.queue, event.version),
    promotion: null,
    watch: event.watch == null || previous === null ? null : { version: event.version, previous, ...event.watch },
    halted: null,
    // Decides nothing until a rollout brings its own; only never empty.
    salt: state.salt === '' ? (findVersion(state, event.version)?.spec.digest.slice(-16) ?? '') : state.salt,
  };
}

/** A former champion serves again. */
function reinstate(state: RolloutState, event: RolloutEvent, version: string): RolloutState {
  return {
    ...move(state, event, version, 'champion'),
    champion: version,
    formerChampions: without(state.formerChampions, version),
    watch: null,
    halted: null,
  };
}

function startedRollout(event: EventOf<'shadowStarted' | 'canaryStarted'>): Rollout {
  return {
    id: event.rolloutId,
    version: event.version,
    stage: 'shadow',
    weightBasisPoints: 0,
    sampleBasisPoints: 0,
    steps: [],
    startedAt: event.at,
    stageFrom: event.from,
    stepFrom: event.from,
    stepAt: event.at,
    paused: null,
    readyAt: null,
  };
}

function move(state: RolloutState, event: RolloutEvent, version: string, to: VersionState): RolloutState {
  const record = findVersion(state, version);
  if (record === undefined) return state;
  return withVersion(state, {
    ...record,
    state: to,
    history: [transition(event, record.state, to), ...record.history],
  });
}

function transition(event: RolloutEvent, from: VersionState | null, to: VersionState) {
  const cause = 'cause' in event ? event.cause : null;
  return { at: event.at, from, to, actor: event.actor, reason: event.reason, cause };
}

function withVersion(state: RolloutState, record: VersionRecord): RolloutState {
  const known = state.versions.some((entry) => entry.version === record.version);
  return {
    ...state,
    versions: known
      ? state.versions.map((entry) => (entry.version === record.version ? record : entry))
      : [...state.versions, record],
  };
}

function withRollout(state: RolloutState, changes: Partial<Rollout>): RolloutState {
  return state.rollout === null ? state : { ...state, rollout: { ...state.rollout, ...changes } };
}

function withoutVersion(queue: RolloutState['queue'], version: string): RolloutState['queue'] {
  return queue.some((waiting) => waiting.version === version)
    ? queue.filter((waiting) => waiting.version !== version)
    : queue;
}

const without = (list: readonly string[], item: string) => list.filter((entry) => entry !== item);

const unknownSpec: VersionSpec = {
  digest: '',
  inputs: [],
  classes: [],
  threshold: 0.5,
  reference: null,
  heldOut: null,
  labelColumn: 'label',
  parameters: {},
};

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

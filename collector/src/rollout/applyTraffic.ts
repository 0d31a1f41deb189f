import type { EventOf } from './command.ts';
import type { Rollout, RolloutState } from './state.ts';
import { moveVersion, withoutTurn } from './versionRecords.ts';

/** Events that give a version more traffic, or hold it where it is. */

export function shadowStarted(state: RolloutState, event: EventOf<'shadowStarted'>): RolloutState {
  return started(state, event, { stage: 'shadow', sampleBasisPoints: event.sampleBasisPoints });
}

export function canaryStarted(state: RolloutState, event: EventOf<'canaryStarted'>): RolloutState {
  return started(state, event, {
    stage: 'canary',
    weightBasisPoints: event.weightBasisPoints,
    steps: event.steps,
    // Of the shadow that it was.
    startedAt: state.rollout?.startedAt ?? event.at,
  });
}

function started(
  state: RolloutState,
  event: EventOf<'shadowStarted' | 'canaryStarted'>,
  stage: Pick<Rollout, 'stage'> & Partial<Rollout>,
): RolloutState {
  return {
    ...withoutTurn(moveVersion(state, event, event.version, stage.stage), event.version),
    salt: event.salt,
    rollout: {
      id: event.rolloutId,
      version: event.version,
      weightBasisPoints: 0,
      sampleBasisPoints: 0,
      steps: [],
      startedAt: event.at,
      stageFrom: event.from,
      stepFrom: event.from,
      stepAt: event.at,
      paused: null,
      readyAt: null,
      ...stage,
    },
  };
}

export function canaryAdvanced(state: RolloutState, event: EventOf<'canaryAdvanced'>): RolloutState {
  return withRollout(state, {
    earlierWeightBasisPoints: state.rollout?.weightBasisPoints ?? 0,
    weightBasisPoints: event.weightBasisPoints,
    stepFrom: event.from,
    stepAt: event.at,
    readyAt: null,
  });
}

export function ready(state: RolloutState, { at }: EventOf<'ready'>): RolloutState {
  return withRollout(state, { readyAt: at });
}

export function paused(state: RolloutState, { reason, actor: by, at }: EventOf<'paused'>): RolloutState {
  return withRollout(state, { paused: { reason, by, at } });
}

export function resumed(state: RolloutState): RolloutState {
  return withRollout(state, { paused: null });
}

export function queued(state: RolloutState, event: EventOf<'queued'>): RolloutState {
  const { version, stage, sampleBasisPoints, weightBasisPoints, actor: by, at, reason } = event;
  return {
    ...state,
    queue: [...state.queue, { version, stage, sampleBasisPoints, weightBasisPoints, by, at, reason }],
  };
}

export function dequeued(state: RolloutState, { version }: EventOf<'dequeued'>): RolloutState {
  return withoutTurn(state, version);
}

function withRollout(state: RolloutState, changes: Partial<Rollout>): RolloutState {
  return state.rollout === null ? state : { ...state, rollout: { ...state.rollout, ...changes } };
}

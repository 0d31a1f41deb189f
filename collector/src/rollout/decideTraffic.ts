import { notReadyForTraffic, openForPromotion, openGates } from './admission.ts';
import type { Command, DecisionContext, Happening } from './command.ts';
import {
  type CommandOf,
  gatesOpen,
  type Outcome,
  type Refused,
  refuse,
  rolloutActive,
  unknownVersion,
} from './refusal.ts';
import type { Queued, RolloutState } from './state.ts';
import { findVersion, isBreakingGlass } from './state.ts';

/** Commands that give a version more traffic, or hold it where it is. */

export function startShadow(state: RolloutState, command: CommandOf<'startShadow'>, context: DecisionContext): Outcome {
  const record = findVersion(state, command.version);
  if (record === undefined) return unknownVersion(command.version);
  if (state.rollout?.version === command.version) return rolloutActive(command.version);
  const refusal = notReadyForTraffic(state, record, ['evaluated', 'rolled_back'], 'a shadow', { command, context });
  if (refusal !== null) return refusal;
  const { version, sampleBasisPoints, rolloutId, salt, from } = command;
  return inItsTurn(
    state,
    context,
    { version, stage: 'shadow', sampleBasisPoints, weightBasisPoints: null },
    { kind: 'shadowStarted', version, sampleBasisPoints, rolloutId, salt, from },
  );
}

export function startCanary(state: RolloutState, command: CommandOf<'startCanary'>, context: DecisionContext): Outcome {
  const record = findVersion(state, command.version);
  if (record === undefined) return unknownVersion(command.version);
  if (record.state === 'canary') return advance(state, { ...command, kind: 'advance' }, context);
  const fromShadow = state.rollout?.version === command.version;
  const refusal = notReadyForTraffic(state, record, ['evaluated', 'shadow'], 'a canary', { command, context });
  if (refusal !== null) return refusal;
  if (context.canaryGates.length === 0) return refuse('NO_GATES');
  if (fromShadow && !isBreakingGlass(state, command.actor.subject, context.now)) {
    const open = openGates(context.shadowGates, context);
    if (open.length > 0) return gatesOpen(open, context);
  }
  const { version, rolloutId, from } = command;
  const weightBasisPoints = command.weightBasisPoints ?? context.canarySteps[0] ?? 1_000;
  const started: Happening = {
    kind: 'canaryStarted',
    version,
    from,
    // A shadow that becomes a canary stays the same rollout, with the same buckets.
    rolloutId: fromShadow && state.rollout !== null ? state.rollout.id : rolloutId,
    salt: fromShadow ? state.salt : command.salt,
    weightBasisPoints,
    steps: context.canarySteps,
  };
  if (fromShadow) return { happenings: [started] };
  const waiting = {
    version,
    stage: 'canary',
    sampleBasisPoints: 0,
    weightBasisPoints: command.weightBasisPoints,
  } as const;
  return inItsTurn(state, context, waiting, started);
}

/** A new version while another one is on its way: refused, in its place from the champion on, or after it. */
function inItsTurn(
  state: RolloutState,
  context: DecisionContext,
  waiting: Omit<Queued, 'by' | 'at' | 'reason'>,
  started: Happening,
): Outcome {
  const active = state.rollout;
  if (active === null) return { happenings: [started] };
  switch (context.newVersion) {
    case 'refuse':
      return rolloutActive(active.version);
    case 'supersede':
      return { happenings: [{ kind: 'rolledBack', version: active.version, cause: 'SUPERSEDED' }, started] };
    case 'queue':
      return state.queue.some(({ version }) => version === waiting.version)
        ? refuse('ALREADY_QUEUED', `version ${waiting.version}`)
        : { happenings: [{ kind: 'queued', ...waiting }] };
  }
}

/** The version that waits first starts as if it were asked for now; what will never start leaves the queue. */
export function startQueued(state: RolloutState, command: CommandOf<'startQueued'>, context: DecisionContext): Outcome {
  const first = state.queue[0];
  if (first === undefined || state.rollout !== null) return { happenings: [] };
  const { version } = first;
  const stage = findVersion(state, version)?.state;
  if (stage === undefined || !['registered', 'evaluated', 'rolled_back'].includes(stage)) {
    return { happenings: [{ kind: 'dequeued', version }] };
  }
  const { kind: _, ...rest } = command;
  const started = { ...rest, version, rolloutId: command.rolloutId, salt: command.salt, from: command.from };
  return first.stage === 'shadow'
    ? startShadow(state, { ...started, kind: 'startShadow', sampleBasisPoints: first.sampleBasisPoints }, context)
    : startCanary(state, { ...started, kind: 'startCanary', weightBasisPoints: first.weightBasisPoints }, context);
}

export function dequeue(state: RolloutState, { version }: CommandOf<'dequeue'>): Outcome {
  return state.queue.some((waiting) => waiting.version === version)
    ? { happenings: [{ kind: 'dequeued', version }] }
    : refuse('NOT_QUEUED', `version ${version}`);
}

export function advance(
  state: RolloutState,
  command: Command & { readonly weightBasisPoints: number | null; readonly from: number },
  context: DecisionContext,
): Outcome {
  const { rollout } = state;
  if (rollout?.stage !== 'canary') return refuse('NO_ROLLOUT', 'no canary is running');
  if (rollout.paused !== null) return refuse('ROLLOUT_PAUSED');
  const next = command.weightBasisPoints ?? rollout.steps.find((step) => step > rollout.weightBasisPoints);
  if (next === undefined || next <= rollout.weightBasisPoints) {
    return refuse('WEIGHT_NOT_LARGER', `version ${rollout.version} is at ${rollout.weightBasisPoints} basis points`);
  }
  const refusal = notOpenNow(state, command, context);
  if (refusal !== null) return refusal;
  const { version } = rollout;
  return { happenings: [{ kind: 'canaryAdvanced', version, weightBasisPoints: next, from: command.from }] };
}

function notOpenNow(state: RolloutState, command: Command, context: DecisionContext): Refused | null {
  if (isBreakingGlass(state, command.actor.subject, context.now)) return null;
  if (context.frozen !== null) return refuse('FREEZE_WINDOW', context.frozen);
  const open = openGates(context.canaryGates, context);
  return open.length > 0 ? gatesOpen(open, context) : null;
}

export function markReady(state: RolloutState, context: DecisionContext): Outcome {
  const { rollout } = state;
  if (rollout === null) return refuse('NO_ROLLOUT');
  if (rollout.readyAt !== null) return { happenings: [] };
  const open = openForPromotion(state, rollout.version, context);
  return 'refusal' in open ? open : { happenings: [{ kind: 'ready', version: rollout.version }] };
}

export function pauseOrResume(state: RolloutState, kind: 'pause' | 'resume'): Outcome {
  const { rollout } = state;
  if (rollout === null) return refuse('NO_ROLLOUT');
  const { version } = rollout;
  if (kind === 'pause') {
    return rollout.paused === null ? { happenings: [{ kind: 'paused', version }] } : refuse('ALREADY_PAUSED');
  }
  return rollout.paused === null ? refuse('NOT_PAUSED') : { happenings: [{ kind: 'resumed', version }] };
}

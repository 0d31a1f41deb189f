import { apply, requestKey } from './apply.ts';
import type { Command, DecisionContext, RolloutEvent } from './command.ts';
import { approve, breakGlass, closeBreakGlass, deny, endWatch, expirePromotion, promote } from './decidePromotion.ts';
import { advance, dequeue, markReady, pauseOrResume, startCanary, startQueued, startShadow } from './decideTraffic.ts';
import { quarantine, reject, release, retire, rollBack } from './decideWithdrawal.ts';
import {
  type CommandOf,
  noArtefact,
  type Outcome,
  type Refusal,
  refuse,
  unknownVersion,
  wrongState,
} from './refusal.ts';
import type { RolloutState } from './state.ts';
import { findVersion, isBreakingGlass, promotionHash } from './state.ts';

/** No events: the request was carried out before, and nothing changes. */
export type Decision = { readonly events: readonly RolloutEvent[] } | { readonly refusal: Refusal };

/**
 * May this happen, and what does happen then? Pure: the same state, command and context give the same answer.
 *
 * Safety is not symmetric. Taking traffic back takes one person or the collector alone, and asks for nothing but a
 * healthy version to go back to. Giving traffic takes passed gates, and promoting takes people as well.
 */
export function decide(state: RolloutState, command: Command, context: DecisionContext): Decision {
  if (command.requestId !== null && state.requests.includes(requestKey(command.actor.subject, command.requestId))) {
    return { events: [] };
  }
  if (command.expectedRevision !== null && command.expectedRevision !== state.revision) {
    return refuse('STALE_REVISION', `the model is at revision ${state.revision}, not ${command.expectedRevision}`);
  }
  const outcome = happenings(state, command, context);
  if ('refusal' in outcome) return outcome;

  const meta = {
    at: context.now,
    actor: command.actor.subject,
    reason: command.reason,
    requestId: command.requestId,
    ...(isBreakingGlass(state, command.actor.subject, context.now) ? { breakGlass: true as const } : {}),
  };
  const events = outcome.happenings.map((happening): RolloutEvent => ({ ...meta, ...happening }));
  const next = events.reduce(apply, state);
  const pending = next.promotion;
  if (pending !== null && pending.contentHash !== promotionHash(next, pending.version)) {
    const { version, approvalId } = pending;
    events.push({ ...meta, kind: 'promotionVoided', version, approvalId });
  }
  return { events };
}

function happenings(state: RolloutState, command: Command, context: DecisionContext): Outcome {
  switch (command.kind) {
    case 'register':
      return register(state, command);
    case 'observe':
      return findVersion(state, command.version) === undefined
        ? { happenings: [{ kind: 'observed', version: command.version }] }
        : { happenings: [] };
    case 'recordEvaluation':
      return recordEvaluation(state, command);
    case 'startShadow':
      return startShadow(state, command, context);
    case 'startCanary':
      return startCanary(state, command, context);
    case 'startQueued':
      return startQueued(state, command, context);
    case 'dequeue':
      return dequeue(state, command);
    case 'advance':
      return advance(state, command, context);
    case 'markReady':
      return markReady(state, context);
    case 'pause':
    case 'resume':
      return pauseOrResume(state, command.kind);
    case 'promote':
      return promote(state, command, context);
    case 'approve':
      return approve(state, command, context);
    case 'deny':
      return deny(state, command, context);
    case 'expirePromotion':
      return expirePromotion(state, context);
    case 'endWatch':
      return endWatch(state);
    case 'breakGlass':
      return breakGlass(state, command, context);
    case 'closeBreakGlass':
      return closeBreakGlass(state, command, context);
    case 'rollBack':
      return rollBack(state, command, context);
    case 'reject':
      return reject(state, command);
    case 'retire':
      return retire(state, command);
    case 'quarantine':
      return quarantine(state, command, context);
    case 'release':
      return release(state, command);
  }
}

function register(state: RolloutState, { version, spec, source }: CommandOf<'register'>): Outcome {
  const known = findVersion(state, version);
  if (known !== undefined && known.spec.digest !== '') {
    if (known.spec.digest === spec.digest) return { happenings: [] };
    return refuse('VERSION_EXISTS', `version ${version} is registered with ${known.spec.digest}`);
  }
  if (known !== undefined && known.state !== 'registered') return wrongState(known, 'registered');
  return { happenings: [{ kind: 'registered', version, spec, source }] };
}

function recordEvaluation(state: RolloutState, command: CommandOf<'recordEvaluation'>): Outcome {
  const record = findVersion(state, command.version);
  if (record === undefined) return unknownVersion(command.version);
  if (record.spec.digest === '') return noArtefact(record);
  if (!['registered', 'evaluated', 'rolled_back'].includes(record.state)) return wrongState(record, 'evaluated');
  const { version, evaluationId, champion, verdict } = command;
  if (verdict === 'fail') return { happenings: [{ kind: 'rejected', version, cause: 'EVALUATION_FAILED' }] };
  return { happenings: [{ kind: 'evaluated', version, evaluationId, champion, passed: verdict === 'pass' }] };
}

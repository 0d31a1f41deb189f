import type { Actor } from './actor.ts';
import { openForEmergency, openForPromotion } from './admission.ts';
import type { DecisionContext, Happening } from './command.ts';
import { type CommandOf, type Outcome, type Refused, refuse } from './refusal.ts';
import type { Promotion, RolloutState } from './state.ts';
import { isBreakingGlass, promotionHash } from './state.ts';

/** Commands that make a champion: asked for by one person, agreed to by others, or done alone in an emergency. */

export function promote(state: RolloutState, command: CommandOf<'promote'>, context: DecisionContext): Outcome {
  const { version } = command;
  const emergency = isBreakingGlass(state, command.actor.subject, context.now);
  const ready = emergency ? openForEmergency(state, version, context) : openForPromotion(state, version, context);
  if ('refusal' in ready) return ready;
  if (context.frozen !== null && !emergency) return refuse('FREEZE_WINDOW', context.frozen);

  const before: Happening[] = [];
  const { promotion } = state;
  if (promotion !== null) {
    if (context.now < promotion.expiresAt && !emergency) {
      return refuse('PROMOTION_PENDING', `version ${promotion.version} is waiting in approval ${promotion.approvalId}`);
    }
    const { version: asked, approvalId } = promotion;
    before.push({ kind: emergency ? 'promotionVoided' : 'promotionExpired', version: asked, approvalId });
  }
  const people = command.actor.human ? 1 : 0;
  if (emergency || people >= context.approvals) {
    return { happenings: [...before, promoted(state, version, command.from, context)] };
  }
  return {
    happenings: [
      ...before,
      {
        kind: 'promotionRequested',
        version,
        approvalId: command.approvalId,
        contentHash: promotionHash(state, version),
        policy: context.policy,
        requesterHuman: command.actor.human,
        needed: context.approvals,
        expiresAt: context.now + context.approvalLifetimeMs,
      },
    ],
  };
}

export function approve(state: RolloutState, command: CommandOf<'approve'>, context: DecisionContext): Outcome {
  const pending = pendingPromotion(state, command.approvalId, context);
  if ('refusal' in pending) return pending;
  const { promotion } = pending;
  const refusal = mayNotApprove(promotion, command.actor);
  if (refusal !== null) return refusal;
  if (promotion.contentHash !== promotionHash(state, promotion.version)) return refuse('APPROVAL_VOID');
  if (promotion.policy !== undefined && promotion.policy !== context.policy) {
    return refuse('APPROVAL_VOID', 'the rollout settings are others now');
  }
  // Guards never stop: what was fine when it was requested may not be now.
  const ready = openForPromotion(state, promotion.version, context);
  if ('refusal' in ready) return ready;
  if (context.frozen !== null) return refuse('FREEZE_WINDOW', context.frozen);

  const { version, approvalId } = promotion;
  const approved: Happening = { kind: 'promotionApproved', version, approvalId };
  const people = (promotion.requesterHuman ? 1 : 0) + promotion.approvedBy.length + 1;
  if (people < promotion.needed) return { happenings: [approved] };
  return { happenings: [approved, promoted(state, version, command.from, context)] };
}

function promoted(state: RolloutState, version: string, from: number, { watchMs }: DecisionContext): Happening {
  const previous = state.champion;
  const watch = previous === null || watchMs === 0 ? null : { from, until: from + watchMs };
  return { kind: 'promoted', version, previous, watch };
}

function mayNotApprove(promotion: Promotion, actor: Actor): Refused | null {
  if (!actor.human) return refuse('APPROVER_NOT_HUMAN');
  if (actor.subject === promotion.requestedBy) return refuse('APPROVER_IS_REQUESTER');
  if (promotion.approvedBy.includes(actor.subject)) return refuse('ALREADY_APPROVED');
  return null;
}

export function deny(state: RolloutState, command: CommandOf<'deny'>, context: DecisionContext): Outcome {
  const pending = pendingPromotion(state, command.approvalId, context);
  if ('refusal' in pending) return pending;
  if (!command.actor.human) return refuse('APPROVER_NOT_HUMAN');
  const { version, approvalId } = pending.promotion;
  return { happenings: [{ kind: 'promotionDenied', version, approvalId }] };
}

function pendingPromotion(
  { promotion }: RolloutState,
  approvalId: string,
  { now }: DecisionContext,
): { readonly promotion: Promotion } | Refused {
  if (promotion === null || promotion.approvalId !== approvalId) return refuse('NO_PROMOTION');
  return now < promotion.expiresAt ? { promotion } : refuse('APPROVAL_EXPIRED');
}

export function expirePromotion({ promotion }: RolloutState, { now }: DecisionContext): Outcome {
  if (promotion === null || now < promotion.expiresAt) return { happenings: [] };
  const { version, approvalId } = promotion;
  return { happenings: [{ kind: 'promotionExpired', version, approvalId }] };
}

export function endWatch({ watch }: RolloutState): Outcome {
  return { happenings: watch === null ? [] : [{ kind: 'watchEnded', version: watch.version }] };
}

/** One person takes the responsibility alone, for a limited time, in front of everybody. */
export function breakGlass(state: RolloutState, command: CommandOf<'breakGlass'>, context: DecisionContext): Outcome {
  const { actor, forMs } = command;
  if (!actor.human || actor.role !== 'approver') return refuse('BREAK_GLASS_NEEDS_PERSON');
  if (forMs > context.breakGlassLimitMs) {
    return refuse('BREAK_GLASS_TOO_LONG', `at most ${context.breakGlassLimitMs / 60_000} minutes`);
  }
  const open = state.breakGlass;
  if (open !== null && open.closedAt === null && context.now < open.expiresAt) {
    return refuse('BREAK_GLASS_OPEN', `by ${open.by}`);
  }
  const version = state.champion ?? '';
  return { happenings: [{ kind: 'breakGlassOpened', version, expiresAt: context.now + forMs }] };
}

export function closeBreakGlass(
  state: RolloutState,
  { actor }: CommandOf<'closeBreakGlass'>,
  { now }: DecisionContext,
): Outcome {
  const emergency = state.breakGlass;
  if (emergency === null || emergency.reviewedBy !== null) return refuse('NO_BREAK_GLASS');
  const reviewed = emergency.by !== actor.subject;
  const isOpen = emergency.closedAt === null && now < emergency.expiresAt;
  if (reviewed ? !actor.human || actor.role !== 'approver' : !isOpen) {
    return reviewed ? refuse('BREAK_GLASS_NEEDS_PERSON') : refuse('NO_BREAK_GLASS', 'somebody else has to look at it');
  }
  return { happenings: [{ kind: 'breakGlassClosed', version: state.champion ?? '', reviewed }] };
}

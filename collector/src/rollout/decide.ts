import type { Actor } from './actor.ts';
import { apply, requestKey } from './apply.ts';
import type { Command, DecisionContext, Happening, RolloutEvent } from './command.ts';
import { gatesNotPassed } from './gate.ts';
import type { RefusalReason } from './reasons.ts';
import { refusalReasons } from './reasons.ts';
import type { Promotion, RolloutState, VersionRecord } from './state.ts';
import { atLastStep, findVersion, promotionHash, rollBackTarget } from './state.ts';

export interface Refusal {
  readonly reason: RefusalReason;
  readonly message: string;
}

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

type Outcome = { readonly happenings: readonly Happening[] } | { readonly refusal: Refusal };

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
      return startShadow(state, command);
    case 'startCanary':
      return startCanary(state, command, context);
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
    case 'rollBack':
      return rollBack(state, command, context);
    case 'reject':
      return reject(state, command);
    case 'quarantine':
      return quarantine(state, command, context);
  }
}

type CommandOf<Kind extends Command['kind']> = Extract<Command, { kind: Kind }>;

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

function startShadow(state: RolloutState, command: CommandOf<'startShadow'>): Outcome {
  const record = findVersion(state, command.version);
  if (record === undefined) return unknownVersion(command.version);
  if (state.rollout !== null) return rolloutActive(state.rollout.version);
  const refusal = notReadyForTraffic(state, record, ['evaluated', 'rolled_back'], 'a shadow');
  if (refusal !== null) return refusal;
  const { version, sampleBasisPoints, rolloutId, salt, from } = command;
  return { happenings: [{ kind: 'shadowStarted', version, sampleBasisPoints, rolloutId, salt, from }] };
}

function startCanary(state: RolloutState, command: CommandOf<'startCanary'>, context: DecisionContext): Outcome {
  const record = findVersion(state, command.version);
  if (record === undefined) return unknownVersion(command.version);
  if (record.state === 'canary') return advance(state, { ...command, kind: 'advance' }, context);
  const fromShadow = state.rollout?.version === command.version;
  if (state.rollout !== null && !fromShadow) return rolloutActive(state.rollout.version);
  const refusal = notReadyForTraffic(state, record, ['evaluated', 'shadow'], 'a canary');
  if (refusal !== null) return refusal;
  if (context.canaryGates.length === 0) return refuse('NO_GATES');
  if (fromShadow) {
    const open = gatesNotPassed(context.shadowGates, context.gates);
    if (open.length > 0) return gatesOpen(open, context);
  }
  const { version, rolloutId, from } = command;
  return {
    happenings: [
      {
        kind: 'canaryStarted',
        ...{ version, from },
        // A shadow that becomes a canary stays the same rollout, with the same buckets.
        rolloutId: fromShadow && state.rollout !== null ? state.rollout.id : rolloutId,
        salt: fromShadow ? state.salt : command.salt,
        weightBasisPoints: command.weightBasisPoints ?? context.canarySteps[0] ?? 1_000,
        steps: context.canarySteps,
      },
    ],
  };
}

function advance(state: RolloutState, command: CommandOf<'advance'>, context: DecisionContext): Outcome {
  const { rollout } = state;
  if (rollout?.stage !== 'canary') return refuse('NO_ROLLOUT', 'no canary is running');
  if (rollout.paused !== null) return refuse('ROLLOUT_PAUSED');
  const next = command.weightBasisPoints ?? rollout.steps.find((step) => step > rollout.weightBasisPoints);
  if (next === undefined || next <= rollout.weightBasisPoints) {
    return refuse('WEIGHT_NOT_LARGER', `version ${rollout.version} is at ${rollout.weightBasisPoints} basis points`);
  }
  const open = gatesNotPassed(context.canaryGates, context.gates);
  if (open.length > 0) return gatesOpen(open, context);
  const { version } = rollout;
  return { happenings: [{ kind: 'canaryAdvanced', version, weightBasisPoints: next, from: command.from }] };
}

function markReady(state: RolloutState, context: DecisionContext): Outcome {
  const { rollout } = state;
  if (rollout === null) return refuse('NO_ROLLOUT');
  if (rollout.readyAt !== null) return { happenings: [] };
  const open = openForPromotion(state, rollout.version, context);
  return 'refusal' in open ? open : { happenings: [{ kind: 'ready', version: rollout.version }] };
}

function pauseOrResume(state: RolloutState, kind: 'pause' | 'resume'): Outcome {
  const { rollout } = state;
  if (rollout === null) return refuse('NO_ROLLOUT');
  const { version } = rollout;
  if (kind === 'pause') {
    return rollout.paused === null ? { happenings: [{ kind: 'paused', version }] } : refuse('ALREADY_PAUSED');
  }
  return rollout.paused === null ? refuse('NOT_PAUSED') : { happenings: [{ kind: 'resumed', version }] };
}

function promote(state: RolloutState, command: CommandOf<'promote'>, context: DecisionContext): Outcome {
  const { version } = command;
  const record = findVersion(state, version);
  if (record === undefined) return unknownVersion(version);
  const ready = openForPromotion(state, version, context);
  if ('refusal' in ready) return ready;

  const before: Happening[] = [];
  const { promotion } = state;
  if (promotion !== null) {
    if (context.now < promotion.expiresAt) {
      return refuse('PROMOTION_PENDING', `version ${promotion.version} is waiting in approval ${promotion.approvalId}`);
    }
    before.push({ kind: 'promotionExpired', version: promotion.version, approvalId: promotion.approvalId });
  }
  const people = command.actor.human ? 1 : 0;
  if (people >= context.approvals) {
    return { happenings: [...before, { kind: 'promoted', version, previous: state.champion }] };
  }
  return {
    happenings: [
      ...before,
      {
        kind: 'promotionRequested',
        version,
        approvalId: command.approvalId,
        contentHash: promotionHash(state, version),
        requesterHuman: command.actor.human,
        needed: context.approvals,
        expiresAt: context.now + context.approvalLifetimeMs,
      },
    ],
  };
}

function approve(state: RolloutState, command: CommandOf<'approve'>, context: DecisionContext): Outcome {
  const pending = pendingPromotion(state, command.approvalId, context);
  if ('refusal' in pending) return pending;
  const { promotion } = pending;
  const refusal = mayNotApprove(promotion, command.actor);
  if (refusal !== null) return refusal;
  if (promotion.contentHash !== promotionHash(state, promotion.version)) return refuse('APPROVAL_VOID');
  // Guards never stop: what was fine when it was requested may not be now.
  const ready = openForPromotion(state, promotion.version, context);
  if ('refusal' in ready) return ready;

  const { version, approvalId } = promotion;
  const approved: Happening = { kind: 'promotionApproved', version, approvalId };
  const people = (promotion.requesterHuman ? 1 : 0) + promotion.approvedBy.length + 1;
  if (people < promotion.needed) return { happenings: [approved] };
  return { happenings: [approved, { kind: 'promoted', version, previous: state.champion }] };
}

function mayNotApprove(promotion: Promotion, actor: Actor): { readonly refusal: Refusal } | null {
  if (!actor.human) return refuse('APPROVER_NOT_HUMAN');
  if (actor.subject === promotion.requestedBy) return refuse('APPROVER_IS_REQUESTER');
  if (promotion.approvedBy.includes(actor.subject)) return refuse('ALREADY_APPROVED');
  return null;
}

function deny(state: RolloutState, command: CommandOf<'deny'>, context: DecisionContext): Outcome {
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
): { readonly promotion: Promotion } | { readonly refusal: Refusal } {
  if (promotion === null || promotion.approvalId !== approvalId) return refuse('NO_PROMOTION');
  return now < promotion.expiresAt ? { promotion } : refuse('APPROVAL_EXPIRED');
}

function expirePromotion({ promotion }: RolloutState, { now }: DecisionContext): Outcome {
  if (promotion === null || now < promotion.expiresAt) return { happenings: [] };
  const { version, approvalId } = promotion;
  return { happenings: [{ kind: 'promotionExpired', version, approvalId }] };
}

function rollBack(state: RolloutState, command: CommandOf<'rollBack'>, context: DecisionContext): Outcome {
  const { champion, rollout } = state;
  const { to, cause } = command;
  if (champion === null) return refuse('NO_CHAMPION');
  const takeBack: Happening[] = rollout === null ? [] : [{ kind: 'rolledBack', version: rollout.version, cause }];
  if (rollout !== null && (to === null || to === champion)) return { happenings: takeBack };
  if (to === champion) return refuse('BAD_ROLL_BACK_TARGET', `version ${to} is champion already`);

  const target = to ?? rollBackTarget(state);
  if (target === null) return refuse('NO_ROLL_BACK_TARGET');
  const record = findVersion(state, target);
  if (record === undefined) return unknownVersion(target);
  if (record.state !== 'superseded') {
    return refuse('BAD_ROLL_BACK_TARGET', `version ${target} is ${record.state}, not a former champion in reserve`);
  }
  const unhealthy = context.unhealthy.get(target);
  if (unhealthy !== undefined) return refuse('TARGET_UNHEALTHY', `version ${target}: ${unhealthy}`);
  return { happenings: [...takeBack, { kind: 'championRolledBack', version: champion, to: target, cause }] };
}

function reject(state: RolloutState, { version }: CommandOf<'reject'>): Outcome {
  const record = findVersion(state, version);
  if (record === undefined) return unknownVersion(version);
  if (state.champion === version || state.rollout?.version === version) {
    return refuse('VERSION_SERVES', `version ${version} is ${record.state}`);
  }
  if (!['registered', 'evaluated'].includes(record.state)) return wrongState(record, 'rejected');
  return { happenings: [{ kind: 'rejected', version, cause: null }] };
}

/** Takes a version out of service for good: its artefact is not what was registered. Its traffic goes back at once. */
function quarantine(state: RolloutState, { version }: CommandOf<'quarantine'>, context: DecisionContext): Outcome {
  const record = findVersion(state, version);
  if (record === undefined) return unknownVersion(version);
  if (record.state === 'quarantined') return { happenings: [] };
  if (record.state === 'retired') return wrongState(record, 'quarantined');
  const quarantined = { kind: 'quarantined', version, previous: record.state } as const;
  if (state.champion !== version) return { happenings: [{ ...quarantined, to: null }] };

  const to = rollBackTarget(state);
  if (to === null) return refuse('NO_ROLL_BACK_TARGET', `version ${version} is the only one that can serve`);
  const unhealthy = context.unhealthy.get(to);
  if (unhealthy !== undefined) return refuse('TARGET_UNHEALTHY', `version ${to}: ${unhealthy}`);
  return { happenings: [{ ...quarantined, to }] };
}

/** Everything a version needs before it may see traffic, shadowed or served; `null` when it has it. */
function notReadyForTraffic(
  state: RolloutState,
  record: VersionRecord,
  from: readonly string[],
  purpose: string,
): { readonly refusal: Refusal } | null {
  if (record.spec.digest === '') return noArtefact(record);
  if (state.champion === null) return refuse('NO_CHAMPION', `${purpose} is compared with the champion`);
  if (record.state === 'registered') {
    return refuse('NOT_EVALUATED', `version ${record.version} has no passed evaluation beside ${state.champion}`);
  }
  if (!from.includes(record.state)) return wrongState(record, purpose);
  if (record.evaluation?.champion !== state.champion) {
    return refuse('EVALUATION_OUTDATED', `version ${record.version} was not evaluated beside ${state.champion}`);
  }
  return null;
}

/** Whether a version has been everywhere and passes everything: only people are missing. */
function openForPromotion(
  state: RolloutState,
  version: string,
  context: DecisionContext,
): { readonly ready: true } | { readonly refusal: Refusal } {
  const { rollout } = state;
  const record = findVersion(state, version);
  if (record === undefined) return unknownVersion(version);
  if (rollout !== null && rollout.version !== version) return rolloutActive(rollout.version);
  if (state.champion === null) return openForFirstChampion(record);
  if (!['evaluated', 'shadow', 'canary'].includes(record.state)) return wrongState(record, 'champion');
  if (!atLastStep(state, version, context.canarySteps)) {
    return refuse('NOT_AT_LAST_STEP', `version ${version} is ${record.state}`);
  }
  if (record.evaluation?.champion !== state.champion) {
    return refuse('EVALUATION_OUTDATED', `version ${version} was not evaluated beside ${state.champion}`);
  }
  const required = rollout === null ? [] : rollout.stage === 'canary' ? context.canaryGates : context.shadowGates;
  const open = gatesNotPassed(required, context.gates);
  return open.length > 0 ? gatesOpen(open, context) : { ready: true };
}

/**
 * The first champion of a model: nothing serves yet, so there is nothing to compare it with and no traffic to try it on.
 * It takes the same people as any promotion.
 */
function openForFirstChampion(record: VersionRecord): { readonly ready: true } | { readonly refusal: Refusal } {
  if (record.spec.digest === '') return noArtefact(record);
  return ['registered', 'evaluated'].includes(record.state)
    ? { ready: true }
    : wrongState(record, 'the first champion');
}

function refuse(reason: RefusalReason, detail?: string): { readonly refusal: Refusal } {
  const sentence = refusalReasons[reason];
  return { refusal: { reason, message: detail === undefined ? sentence : `${sentence} (${detail})` } };
}

const unknownVersion = (version: string) => refuse('UNKNOWN_VERSION', version);
const noArtefact = ({ version }: VersionRecord) => refuse('NO_ARTEFACT', `version ${version}`);
const rolloutActive = (version: string) => refuse('ROLLOUT_ACTIVE', `version ${version}`);
const wrongState = (record: VersionRecord, purpose: string) =>
  refuse('WRONG_STATE', `version ${record.version} is ${record.state}; wanted: ${purpose}`);

function gatesOpen(open: readonly string[], context: DecisionContext): { readonly refusal: Refusal } {
  const details = open.map((name) => {
    const result = context.gates.find((gate) => gate.gate === name);
    return result === undefined ? `${name}: not looked at yet` : `${name}: ${result.reason}`;
  });
  return refuse('GATES_NOT_PASSED', details.join('; '));
}

import type { Command, DecisionContext } from './command.ts';
import { type GateName, gatesNotPassed } from './gate.ts';
import { gatesOpen, noArtefact, type Refused, refuse, rolloutActive, unknownVersion, wrongState } from './refusal.ts';
import type { RolloutState, VersionRecord } from './state.ts';
import { atLastStep, findVersion, isBreakingGlass } from './state.ts';

/** What a version needs before it gets traffic. Going back asks for none of this. */

/**
 * Everything before a version may be shadowed or serve a share; `null` when it has it. An emergency needs only an artefact
 * and a champion to be compared with.
 */
export function notReadyForTraffic(
  state: RolloutState,
  record: VersionRecord,
  from: readonly string[],
  purpose: string,
  { command, context }: { readonly command: Command; readonly context: DecisionContext },
): Refused | null {
  const emergency = isBreakingGlass(state, command.actor.subject, context.now);
  if (record.spec.digest === '') return noArtefact(record);
  if (state.champion === null) return refuse('NO_CHAMPION', `${purpose} is compared with the champion`);
  if (context.frozen !== null && !emergency) return refuse('FREEZE_WINDOW', context.frozen);
  if (emergency && emergencyStates.includes(record.state)) return null;
  if (record.state === 'registered') {
    return refuse('NOT_EVALUATED', `version ${record.version} has no passed evaluation beside ${state.champion}`);
  }
  if (!from.includes(record.state)) return wrongState(record, purpose);
  if (record.evaluation?.champion !== state.champion) {
    return refuse('EVALUATION_OUTDATED', `version ${record.version} was not evaluated beside ${state.champion}`);
  }
  return null;
}

/** From where an emergency may give a version traffic. What was rejected, retired or put in quarantine stays out. */
const emergencyStates: readonly string[] = ['registered', 'evaluated', 'shadow', 'canary', 'rolled_back', 'superseded'];

/** Whether a version has been everywhere and passes everything: only people are missing. */
export function openForPromotion(
  state: RolloutState,
  version: string,
  context: DecisionContext,
): { readonly ready: true } | Refused {
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
  const open = openGates(required, context);
  return open.length > 0 ? gatesOpen(open, context) : { ready: true };
}

/** What a promotion in an emergency needs: an artefact, and no instance that has loaded something else. */
export function openForEmergency(
  state: RolloutState,
  version: string,
  context: DecisionContext,
): { readonly ready: true } | Refused {
  const record = findVersion(state, version);
  if (record === undefined) return unknownVersion(version);
  if (state.rollout !== null && state.rollout.version !== version) return rolloutActive(state.rollout.version);
  if (record.spec.digest === '') return noArtefact(record);
  if (!emergencyStates.includes(record.state)) return wrongState(record, 'champion');
  const broken = context.gates.find(({ gate, verdict }) => gate === 'integrity' && verdict === 'fail');
  return broken === undefined ? { ready: true } : refuse('ARTEFACT_MISMATCH', broken.reason);
}

/** Gates that do not open the way now: never looked at, not passed, or looked at too long ago. */
export function openGates(required: readonly GateName[], { gates, gatesFrom }: DecisionContext): GateName[] {
  return gatesNotPassed(
    required,
    gates.filter(({ at }) => at >= gatesFrom),
  );
}

/**
 * The first champion of a model: nothing serves yet, so there is nothing to compare it with and no traffic to try it on.
 * It takes the same people as any promotion.
 */
function openForFirstChampion(record: VersionRecord): { readonly ready: true } | Refused {
  if (record.spec.digest === '') return noArtefact(record);
  return ['registered', 'evaluated'].includes(record.state)
    ? { ready: true }
    : wrongState(record, 'the first champion');
}

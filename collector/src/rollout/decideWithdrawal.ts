import type { DecisionContext, Happening } from './command.ts';
import type { AutomaticReason } from './reasons.ts';
import { type CommandOf, type Outcome, refuse, unknownVersion, wrongState } from './refusal.ts';
import type { RolloutState } from './state.ts';
import { findVersion, rollBackTarget } from './state.ts';

/** Commands that take traffic from a version, or a version out of service. One person or the collector alone gives them. */

export function rollBack(state: RolloutState, command: CommandOf<'rollBack'>, context: DecisionContext): Outcome {
  const { champion, rollout } = state;
  const { to, cause } = command;
  if (champion === null) return refuse('NO_CHAMPION');
  const takeBack: Happening[] = rollout === null ? [] : [{ kind: 'rolledBack', version: rollout.version, cause }];
  const fromChampion = cause === 'POST_PROMOTION';
  if (rollout !== null && !fromChampion && (to === null || to === champion)) return { happenings: takeBack };
  if (to === champion) return refuse('BAD_ROLL_BACK_TARGET', `version ${to} is champion already`);

  const target = to ?? rollBackTarget(state);
  if (target === null) return blockedOr(state, cause, null, refuse('NO_ROLL_BACK_TARGET'));
  const record = findVersion(state, target);
  if (record === undefined) return unknownVersion(target);
  if (record.state !== 'superseded') {
    const refusal = refuse(
      'BAD_ROLL_BACK_TARGET',
      `version ${target} is ${record.state}, not a former champion in reserve`,
    );
    return blockedOr(state, cause, target, refusal);
  }
  const unhealthy = context.unhealthy.get(target);
  if (unhealthy !== undefined) {
    return blockedOr(state, cause, target, refuse('TARGET_UNHEALTHY', `version ${target}: ${unhealthy}`));
  }
  return { happenings: [...takeBack, { kind: 'championRolledBack', version: champion, to: target, cause }] };
}

/** People are told at once that they may not; what the collector itself could not do, it says once to everybody. */
function blockedOr(
  state: RolloutState,
  cause: AutomaticReason | null,
  to: string | null,
  refused: ReturnType<typeof refuse>,
): Outcome {
  const version = state.champion;
  if (cause === null || version === null) return refused;
  const detail = refused.refusal.message;
  if (state.halted?.version === version && state.halted.detail === detail) return { happenings: [] };
  return { happenings: [{ kind: 'rollBackBlocked', version, to, detail, cause }] };
}

export function reject(state: RolloutState, { version }: CommandOf<'reject'>): Outcome {
  const record = findVersion(state, version);
  if (record === undefined) return unknownVersion(version);
  if (state.champion === version || state.rollout?.version === version) {
    return refuse('VERSION_SERVES', `version ${version} is ${record.state}`);
  }
  if (!['registered', 'evaluated'].includes(record.state)) return wrongState(record, 'rejected');
  return { happenings: [{ kind: 'rejected', version, cause: null }] };
}

/** Ends a version's life. It never comes back; its history stays. */
export function retire(state: RolloutState, { version, cause }: CommandOf<'retire'>): Outcome {
  const record = findVersion(state, version);
  if (record === undefined) return unknownVersion(version);
  if (record.state === 'retired') return { happenings: [] };
  if (state.champion === version || state.rollout?.version === version) {
    return refuse('VERSION_SERVES', `version ${version} is ${record.state}`);
  }
  if (record.state === 'quarantined') return wrongState(record, 'retired');
  return { happenings: [{ kind: 'retired', version, cause }] };
}

/** Takes a version out of service: its artefact is not what was registered. Its traffic goes back at once. */
export function quarantine(state: RolloutState, command: CommandOf<'quarantine'>, context: DecisionContext): Outcome {
  const { version, cause } = command;
  const record = findVersion(state, version);
  if (record === undefined) return unknownVersion(version);
  if (record.state === 'quarantined') return { happenings: [] };
  if (record.state === 'retired') return wrongState(record, 'quarantined');
  const quarantined = { kind: 'quarantined', version, previous: record.state, cause } as const;
  if (state.champion !== version) return { happenings: [{ ...quarantined, to: null }] };

  const to = rollBackTarget(state);
  if (to === null) {
    const refusal = refuse('NO_ROLL_BACK_TARGET', `version ${version} is the only one that can serve`);
    return blockedOr(state, cause, null, refusal);
  }
  const unhealthy = context.unhealthy.get(to);
  if (unhealthy !== undefined) {
    return blockedOr(state, cause, to, refuse('TARGET_UNHEALTHY', `version ${to}: ${unhealthy}`));
  }
  return { happenings: [{ ...quarantined, to }] };
}

export function release(state: RolloutState, { version }: CommandOf<'release'>): Outcome {
  const record = findVersion(state, version);
  if (record === undefined) return unknownVersion(version);
  return record.state === 'quarantined'
    ? { happenings: [{ kind: 'released', version }] }
    : refuse('NOT_QUARANTINED', `version ${version} is ${record.state}`);
}

/**
 * Former champions that were in reserve for longer than the settings say. The latest of them stays, however old: there is
 * always somewhere to go back to.
 */
export function pastReserve(state: RolloutState, rollBackWindowMs: number, now: number): string[] {
  const kept = rollBackTarget(state);
  return state.versions.flatMap(({ version, state: stage, history }) => {
    const since = history[0]?.at ?? now;
    return stage === 'superseded' && version !== kept && now - since >= rollBackWindowMs ? [version] : [];
  });
}

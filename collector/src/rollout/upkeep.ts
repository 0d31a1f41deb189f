import type { ModelSettings } from '../config/settings.ts';
import type { Intent } from './command.ts';
import { pastReserve } from './decideWithdrawal.ts';
import type { LoadedArtefacts } from './gates/integrity.ts';
import { findVersion, type RolloutState } from './state.ts';

/** Something the collector does by itself, and why. */
export interface Due {
  readonly intent: Intent;
  readonly room: 'timer' | 'queue' | 'integrity';
  readonly reason: string;
}

/** What only time brings about. `ids` and `from` are for what it may start. */
export function dueByTime(
  state: RolloutState,
  { rollout: { rollBackWindow } }: ModelSettings,
  now: number,
  started: { readonly rolloutId: string; readonly salt: string; readonly from: number },
): Due[] {
  const due: Due[] = [];
  const { promotion, queue, rollout } = state;
  if (promotion !== null && now >= promotion.expiresAt) {
    due.push({ intent: { kind: 'expirePromotion' }, room: 'timer', reason: 'nobody approved in time' });
  }
  for (const version of pastReserve(state, rollBackWindow, now)) {
    const reason = `in reserve for ${Math.floor(rollBackWindow / 86_400_000)} days`;
    due.push({ intent: { kind: 'retire', version, cause: 'ROLL_BACK_WINDOW_OVER' }, room: 'timer', reason });
  }
  const first = queue[0];
  if (first !== undefined && rollout === null) {
    const reason = `queued: ${first.reason}`;
    due.push({ intent: { kind: 'startQueued', ...started }, room: 'queue', reason });
  }
  return due;
}

/**
 * Versions of which a running instance has loaded another artefact than the registered one. An instance that tells no
 * digest says nothing about it.
 */
export function dueByIntegrity(state: RolloutState, instances: readonly LoadedArtefacts[]): Due[] {
  const due = new Map<string, Due>();
  for (const { instance, loaded } of instances) {
    for (const { version, digest } of loaded) {
      const record = findVersion(state, version);
      if (record === undefined || digest === '' || record.spec.digest === '' || digest === record.spec.digest) continue;
      if (record.state === 'quarantined' || record.state === 'retired') continue;
      const reason = `integrity: instance ${instance} loaded ${digest} as version ${version}, registered is ${record.spec.digest}`;
      due.set(version, {
        intent: { kind: 'quarantine', version, cause: 'DIGEST_MISMATCH' },
        room: 'integrity',
        reason: reason.slice(0, 1_000),
      });
    }
  }
  return [...due.values()];
}

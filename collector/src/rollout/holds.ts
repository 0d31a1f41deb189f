import type { GateResult } from './gate.ts';
import { type HoldReason, holdReasons } from './reasons.ts';
import type { RolloutState } from './state.ts';

export interface Hold {
  readonly code: HoldReason;
  readonly text: string;
}

/** Everything a rollout waits for, the most telling first; empty when there is none or it goes on by itself. */
export function holdsOf(
  { rollout, promotion }: RolloutState,
  gates: readonly GateResult[],
  frozen: string | null,
): Hold[] {
  if (rollout === null) return [];
  const holds: Hold[] = [];
  const hold = (code: HoldReason, text: string = holdReasons[code]) => void holds.push({ code, text });
  if (rollout.paused !== null) hold('manual', `paused: ${rollout.paused.reason}`);
  if (frozen !== null) hold('freeze_window', frozen);
  if (promotion !== null) hold('awaiting_approval');
  else if (rollout.readyAt !== null) hold('awaiting_promotion');
  for (const { gate, verdict, code, reason } of gates) {
    if (gate === 'ready_to_promote' || verdict === 'pass') continue;
    if (gate === 'observed_split') hold('observed_split_mismatch', reason);
    else if (verdict === 'fail') hold('concurrent_incident', `${gate}: ${reason}`);
    else if (verdict === 'error' || code === 'NO_TRAFFIC') hold('provider_error', `${gate}: ${reason}`);
    else if (dataMissing.includes(code)) hold('insufficient_data', `${gate}: ${reason}`);
    else hold('inconclusive', `${gate}: ${reason}`);
  }
  return holds;
}

const dataMissing: readonly GateResult['code'][] = ['TOO_FEW_ROWS', 'NO_LABELS', 'NOT_LOADED', 'GROUPS_TOO_SMALL'];

import type { GateCode } from './reasons.ts';

/** No data is never a pass: `inconclusive` waits, `error` says that the gate itself could not look. */
export type GateVerdict = 'pass' | 'fail' | 'inconclusive' | 'error';

export const gateNames = [
  'offline_performance',
  'worst_group',
  'shadow_divergence',
  'canary_error_rate',
  'inference_error_rate',
  'latency_ratio',
  'integrity',
  'leakage',
  'offline_calibration',
  'group_limit',
  'canary_absolute_error',
  'canary_fairness',
  'score_distribution',
  'observed_split',
  'freshness',
  'post_promotion_errors',
  'post_promotion_failures',
  'post_promotion_latency',
  'ready_to_promote',
] as const;

export type GateName = (typeof gateNames)[number];

/** One guard's verdict with everything it was made of. */
export interface GateResult {
  readonly gate: GateName;
  readonly verdict: GateVerdict;
  /** From the closed vocabulary: for programs. */
  readonly code: GateCode;
  /** One sentence with the numbers: for people. */
  readonly reason: string;
  /** Every number used; `null` where there was nothing to measure. */
  readonly numbers: Readonly<Record<string, number | null>>;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly at: number;
}

/** Makes the results that one look of a gate may have: whatever its verdict, the numbers are the same. */
export function gateResults({ gate, numbers, at }: Pick<GateResult, 'gate' | 'numbers' | 'at'>) {
  return (verdict: GateVerdict, code: GateCode, reason: string): GateResult => ({
    gate,
    verdict,
    code,
    reason,
    numbers,
    at,
  });
}

/** The worst of several verdicts: fail, error, inconclusive, pass. No gate at all is inconclusive. */
export function worstVerdict(results: readonly GateResult[]): GateVerdict {
  const order: readonly GateVerdict[] = ['fail', 'error', 'inconclusive', 'pass'];
  return order.find((verdict) => results.some((result) => result.verdict === verdict)) ?? 'inconclusive';
}

/** The required gates that have not passed: failed, not sure, or never looked. */
export function gatesNotPassed(required: readonly GateName[], results: readonly GateResult[]): GateName[] {
  return required.filter((gate) => results.find((result) => result.gate === gate)?.verdict !== 'pass');
}

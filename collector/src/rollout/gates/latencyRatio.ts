import type { GateResult } from '../gate.ts';
import { rateEvidenceLog } from './oneRate.ts';

export interface LatencyRatioInput {
  /** 95th percentiles since the stage started, milliseconds; `null` when nothing was measured. */
  readonly championP95Ms: number | null;
  readonly canaryP95Ms: number | null;
  readonly championRows: number;
  readonly canaryRows: number;
  /** Canary rows slower than `slowestAllowedMs` of the champion's 95th percentile. */
  readonly canarySlowRows: number;
  readonly ratio: number;
  readonly minimumRows: number;
  readonly alpha: number;
  readonly at: number;
}

/** Differences below it are noise of the machine, not harm. */
const smallestHarmMs = 5;

/** The 95th percentile a canary may have beside a champion with this one, milliseconds. */
export function slowestAllowedMs(championP95Ms: number, ratio: number): number {
  return Math.max(championP95Ms * ratio, championP95Ms + smallestHarmMs);
}

/**
 * Is the canary much slower than the champion? It may be `ratio` times as slow at the 95th percentile, or 5 ms slower,
 * whichever is more. Fails with anytime-valid evidence that more than 5 % of its rows are slower than that.
 */
export function assessLatencyRatio(input: LatencyRatioInput): GateResult {
  const { championP95Ms, canaryP95Ms, minimumRows, at } = input;
  const allowedMs = championP95Ms === null ? null : slowestAllowedMs(championP95Ms, input.ratio);
  const slow = { n: input.canaryRows, k: input.canarySlowRows };
  const evidence = input.canaryRows === 0 ? 0 : rateEvidenceLog(slow, 0.05, 'above');
  const levelLog = Math.log(1 / input.alpha);
  const numbers = {
    ...{ championP95Ms, canaryP95Ms, allowedMs },
    championRows: input.championRows,
    canaryRows: input.canaryRows,
    canarySlowRows: input.canarySlowRows,
    ...{ minimumRows, evidenceLog: evidence, levelLog },
  };
  const result = (verdict: GateResult['verdict'], code: GateResult['code'], reason: string): GateResult => ({
    gate: 'latency_ratio',
    ...{ verdict, code, reason, numbers, at },
  });
  if (championP95Ms === null || canaryP95Ms === null || allowedMs === null) {
    return result('inconclusive', 'TOO_FEW_ROWS', 'no latency was measured yet');
  }
  const sentence = `95 % of the canary's rows took up to ${milliseconds(canaryP95Ms)}, ${milliseconds(allowedMs)} are allowed`;
  if (evidence >= levelLog && canaryP95Ms > allowedMs) return result('fail', 'OVER_LIMIT', sentence);
  if (Math.min(input.canaryRows, input.championRows) < minimumRows) {
    return result('inconclusive', 'TOO_FEW_ROWS', `${sentence}; ${minimumRows} rows of each version are needed`);
  }
  if (canaryP95Ms <= allowedMs) return result('pass', 'WITHIN_LIMIT', sentence);
  return result('inconclusive', 'NOT_SHOWN', `${sentence}: not sure yet`);
}

function milliseconds(value: number): string {
  return `${value.toPrecision(3)} ms`;
}

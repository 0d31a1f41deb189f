import { type GateResult, gateResults } from '../gate.ts';
import { percentText } from './wording.ts';

export interface LatencyRatioInput {
  /** 95th percentiles since the stage started, milliseconds; `null` when nothing was measured. */
  readonly championP95Ms: number | null;
  readonly canaryP95Ms: number | null;
  /** What the champion is held to, and what the canary may take instead; fixed before the rows that are judged by them. */
  readonly baseMs: number | null;
  readonly allowedMs: number | null;
  /** Rows with a latency, and those slower than `baseMs` (champion) or `allowedMs` (canary), at the same time. */
  readonly championRows: number;
  readonly championSlowRows: number;
  readonly canaryRows: number;
  readonly canarySlowRows: number;
  /** Highest natural logarithm of the evidence that more of the canary's rows are slow than of the champion's. */
  readonly harmPeakLog: number;
  readonly minimumRows: number;
  readonly alpha: number;
  readonly at: number;
}

/** Differences below it are noise of the machine, not harm. */
const smallestHarmMs = 5;

/** What a canary's row may take where one of the champion takes `championMs`. */
export function slowestAllowedMs(championMs: number, ratio: number): number {
  return Math.max(championMs * ratio, championMs + smallestHarmMs);
}

/**
 * Is the canary much slower than the champion is at the same time? A limit is taken from the champion's 95th percentile
 * before; the canary's may be `ratio` times as high, or 5 ms, whichever is more. Fails with anytime-valid evidence that
 * more of the canary's rows are beyond its limit than of the champion's beyond its own. When everything gets slower, both
 * shares grow.
 */
export function assessLatencyRatio(input: LatencyRatioInput): GateResult {
  const { championP95Ms, canaryP95Ms, baseMs, allowedMs, minimumRows, at } = input;
  const share = (slow: number, rows: number) => (rows === 0 ? null : slow / rows);
  const championSlow = share(input.championSlowRows, input.championRows);
  const canarySlow = share(input.canarySlowRows, input.canaryRows);
  const levelLog = Math.log(1 / input.alpha);
  const numbers = {
    championP95Ms,
    canaryP95Ms,
    baseMs,
    allowedMs,
    championRows: input.championRows,
    canaryRows: input.canaryRows,
    championSlowRows: input.championSlowRows,
    canarySlowRows: input.canarySlowRows,
    minimumRows,
    evidencePeakLog: input.harmPeakLog,
    levelLog,
  };
  const result = gateResults({ gate: 'latency_ratio', numbers, at });
  if (championSlow === null || canarySlow === null || baseMs === null || allowedMs === null) {
    return result('inconclusive', 'TOO_FEW_ROWS', 'no latency of both versions was measured yet');
  }
  const took = canaryP95Ms === null ? '' : `95 % of the canary's rows took up to ${milliseconds(canaryP95Ms)}; `;
  const sentence = `${took}${percentText(canarySlow)} took ${milliseconds(allowedMs)} or more, beside ${percentText(championSlow)} of the champion's with ${milliseconds(baseMs)} or more`;
  if (input.harmPeakLog >= levelLog) return result('fail', 'OVER_LIMIT', sentence);
  if (Math.min(input.canaryRows, input.championRows) < minimumRows) {
    return result('inconclusive', 'TOO_FEW_ROWS', `${sentence}; ${minimumRows} rows of each version are needed`);
  }
  if (canarySlow <= championSlow) return result('pass', 'WITHIN_LIMIT', sentence);
  return result('inconclusive', 'NOT_SHOWN', `${sentence}: not sure yet`);
}

function milliseconds(value: number): string {
  return `${value.toPrecision(3)} ms`;
}

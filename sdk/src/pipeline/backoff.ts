/**
 * How long to wait before the next attempt, milliseconds: anything between zero and a bound that doubles with every
 * attempt ("full jitter", Brooker, 2015), so that many clients do not come back at once.
 */
export function backoffMs(attempt: number, random: () => number, limits: BackoffLimits = defaultBackoff): number {
  return random() * Math.min(limits.maxMs, limits.baseMs * 2 ** Math.min(attempt, 30));
}

export interface BackoffLimits {
  readonly baseMs: number;
  readonly maxMs: number;
}

export const defaultBackoff: BackoffLimits = { baseMs: 200, maxMs: 10_000 };

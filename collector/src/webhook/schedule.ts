/**
 * When the next attempt of a delivery is due. Delays are those Standard Webhooks 1.0.0 recommends; the jitter keeps
 * receivers that failed together from being called together.
 */

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Delay before attempt 1, 2, 3, ... in milliseconds. */
export const retryDelaysMs: readonly number[] = [
  0,
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];

export type AttemptOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly retryAfterMs: number | null;
      /** The same request would get the same answer. */
      readonly final?: boolean;
    }
  | { readonly kind: 'unreachable' }
  /** The address is one we must not reach. */
  | { readonly kind: 'forbidden' }
  /** Nothing is sent to this receiver. */
  | { readonly kind: 'disabled' };

export type NextStep =
  | { readonly state: 'delivered' }
  | { readonly state: 'dead'; readonly reason: string }
  | { readonly state: 'pending'; readonly delayMs: number };

/**
 * What follows an attempt. Only 2xx is success; 410 means the receiver wants no more; everything else is tried again
 * until the schedule is used up.
 *
 * @param attempts attempts made so far, this one included
 * @param random in [0, 1)
 */
export function nextStep(outcome: AttemptOutcome, attempts: number, random: number): NextStep {
  if (outcome.kind === 'forbidden') return { state: 'dead', reason: 'the address is not allowed' };
  if (outcome.kind === 'disabled') return { state: 'dead', reason: 'nothing was sent' };
  if (outcome.kind === 'answered') {
    if (outcome.status >= 200 && outcome.status < 300) return { state: 'delivered' };
    if (outcome.status === 410) return { state: 'dead', reason: 'the receiver answered 410 Gone' };
    if (outcome.final === true) return { state: 'dead', reason: 'sending it again would not help' };
  }
  const base = retryDelaysMs[attempts];
  if (base === undefined) return { state: 'dead', reason: `${attempts} attempts failed` };
  const jittered = base * (0.8 + 0.4 * random);
  if (outcome.kind === 'answered' && outcome.retryAfterMs !== null) {
    // A receiver may slow us down, not stop us for ever or speed us up.
    return { state: 'pending', delayMs: Math.min(Math.max(outcome.retryAfterMs, base), 2 * base + minute) };
  }
  return { state: 'pending', delayMs: jittered };
}

/** `Retry-After` in milliseconds: whole seconds or an HTTP date; `null` when it is neither. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * second;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

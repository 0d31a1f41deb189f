/**
 * The circuit breaker of one receiver: after several failures in a row it is left alone for a while, and then tried once.
 * Its state is data that is stored with the deliveries, so that a restart, or another collector, knows it too.
 */
export interface EndpointState {
  /** Counts what people do about it, and each time it is disabled or enabled: what a control action must have seen. */
  readonly revision: number;
  /** Failures in a row. */
  readonly failures: number;
  readonly failingSince: number | null;
  readonly lastSuccessAt: number | null;
  readonly lastFailureAt: number | null;
  readonly lastError: string | null;
  /** Nothing is sent before. */
  readonly openUntil: number | null;
  /** Nothing is sent until a test succeeds. */
  readonly disabled: { readonly at: number; readonly reason: string } | null;
}

export const freshEndpoint: EndpointState = {
  revision: 1,
  failures: 0,
  failingSince: null,
  lastSuccessAt: null,
  lastFailureAt: null,
  lastError: null,
  openUntil: null,
  disabled: null,
};

export const failuresToOpen = 5;
const firstPauseMs = 30_000;
const longestPauseMs = 600_000;
const disableAfterMs = 5 * 86_400_000;

export interface AttemptVerdict {
  readonly at: number;
  readonly ok: boolean;
  readonly error: string | null;
  /** The receiver said that it wants no more: 410 Gone. */
  readonly gone: boolean;
}

/** The state after an attempt. Pure. */
export function afterAttempt(state: EndpointState, { at, ok, error, gone }: AttemptVerdict): EndpointState {
  if (ok) return { ...freshEndpoint, revision: state.revision, lastSuccessAt: at, lastFailureAt: state.lastFailureAt };
  const failures = state.failures + 1;
  const failingSince = state.failingSince ?? at;
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(20, failures - failuresToOpen));
  const reason = gone
    ? 'the receiver answered 410 Gone: it wants no more'
    : at - failingSince >= disableAfterMs
      ? `nothing but failures for ${Math.floor((at - failingSince) / 86_400_000)} days`
      : null;
  return {
    ...state,
    failures,
    failingSince,
    lastFailureAt: at,
    lastError: error,
    openUntil: failures >= failuresToOpen ? at + pauseMs : null,
    disabled: state.disabled ?? (reason === null ? null : { at, reason }),
  };
}

/** How many attempts may be under way at once: none while it is open, one to see whether it works again. */
export function allowedAtOnce(state: EndpointState, now: number, most: number): number {
  if (state.openUntil === null) return most;
  return now >= state.openUntil ? 1 : 0;
}

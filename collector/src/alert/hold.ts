import type { Alert, AlertSeverity } from './alert.ts';

/** What is known of a model's traffic at a moment. Times are wall-clock time. */
export interface TrafficObservation {
  /** When rows of the model were last stored; `null`: never. */
  readonly heardAt: number | null;
  /** Since when the collector cannot read the stream, and why; `null` when it can. */
  readonly problem: { readonly since: number; readonly text: string } | null;
  readonly now: number;
}

/** The collector may be unable to read for this long before it is an error. */
const errorAfterMs = 5 * 60_000;

export type TrafficVerdict =
  | { readonly state: 'ok' }
  | { readonly state: 'no_data' | 'error'; readonly sentence: string };

/**
 * Whether a model's alerts can be judged at all: one that was heard of and then is not for `noDataAfterMs` sends no data.
 * Pure.
 */
export function assessTraffic({ heardAt, problem, now }: TrafficObservation, noDataAfterMs: number): TrafficVerdict {
  // A model that was never heard of is not missed.
  if (heardAt === null) return { state: 'ok' };
  const silentMs = now - heardAt;
  if (problem !== null && now - problem.since >= errorAfterMs && silentMs >= errorAfterMs) {
    return { state: 'error', sentence: `Nothing can be judged: ${problem.text}` };
  }
  if (silentMs >= noDataAfterMs) {
    return { state: 'no_data', sentence: `No rows for ${inWords(silentMs)}` };
  }
  return { state: 'ok' };
}

export type HoldTransition = 'no_data' | 'error' | 'data_again' | null;

/**
 * An alert while nothing can be said about its model: it waits in `no_data` or `error` and comes back as it was. Missing
 * data is not recovery.
 */
export function holdAlert(
  alert: Alert,
  verdict: TrafficVerdict,
  now: number,
): { readonly alert: Alert; readonly transition: HoldTransition } {
  const isHeld = alert.heldState !== null;
  if (verdict.state === 'ok') {
    if (alert.heldState === null) return { alert, transition: null };
    return { alert: { ...alert, state: alert.heldState, heldState: null, changedAt: now }, transition: 'data_again' };
  }
  if (alert.state === 'resolved' || alert.state === verdict.state) return { alert, transition: null };
  const heldState = isHeld ? alert.heldState : alert.state;
  return { alert: { ...alert, state: verdict.state, heldState, changedAt: now }, transition: verdict.state };
}

/** What an alert about the traffic of a model is to be about. */
export interface TrafficSubject {
  readonly id: string;
  readonly model: string;
  readonly environment: string;
  readonly version: string;
  readonly severity: AlertSeverity;
  readonly now: number;
}

/** The alert that says so, from what it was. `null`: there is none, and none is needed. */
export function assessTrafficAlert(
  previous: Alert | null,
  verdict: TrafficVerdict,
  about: TrafficSubject,
): { readonly alert: Alert | null; readonly transition: 'no_data' | 'error' | 'resolved' | null } {
  const { now, ...identity } = about;
  const open = previous !== null && previous.state !== 'resolved' ? previous : null;
  if (verdict.state === 'ok') {
    if (open === null) return { alert: previous, transition: null };
    const alert: Alert = {
      ...open,
      state: 'resolved',
      since: now,
      resolvedAt: now,
      changedAt: now,
      acknowledgement: null,
      sentence: `${open.sentence}; rows come again`,
    };
    return { alert, transition: 'resolved' };
  }
  if (open?.state === verdict.state) return { alert: open, transition: null };
  return {
    alert: {
      ...identity,
      kind: 'traffic',
      state: verdict.state,
      heldState: null,
      since: open?.since ?? now,
      firedAt: open?.firedAt ?? now,
      resolvedAt: null,
      changedAt: now,
      firedWallAt: open?.firedWallAt ?? now,
      alarms: 0,
      climb: 0,
      windowsSinceAlarm: 0,
      quietWindows: 0,
      firingWindows: 0,
      sentence: verdict.sentence,
      findings: [],
      acknowledgement: open?.acknowledgement ?? null,
      expected: null,
    },
    transition: verdict.state,
  };
}

function inWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}

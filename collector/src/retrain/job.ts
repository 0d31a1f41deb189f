import type { AlertKind } from '../alert/index.ts';

/** A request to train, from its cause to its result. Success registers a version; it never promotes one. */

export type RetrainState =
  | 'awaiting_approval'
  | 'queued'
  | 'dispatched'
  | 'accepted'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'timed_out'
  | 'dead_lettered';

export const finalRetrainStates: ReadonlySet<RetrainState> = new Set([
  'succeeded',
  'failed',
  'cancelled',
  'timed_out',
  'dead_lettered',
]);

export interface RetrainTrigger {
  readonly kind: 'drift' | 'performance' | 'fairness' | 'manual';
  /** Id of the alert that asked, `null` when a person did. */
  readonly alert: string | null;
  readonly reason: string;
}

export interface RetrainJob {
  readonly id: string;
  readonly model: string;
  readonly environment: string;
  /** The version that needs replacing. */
  readonly version: string;
  readonly state: RetrainState;
  readonly trigger: RetrainTrigger;
  readonly requestedBy: string;
  /** Event time, so that cooldowns hold in a replay as they do live. */
  readonly requestedAt: number;
  /** Wall-clock time of the last sign of life. */
  readonly changedAt: number;
  /** [0, 1], or `null` when the trainer does not say. */
  readonly progress: number | null;
  readonly result: { readonly version: string; readonly digest: string } | null;
  readonly error: string | null;
}

export function isRetrainKind(kind: AlertKind): kind is 'drift' | 'performance' | 'fairness' {
  return kind === 'drift' || kind === 'performance' || kind === 'fairness';
}

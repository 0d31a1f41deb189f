import type { AlertKind } from '../alert/index.ts';
import type { RetrainGuard } from './guards.ts';
import type { RetrainReason } from './reasons.ts';

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
  readonly kind: 'drift' | 'performance' | 'fairness' | 'schedule' | 'manual';
  /** Id of the alert that asked, `null` when a person or the schedule did. */
  readonly alert: string | null;
  readonly reason: string;
}

/** Whether the new version cured what was wrong. */
export interface RetrainOutcome {
  readonly verdict: 'pending' | 'helped' | 'did_not_help';
  /** Windows that the new version has served. */
  readonly windows: number;
  /** Wall-clock time. */
  readonly at: number;
  readonly text: string;
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
  /** Wall-clock time when it was let go to the trainer; `null` while it waits for approval. */
  readonly startedAt: number | null;
  /** [0, 1], or `null` when the trainer does not say. */
  readonly progress: number | null;
  readonly result: { readonly version: string; readonly digest: string } | null;
  readonly error: string | null;
  /** The trainer's own name for the run. */
  readonly externalRunId: string | null;
  /** As they were when it was asked for. */
  readonly reasons: readonly RetrainReason[];
  readonly guards: readonly RetrainGuard[];
  /** Of a job that succeeded. */
  readonly outcome: RetrainOutcome | null;
}

export function isRetrainKind(kind: AlertKind): kind is 'drift' | 'performance' | 'fairness' {
  return kind === 'drift' || kind === 'performance' || kind === 'fairness';
}

import type { ModelSettings } from '../config/settings.ts';
import { finalRetrainStates, type RetrainJob } from './job.ts';

/** Wall-clock time when a job that waits for approval is given up. */
export function approvalExpiresAt(job: RetrainJob, settings: ModelSettings | undefined): number {
  return settings === undefined ? Number.POSITIVE_INFINITY : job.changedAt + settings.retrain.approvalExpires;
}

/** How a job ends that nobody approves or hears of; `null` while it has time. */
export function overdue(
  job: RetrainJob,
  settings: ModelSettings,
  now: number,
): { readonly state: 'cancelled' | 'timed_out'; readonly reason: string } | null {
  if (finalRetrainStates.has(job.state)) return null;
  if (job.state === 'awaiting_approval') {
    return now >= approvalExpiresAt(job, settings)
      ? { state: 'cancelled', reason: 'nobody approved it in time' }
      : null;
  }
  const { timeout, deadline } = settings.retrain;
  if (now - job.changedAt >= timeout) {
    return { state: 'timed_out', reason: `no sign of life for ${Math.round((now - job.changedAt) / 1000)} s` };
  }
  const startedAt = job.startedAt ?? job.changedAt;
  return now - startedAt >= deadline
    ? { state: 'timed_out', reason: `not done after ${Math.round((now - startedAt) / 3_600_000)} h` }
    : null;
}

import { finalRetrainStates, type RetrainJob, type RetrainState } from './job.ts';

/** What a trainer reports about a job. */
export type TrainerReport =
  | { readonly state: 'accepted'; readonly externalRunId?: string | undefined }
  | { readonly state: 'running'; readonly progress: number | null; readonly externalRunId?: string | undefined }
  | { readonly state: 'failed'; readonly error: string }
  | { readonly state: 'succeeded'; readonly result: { readonly version: string; readonly digest: string } };

export type ReportOutcome =
  | { readonly kind: 'changed'; readonly job: RetrainJob }
  /** The same report again, or an older one: nothing to do, and no error, because reports are retried. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly reason: 'job_is_over' | 'job_not_sent' };

const order: Readonly<Record<'queued' | 'dispatched' | 'accepted' | 'running', number>> = {
  queued: 0,
  dispatched: 1,
  accepted: 2,
  running: 3,
};

/** The job after a report. States only move forward. Pure. */
export function applyReport(job: RetrainJob, report: TrainerReport, now: number): ReportOutcome {
  if (job.state === 'awaiting_approval') return { kind: 'refused', reason: 'job_not_sent' };
  if (finalRetrainStates.has(job.state)) {
    const repeated =
      job.state === report.state && (report.state !== 'succeeded' || report.result.digest === job.result?.digest);
    return repeated ? { kind: 'unchanged' } : { kind: 'refused', reason: 'job_is_over' };
  }
  switch (report.state) {
    case 'accepted':
    case 'running':
      if (rank(job.state) > rank(report.state)) return { kind: 'unchanged' };
      return changed(job, {
        state: report.state,
        externalRunId: report.externalRunId ?? job.externalRunId,
        progress: report.state === 'running' ? (report.progress ?? job.progress) : job.progress,
        changedAt: now,
      });
    case 'failed':
      return changed(job, { state: 'failed', error: report.error, changedAt: now });
    case 'succeeded':
      return changed(job, {
        state: 'succeeded',
        progress: 1,
        result: report.result,
        changedAt: now,
        outcome: {
          verdict: 'pending',
          windows: 0,
          at: now,
          text: `version ${report.result.version} has not served yet`,
        },
      });
  }
}

function changed(job: RetrainJob, change: Partial<RetrainJob>): ReportOutcome {
  return { kind: 'changed', job: { ...job, ...change } };
}

function rank(state: RetrainState): number {
  return state in order ? order[state as keyof typeof order] : Number.POSITIVE_INFINITY;
}

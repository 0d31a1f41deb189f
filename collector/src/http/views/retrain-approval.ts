import type { z } from 'zod';
import type { ModelSettings } from '../../config/index.ts';
import { approvalExpiresAt, type StoredRetrainJob } from '../../retrain/index.ts';
import type { approval } from '../api.ts';

type ApprovalBody = z.input<typeof approval>;

/** A retrain job that waits for a person, as an approval. Its id is the job's. */
export function approvalOfJob(
  { job, revision }: StoredRetrainJob,
  settings: ModelSettings | undefined,
): ApprovalBody | null {
  if (job.state !== 'awaiting_approval') {
    return null;
  }
  return {
    id: job.id,
    model: job.model,
    action: 'retrain',
    target: job.id,
    state: 'pending',
    requestedBy: job.requestedBy,
    requestedAt: job.changedAt,
    reason: job.trigger.reason,
    expiresAt: settings === undefined ? null : approvalExpiresAt(job, settings),
    needed: job.requestedBy.startsWith('system:') ? 1 : 2,
    approvedBy: job.requestedBy.startsWith('system:') ? [] : [job.requestedBy],
    revision,
  };
}

/** Whether the target of an approval is a retrain job rather than a promotion. */
export function isJobApproval(id: string): boolean {
  return id.startsWith('rt_');
}

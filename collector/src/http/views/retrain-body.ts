import type { z } from 'zod';
import type { ModelSettings } from '../../config/index.ts';
import { approvalExpiresAt, type StoredRetrainJob } from '../../retrain/index.ts';
import type { retrainJob } from '../api.ts';

const underWay: ReadonlySet<string> = new Set(['queued', 'dispatched', 'accepted', 'running']);

/** A retrain job as the API shows it: with the times when it would be given up. */
export function retrainJobBody(
  { job, revision }: StoredRetrainJob,
  models: readonly ModelSettings[],
): z.input<typeof retrainJob> {
  const { startedAt, outcome, reasons, guards, ...rest } = job;
  const settings = models.find(({ name }) => name === job.model);
  const isUnderWay = underWay.has(job.state) && settings !== undefined;
  const expiresAt = job.state === 'awaiting_approval' ? approvalExpiresAt(job, settings) : null;
  return {
    ...rest,
    reasons: reasons.map((reason) => ({ ...reason })),
    guards: guards.map((guard) => ({ ...guard })),
    approvalExpiresAt: expiresAt !== null && Number.isFinite(expiresAt) ? expiresAt : null,
    silentAfter: isUnderWay ? job.changedAt + settings.retrain.timeout : null,
    deadlineAt: isUnderWay ? (startedAt ?? job.changedAt) + settings.retrain.deadline : null,
    outcome: outcome && { verdict: outcome.verdict, at: outcome.at, text: outcome.text },
    revision,
  };
}

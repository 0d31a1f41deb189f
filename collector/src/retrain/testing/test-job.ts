import type { RetrainJob } from '../job.ts';

/** A retrain for drift, asked for by the policy, that succeeded, unless said otherwise. */
export function testJob(changes: Partial<RetrainJob> = {}): RetrainJob {
  return {
    id: 'rt_1',
    model: 'credit-risk',
    environment: 'production',
    version: '1',
    state: 'succeeded',
    trigger: { kind: 'drift', alert: 'alert-1', reason: 'income moved up' },
    requestedBy: 'system:policy',
    requestedAt: 0,
    changedAt: 0,
    startedAt: 0,
    progress: null,
    result: null,
    error: null,
    externalRunId: null,
    reasons: [],
    guards: [],
    outcome: null,
    ...changes,
  };
}

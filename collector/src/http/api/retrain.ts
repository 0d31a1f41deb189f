import { z } from 'zod';
import { registerRequest } from './versions.ts';

export const retrainState = z.enum([
  'awaiting_approval',
  'queued',
  'dispatched',
  'accepted',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'timed_out',
  'dead_lettered',
]);

export const retrainKind = z.enum(['drift', 'performance', 'fairness', 'schedule', 'manual']);

/** Why a model should be trained again. */
export const retrainReason = z.object({
  code: z.enum(['drift', 'performance', 'fairness', 'age', 'manual']),
  score: z.number().describe('[0, 1]: how much this reason alone speaks for a retrain'),
  text: z.string(),
});

/** One condition of a retrain. What is not known is not a pass. */
export const retrainGuard = z.object({
  code: z.enum([
    'labelled_rows',
    'rows_per_class',
    'rows_per_group',
    'data_quality',
    'single_principal',
    'rollout_active',
    'job_in_flight',
    'cooldown',
    'daily_cap',
    'retraining_does_not_help',
  ]),
  verdict: z.enum(['pass', 'fail', 'unknown', 'off']).describe('`off`: the settings do not ask for it'),
  text: z.string(),
  value: z.number().nullable(),
  limit: z.number().nullable(),
});

/** `GET /v1/models/:model/retrain`: should this model be trained again, and may it be now? */
export const retrainRecommendation = z.object({
  model: z.string(),
  version: z.string().nullable().describe('The version that serves; null: there is none'),
  verdict: z
    .enum(['none', 'recommended', 'blocked', 'in_flight'])
    .describe('`blocked`: there are reasons, and a guard that says no'),
  score: z.number().describe('[0, 1]: 1 - product of (1 - score) over the reasons'),
  reasons: z.array(retrainReason).describe('Strongest first'),
  guards: z.array(retrainGuard),
  job: z.string().nullable().describe('The job in flight'),
  possibleAt: z.number().nullable().describe('Event time when cooldown and cap are over; null: now'),
});

export const retrainJob = z.object({
  id: z.string(),
  model: z.string(),
  environment: z.string(),
  version: z.string().describe('The version that drifted'),
  state: retrainState,
  trigger: z.object({
    kind: retrainKind,
    alert: z.string().nullable(),
    reason: z.string(),
  }),
  requestedBy: z.string(),
  requestedAt: z.number(),
  changedAt: z.number(),
  progress: z.number().nullable(),
  result: z.object({ version: z.string(), digest: z.string() }).nullable(),
  error: z.string().nullable(),
  externalRunId: z.string().nullable().describe("The trainer's own name for the run"),
  reasons: z.array(retrainReason).describe('When it was asked for'),
  guards: z.array(retrainGuard).describe('When it was asked for'),
  approvalExpiresAt: z.number().nullable().describe('While it waits for approval'),
  silentAfter: z.number().nullable().describe('While it runs: given up if the trainer says nothing until then'),
  deadlineAt: z.number().nullable().describe('While it runs: given up then, whatever the trainer says'),
  outcome: z
    .object({ verdict: z.enum(['pending', 'helped', 'did_not_help']), at: z.number(), text: z.string() })
    .nullable()
    .describe('Whether the new version cured what was wrong; null: there is no new version'),
  revision: z.number(),
});

/** `GET /v1/retrain-jobs?model=&cursor=&limit=`, the latest first; one: `GET /v1/retrain-jobs/:job` */
export const retrainJobList = z.object({ items: z.array(retrainJob), nextCursor: z.string().nullable() });

const externalRunId = z.string().trim().min(1).max(200);

/** `POST /v1/retrain-jobs/:job/status` with the job's own bearer token; header `Standard Webhooks` not needed. */
export const retrainStatusRequest = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('accepted'), externalRunId: externalRunId.optional() }),
  z.strictObject({
    state: z.literal('running'),
    progress: z.number().min(0).max(1).nullable().default(null),
    externalRunId: externalRunId.optional(),
  }),
  z.strictObject({ state: z.literal('failed'), error: z.string().min(1).max(2_000) }),
  z.strictObject({ state: z.literal('succeeded'), result: registerRequest }),
]);

export type RetrainRecommendation = z.infer<typeof retrainRecommendation>;
export type RetrainJob = z.infer<typeof retrainJob>;
export type RetrainJobList = z.infer<typeof retrainJobList>;
export type RetrainStatusRequest = z.infer<typeof retrainStatusRequest>;

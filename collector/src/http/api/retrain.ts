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

export const retrainJob = z.object({
  id: z.string(),
  model: z.string(),
  environment: z.string(),
  version: z.string().describe('The version that drifted'),
  state: retrainState,
  trigger: z.object({
    kind: z.enum(['drift', 'performance', 'fairness', 'manual']),
    alert: z.string().nullable(),
    reason: z.string(),
  }),
  requestedBy: z.string(),
  requestedAt: z.number(),
  changedAt: z.number(),
  progress: z.number().nullable(),
  result: z.object({ version: z.string(), digest: z.string() }).nullable(),
  error: z.string().nullable(),
  revision: z.number(),
});

/** `GET /v1/retrain-jobs?model=&cursor=&limit=`, the latest first; one: `GET /v1/retrain-jobs/:job` */
export const retrainJobList = z.object({ items: z.array(retrainJob), nextCursor: z.string().nullable() });

/** `POST /v1/retrain-jobs/:job/status` with the job's own bearer token; header `Standard Webhooks` not needed. */
export const retrainStatusRequest = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('accepted') }),
  z.strictObject({ state: z.literal('running'), progress: z.number().min(0).max(1).nullable().default(null) }),
  z.strictObject({ state: z.literal('failed'), error: z.string().min(1).max(2_000) }),
  z.strictObject({ state: z.literal('succeeded'), result: registerRequest }),
]);

export type RetrainJob = z.infer<typeof retrainJob>;
export type RetrainJobList = z.infer<typeof retrainJobList>;
export type RetrainStatusRequest = z.infer<typeof retrainStatusRequest>;

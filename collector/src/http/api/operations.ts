import { z } from 'zod';

export const deadLetter = z.object({
  id: z.string(),
  at: z.number(),
  subject: z.string(),
  code: z.string(),
  reason: z.string(),
  bytes: z.number(),
});

/** `GET /v1/dead-letters` */
export const deadLetterList = z.object({ items: z.array(deadLetter), total: z.number() });

/** `GET /v1/status` */
export const collectorStatus = z.object({
  version: z.string(),
  startedAt: z.number(),
  ready: z.boolean(),
  notReady: z.array(z.string()),
  counts: z.object({
    inferences: z.number(),
    outcomes: z.number(),
    joinedOutcomes: z.number(),
    waitingOutcomes: z.number().describe('Outcomes whose inference has not arrived yet'),
    refusedOutcomes: z.number(),
    duplicateBatches: z.number(),
    deadLetters: z.number(),
    unknownModelEvents: z.number(),
  }),
  models: z.record(z.string(), z.object({ inferences: z.number(), outcomes: z.number() })),
  lagMessages: z.number(),
});

/** Answer of `POST /v1/events` (scope `events:write`). */
export const eventsAccepted = z.object({ accepted: z.number(), batches: z.number() });

export const apiError = z.object({
  error: z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()).optional() }),
});

export type DeadLetterList = z.infer<typeof deadLetterList>;
export type CollectorStatus = z.infer<typeof collectorStatus>;
export type ApiErrorBody = z.infer<typeof apiError>;

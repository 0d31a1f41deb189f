import { z } from 'zod';

export const deadLetter = z.object({
  id: z.string(),
  at: z.number(),
  subject: z.string(),
  code: z.string(),
  reason: z.string(),
  bytes: z.number(),
  replayed: z.object({ at: z.number(), by: z.string() }).nullable().describe('When it was put on the stream again'),
  revision: z.number(),
});

/** `GET /v1/dead-letters/:letter` */
export const deadLetterDetail = deadLetter.extend({
  payload: z
    .object({
      contentType: z.string().nullable(),
      text: z.string().nullable().describe('Its first 4,096 bytes, where they are text'),
      hex: z.string().nullable().describe('Its first 4,096 bytes, where they are not'),
      bytes: z.number(),
      cut: z.boolean().describe('There are more bytes than are shown'),
    })
    .nullable()
    .describe('null: the broker no longer has it'),
});

/** `GET /v1/dead-letter-codes` */
export const deadLetterCodeList = z.object({
  items: z.array(
    z.object({
      code: z.string(),
      kept: z.number(),
      waiting: z.number().describe('Those of them that nobody has replayed'),
      revision: z.number().describe('For `POST /v1/actions/replay-dead-letters/<code>`'),
    }),
  ),
});

/** `GET /v1/dead-letters` */
export const deadLetterList = z.object({
  items: z.array(deadLetter),
  total: z.number().describe('How many there ever were; the latest 10,000 are kept'),
  nextCursor: z.string().nullable(),
});

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

export type DeadLetterDetail = z.infer<typeof deadLetterDetail>;
export type DeadLetterCodeList = z.infer<typeof deadLetterCodeList>;
export type DeadLetterList = z.infer<typeof deadLetterList>;
export type CollectorStatus = z.infer<typeof collectorStatus>;
export type ApiErrorBody = z.infer<typeof apiError>;

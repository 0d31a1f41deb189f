import { z } from 'zod';

export const auditRecord = z.object({
  sequence: z.number(),
  at: z.number(),
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  reason: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  evidenceDigest: z
    .string()
    .nullable()
    .optional()
    .describe('sha256 of the verdicts and numbers the decision rests on; not there in older records'),
  requestId: z.string().nullable(),
  previousHash: z.string(),
  hash: z.string(),
});

/** `GET /v1/audit?after=&order=oldest|newest&limit=`; `after` takes what the page before gave as `nextCursor`. */
export const auditPage = z.object({ items: z.array(auditRecord), nextCursor: z.string().nullable() });

/** `GET /v1/audit/verify` */
export const auditVerification = z.object({
  ok: z.boolean(),
  records: z.number(),
  head: z.string(),
  problem: z.string().nullable(),
});

export type AuditRecord = z.infer<typeof auditRecord>;
export type AuditPage = z.infer<typeof auditPage>;
export type AuditVerification = z.infer<typeof auditVerification>;

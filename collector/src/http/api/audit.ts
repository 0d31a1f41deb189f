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
  signedHeads: z.number().optional().describe('Signed heads that were checked'),
});

/** `GET /v1/audit/heads`: newest first. Note them where whoever writes the store cannot. */
export const auditHeads = z.object({
  items: z.array(
    z.object({
      schema: z.literal(1),
      sequence: z.number(),
      hash: z.string(),
      at: z.number(),
      keyId: z.string(),
      signature: z.string().describe('Ed25519 over the canonical JSON of the rest, base64'),
    }),
  ),
  publicKey: z.string().nullable().describe('PEM; null: no signing key is configured'),
});

export type AuditRecord = z.infer<typeof auditRecord>;
export type AuditPage = z.infer<typeof auditPage>;
export type AuditHeads = z.infer<typeof auditHeads>;
export type AuditVerification = z.infer<typeof auditVerification>;

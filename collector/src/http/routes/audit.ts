import { z } from 'zod';
import { auditCollection, auditSource, readAudit } from '../../store/audit.ts';
import { readSignedHeads, verifyAnchoredAudit } from '../../store/audit-heads.ts';
import { sortableNumber } from '../../store/port.ts';
import { auditHeads, auditPage, auditVerification } from '../api.ts';
import { defaultPageSize, pageQuery } from '../page.ts';
import { type JsonRoute, jsonRoute } from '../route.ts';

/** Signed heads that a verification looks at, and that are shown. */
const checkedHeads = 10_000;
const shownHeads = 100;

export const auditRoutes: readonly JsonRoute[] = [
  jsonRoute({
    method: 'GET',
    path: '/v1/audit',
    summary: 'Who changed what, when and why',
    access: { kind: 'read' },
    query: z.strictObject({
      after: z
        .string()
        .regex(/^\d{1,15}$/, 'a sequence number')
        .transform(Number)
        .optional()
        .describe('Sequence where the page before ended: what it gave as nextCursor'),
      order: z.enum(['oldest', 'newest']).optional().describe('Which end comes first; default oldest'),
      limit: pageQuery.shape.limit,
    }),
    response: auditPage,
    async handle({ services, query }) {
      const limit = query.limit ?? defaultPageSize;
      const found = await services.store.read(async (transaction) =>
        query.order === 'newest'
          ? (
              await transaction.range(auditCollection, {
                before: query.after === undefined ? undefined : sortableNumber(query.after),
                limit: limit + 1,
                reverse: true,
              })
            ).map(({ value }) => value)
          : readAudit(transaction, query.after ?? 0, limit + 1),
      );
      const items = found.slice(0, limit);
      return { items, nextCursor: found.length > limit ? String(items.at(-1)?.sequence) : null };
    },
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/audit/verify',
    summary: 'Reads the whole log and names the first thing that is wrong with it',
    access: { kind: 'read' },
    response: auditVerification,
    handle: ({ services }) =>
      services.store.read(async (transaction) => {
        const stored = await readSignedHeads(transaction, checkedHeads);
        const key = services.auditKey;
        return verifyAnchoredAudit(await auditSource(transaction), {
          publicKeys: key === null ? [] : [key.publicKey],
          stored,
          noted: [],
        });
      }),
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/audit/heads',
    summary: 'Signed heads of the log, to be noted where whoever writes the store cannot',
    access: { kind: 'read' },
    response: auditHeads,
    async handle({ services }) {
      const items = await services.store.read((transaction) => readSignedHeads(transaction, shownHeads));
      const publicKey = services.auditKey?.publicKey.export({ format: 'pem', type: 'spki' }) ?? null;
      return { items, publicKey: publicKey === null ? null : String(publicKey) };
    },
  }),
];

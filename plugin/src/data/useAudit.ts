import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';
import { listQuery } from './listQuery';

/** How far back the excerpt on a model's page looks, in records of the whole log. */
const recordsRead = 200;
const pageSize = 100;

/** The latest records of the audit log, newest first. */
export function useAudit() {
  return useQuery({ queryKey: ['audit', 'latest'], queryFn: () => collector.audit({ limit: recordsRead }) });
}

/** The whole audit log, newest first, a page at a time. It is read again only when asked: records do not change. */
export function useAuditLog() {
  return useInfiniteQuery({
    ...listQuery(['audit', 'log'], (after) => collector.audit({ limit: pageSize, after })),
    refetchInterval: false,
  });
}

/** Has the collector read its whole log and check every hash. */
export function useAuditVerification() {
  return useMutation({ mutationFn: () => collector.verifyAudit() });
}

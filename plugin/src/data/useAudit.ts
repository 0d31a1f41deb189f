import { useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';

/** How far back the excerpt on a model's page looks, in records of the whole log. */
const recordsRead = 200;

/** The latest records of the audit log, newest first. */
export function useAudit() {
  return useQuery({ queryKey: ['audit'], queryFn: () => collector.audit(recordsRead) });
}

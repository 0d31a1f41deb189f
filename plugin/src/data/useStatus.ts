import { useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';

/** Whether the collector keeps up, and counts of everything that arrived. */
export function useStatus() {
  return useQuery({ queryKey: ['status'], queryFn: () => collector.status() });
}

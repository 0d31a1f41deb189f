import { useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';

/** Who the collector says is looking, and what they may do. */
export function useMe() {
  return useQuery({ queryKey: ['me'], queryFn: () => collector.me() });
}

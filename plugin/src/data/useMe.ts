import { queryOptions, useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => collector.me() });

/** Who the collector says is looking, and what they may do. */
export function useMe() {
  return useQuery(meQuery);
}

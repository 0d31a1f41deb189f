import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';
import { listQuery } from './listQuery';

/** Everybody who is told of what happens, and how that goes. */
export function useWebhooks() {
  return useQuery({ queryKey: ['webhooks', 'list'], queryFn: () => collector.webhooks() });
}

/** Deliveries, newest first. */
export function useDeliveries(filter: { readonly state: string | undefined }) {
  return useInfiniteQuery({
    ...listQuery(['webhooks', 'deliveries', filter], (cursor) => collector.deliveries({ ...filter, cursor })),
    placeholderData: keepPreviousData,
  });
}

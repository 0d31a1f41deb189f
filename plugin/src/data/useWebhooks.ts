import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';

/** Everybody who is told of what happens, and how that goes. */
export function useWebhooks() {
  return useQuery({ queryKey: ['webhooks', 'list'], queryFn: () => collector.webhooks() });
}

export interface DeliveryFilter {
  readonly webhook?: string;
  readonly state?: string;
}

/** Deliveries, newest first. */
export function useDeliveries(filter: DeliveryFilter) {
  return useQuery({
    queryKey: ['webhooks', 'deliveries', filter],
    queryFn: () => collector.deliveries({ limit: 200, ...filter }),
    placeholderData: keepPreviousData,
  });
}

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { collector, type ReportQuery } from '../api/client';
import { modelKeys } from './modelKeys';

/** How right the model has been, from the outcomes that have arrived. */
export function usePerformance(model: string, query: ReportQuery) {
  return useQuery({
    queryKey: modelKeys.performance(model, query),
    queryFn: () => collector.performance(model, query),
    placeholderData: keepPreviousData,
  });
}

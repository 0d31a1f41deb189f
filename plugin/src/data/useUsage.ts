import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { collector, type ReportQuery } from '../api/client';
import { modelKeys } from './modelKeys';

/** What the calls of a language model have taken. */
export function useUsage(model: string, query: ReportQuery) {
  return useQuery({
    queryKey: modelKeys.usage(model, query),
    queryFn: () => collector.usage(model, query),
    placeholderData: keepPreviousData,
  });
}

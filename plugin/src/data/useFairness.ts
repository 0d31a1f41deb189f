import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { collector, type ReportQuery } from '../api/client';
import { modelKeys } from './modelKeys';

/** Rates of every group of people, beside those of the reference group. */
export function useFairness(model: string, query: ReportQuery) {
  return useQuery({
    queryKey: modelKeys.fairness(model, query),
    queryFn: () => collector.fairness(model, query),
    placeholderData: keepPreviousData,
  });
}

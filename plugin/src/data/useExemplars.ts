import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { collector, type ReportQuery } from '../api/client';
import { modelKeys } from './modelKeys';

/** Inferences whose traces are worth a look, window by window. They are kept of the whole model alone. */
export function useExemplars(model: string, { segment: _, ...query }: ReportQuery) {
  return useQuery({
    queryKey: modelKeys.exemplars(model, query),
    queryFn: () => collector.exemplars(model, query),
    placeholderData: keepPreviousData,
  });
}

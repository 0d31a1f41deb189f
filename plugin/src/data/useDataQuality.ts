import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { collector, type ReportQuery } from '../api/client';
import { modelKeys } from './modelKeys';

/** Whether the data still come as complete and as valid as in the reference. */
export function useDataQuality(model: string, query: ReportQuery) {
  return useQuery({
    queryKey: modelKeys.dataQuality(model, query),
    queryFn: () => collector.dataQuality(model, query),
    placeholderData: keepPreviousData,
  });
}

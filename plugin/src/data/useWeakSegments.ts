import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { collector, type ReportQuery } from '../api/client';

/** A search of a week of windows, which only a window that has become final can change: not read with everything else. */
const searchMs = 300_000;

/** In which segments the model is worse than elsewhere. */
export function useWeakSegments(model: string, query: ReportQuery) {
  return useQuery({
    queryKey: ['weak-segments', model, query],
    queryFn: () => collector.weakSegments(model, query),
    placeholderData: keepPreviousData,
    staleTime: searchMs,
    refetchInterval: searchMs,
  });
}

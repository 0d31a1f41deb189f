import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { collector, type ReportQuery } from '../api/client';
import { modelKeys } from './modelKeys';

/** Signals of a model, ranked by how far they have drifted. */
export function useDrift(model: string, query: ReportQuery) {
  return useQuery({
    queryKey: modelKeys.drift(model, query),
    queryFn: () => collector.drift(model, query),
    placeholderData: keepPreviousData,
  });
}

/** Reference against current distribution of one signal. */
export function useDistribution(model: string, signal: string, query: ReportQuery) {
  return useQuery({
    queryKey: modelKeys.distribution(model, signal, query),
    queryFn: () => collector.distribution(model, signal, query),
    // While a later window is read the earlier one stays, but never that of another signal.
    placeholderData: (previous) => (previous?.signal === signal ? previous : undefined),
  });
}

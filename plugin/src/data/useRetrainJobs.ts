import { useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';
import { modelKeys } from './modelKeys';

/** Requests to train the model anew, and what became of them. */
export function useRetrainJobs(model: string) {
  return useQuery({ queryKey: modelKeys.retrainJobs(model), queryFn: () => collector.retrainJobs(model) });
}

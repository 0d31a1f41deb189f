import { useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';
import { modelKeys } from './modelKeys';

/** Requests to train the model anew, and what became of them. */
export function useRetrainJobs(model: string) {
  return useQuery({ queryKey: modelKeys.retrainJobs(model), queryFn: () => collector.retrainJobs({ model }) });
}

/** The latest retrain jobs of the whole fleet. */
export function useFleetRetrainJobs() {
  return useQuery({ queryKey: ['retrain', 'list'], queryFn: () => collector.retrainJobs({ limit: 200 }) });
}

/** Whether the model should be trained anew, and what holds it back. */
export function useRetrainRecommendation(model: string) {
  return useQuery({
    queryKey: modelKeys.retrainRecommendation(model),
    queryFn: () => collector.retrainRecommendation(model),
  });
}

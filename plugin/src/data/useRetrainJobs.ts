import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';
import { listQuery } from './listQuery';
import { modelKeys } from './modelKeys';

/** Requests to train the model anew, and what became of them, the latest first. */
export function useRetrainJobs(model: string) {
  return useInfiniteQuery(
    listQuery(modelKeys.retrainJobs(model), (cursor) => collector.retrainJobs({ model, cursor })),
  );
}

/** Retrain jobs of the whole fleet, the latest first. */
export function useFleetRetrainJobs() {
  return useInfiniteQuery(
    listQuery(['retrain', 'list'], (cursor) => collector.retrainJobs({ limit: fleetPage, cursor })),
  );
}

/** Jobs are searched among those that have been read. */
const fleetPage = 200;

/** Whether the model should be trained anew, and what holds it back. */
export function useRetrainRecommendation(model: string) {
  return useQuery({
    queryKey: modelKeys.retrainRecommendation(model),
    queryFn: () => collector.retrainRecommendation(model),
  });
}

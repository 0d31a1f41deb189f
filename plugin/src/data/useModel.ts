import { queryOptions, useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';
import { modelKeys } from './modelKeys';

export function modelQuery(model: string) {
  return queryOptions({ queryKey: modelKeys.detail(model), queryFn: () => collector.model(model) });
}

/** One model: what is wrong with it, and what changed lately. */
export function useModel(model: string) {
  return useQuery(modelQuery(model));
}

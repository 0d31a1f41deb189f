import { useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';
import { modelKeys } from './modelKeys';

/** One model: what is wrong with it, and what changed lately. */
export function useModel(model: string) {
  return useQuery({ queryKey: modelKeys.detail(model), queryFn: () => collector.model(model) });
}

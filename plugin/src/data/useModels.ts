import { queryOptions, useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';

export const modelsQuery = queryOptions({ queryKey: ['models'], queryFn: () => collector.models() });

/** Every model with its health, versions and traffic. */
export function useModels() {
  return useQuery(modelsQuery);
}

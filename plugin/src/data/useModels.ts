import { useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';

/** Every model with its health, versions and traffic. */
export function useModels() {
  return useQuery({ queryKey: ['models'], queryFn: () => collector.models() });
}

import { useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';
import { modelKeys } from './modelKeys';

/** Versions, how traffic is meant to be split and how it really is, and approvals that wait. */
export function useVersions(model: string) {
  return useQuery({ queryKey: modelKeys.versions(model), queryFn: () => collector.versions(model) });
}

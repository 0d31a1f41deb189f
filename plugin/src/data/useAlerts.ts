import { useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';
import { modelKeys } from './modelKeys';

/** Alerts of a model, open and closed. */
export function useAlerts(model: string) {
  return useQuery({ queryKey: modelKeys.alerts(model), queryFn: () => collector.alerts(model) });
}

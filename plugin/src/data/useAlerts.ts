import { queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';
import { listQuery } from './listQuery';
import { modelKeys } from './modelKeys';

export function alertsQuery(model: string) {
  return queryOptions({
    queryKey: modelKeys.alerts(model),
    queryFn: () => collector.alerts({ model }),
  });
}

/** Alerts of a model, open and closed. */
export function useAlerts(model: string) {
  return useQuery(alertsQuery(model));
}

/** Alerts of the whole fleet, open and closed. */
export function useFleetAlerts() {
  return useQuery({ queryKey: alertKeys.list, queryFn: () => collector.alerts() });
}

/** One alert: what it groups, and who is on it. */
export function useAlert(alert: string) {
  return useQuery({ queryKey: alertKeys.one(alert), queryFn: () => collector.alert(alert) });
}

/** Everything that happened to an alert, newest first. */
export function useAlertHistory(alert: string) {
  return useInfiniteQuery(
    listQuery(alertKeys.history(alert), (cursor) => collector.alertHistory(alert, { limit: 100, cursor })),
  );
}

/** What changed around the model before the alert fired. */
export function useAlertChanges(alert: string) {
  return useQuery({ queryKey: alertKeys.changes(alert), queryFn: () => collector.alertChanges(alert) });
}

/** Silences, the latest end first: those that hold or wait before those that ended. */
export function useSilences() {
  return useInfiniteQuery(
    listQuery(alertKeys.silences, (cursor) => collector.silences({ limit: silencesPage, cursor })),
  );
}

/** Large, because whoever ends a silence looks for it among those that have been read. */
const silencesPage = 200;

const alertKeys = {
  list: ['alerts', 'list'] as const,
  silences: ['alerts', 'silences'] as const,
  one: (alert: string) => ['alerts', 'one', alert] as const,
  history: (alert: string) => ['alerts', 'history', alert] as const,
  changes: (alert: string) => ['alerts', 'changes', alert] as const,
};

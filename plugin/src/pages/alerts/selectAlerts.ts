import type { Alert } from '@plumbline/collector/api';

export type AlertView = 'open' | 'resolved' | 'all';

export interface AlertFilter {
  readonly view: AlertView;
  readonly severity: Alert['severity'] | null;
  /** Part of a model's name, of the sentence or of who is on it. */
  readonly search: string;
}

export function isOpen({ state }: Pick<Alert, 'state'>): boolean {
  return state !== 'resolved';
}

/** What needs somebody first: pages before tickets, nobody's before somebody's, then the latest change. */
export function selectAlerts(alerts: readonly Alert[], { view, severity, search }: AlertFilter): Alert[] {
  const wanted = search.trim().toLowerCase();
  return alerts
    .filter((alert) => view === 'all' || (view === 'open') === isOpen(alert))
    .filter((alert) => severity === null || alert.severity === severity)
    .filter(({ model, sentence, acknowledgement }) =>
      [model, sentence, acknowledgement?.by ?? ''].some((text) => text.toLowerCase().includes(wanted)),
    )
    .toSorted((left, right) => urgency(left) - urgency(right) || right.changedAt - left.changedAt);
}

function urgency(alert: Alert): number {
  if (!isOpen(alert)) {
    return 8;
  }
  const isQuiet = alert.acknowledgement !== null || alert.silence != null || alert.inhibitedBy != null;
  return (isQuiet ? 4 : 0) + (alert.severity === 'page' ? 0 : 2) + (alert.state === 'pending' ? 1 : 0);
}

import type { Alert } from '../alert/index.ts';
import type { NotificationSettings } from '../config/settings.ts';

/** Whom an alert goes to, and how often it is told again. */
export function receiversOf(
  alert: Pick<Alert, 'severity' | 'kind' | 'model'>,
  { notifiers, routes, repeat }: NotificationSettings,
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  if (routes.length === 0) {
    for (const { name, type } of notifiers) {
      // Nobody wants to be woken by a ticket.
      if (type !== 'pagerduty' || alert.severity === 'page') found.set(name, repeat);
    }
    return found;
  }
  for (const route of routes) {
    const matches =
      route.severities.includes(alert.severity) &&
      (route.kinds.length === 0 || route.kinds.includes(alert.kind)) &&
      (route.models.length === 0 || route.models.includes(alert.model));
    if (!matches) continue;
    for (const name of route.notifiers) {
      found.set(name, Math.min(found.get(name) ?? Number.POSITIVE_INFINITY, route.repeat ?? repeat));
    }
  }
  return found;
}

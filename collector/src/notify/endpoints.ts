import type { NotificationSettings, NotifierSettings } from '../config/settings.ts';
import { type Endpoint, webhookEndpoint } from '../webhook/index.ts';
import { alertmanagerEndpoint } from './alertmanager.ts';
import { pagerDutyEndpoint } from './pagerduty.ts';
import { slackEndpoint } from './slack.ts';

/** The notifiers of the settings, as receivers of the one sender that retries, signs and guards. */
export function notifierEndpoints(
  { notifiers }: NotificationSettings,
  options: { readonly source: string },
): Endpoint[] {
  return notifiers.map((notifier) => endpointOf(notifier, options));
}

function endpointOf(notifier: NotifierSettings, options: { readonly source: string }): Endpoint {
  switch (notifier.type) {
    case 'webhook':
      return webhookEndpoint(notifier, options);
    case 'pagerduty':
      return pagerDutyEndpoint(notifier);
    case 'alertmanager':
      return alertmanagerEndpoint(notifier);
    case 'slack':
      return slackEndpoint(notifier);
  }
}

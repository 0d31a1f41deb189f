import { z } from 'zod';
import { durationMs, name } from './scalars.ts';

const reach = { allowPrivateAddresses: z.boolean().default(false), allowHttp: z.boolean().default(false) };

export const notifierSettings = z.discriminatedUnion('type', [
  z
    .strictObject({ name, type: z.literal('webhook'), url: z.string().url(), secret: z.string().min(8), ...reach })
    .describe('Standard Webhooks'),
  z
    .strictObject({
      name,
      type: z.literal('pagerduty'),
      routingKey: z.string().regex(/^[\x21-\x7e]{8,64}$/, 'the integration key of an Events API v2 integration'),
      url: z.string().url().default('https://events.pagerduty.com/v2/enqueue'),
      ...reach,
    })
    .describe('PagerDuty Events API v2'),
  z
    .strictObject({
      name,
      type: z.literal('alertmanager'),
      url: z.string().url().describe('Of the Alertmanager, without /api/v2/alerts'),
      token: z.string().min(1).optional().describe('Bearer token'),
      resend: durationMs
        .prefault('1m')
        .describe('Told again this often; an alert that is not ends after four times this'),
      ...reach,
    })
    .describe('Alertmanager API v2'),
  z
    .strictObject({ name, type: z.literal('slack'), url: z.string().url(), ...reach })
    .describe('Slack incoming webhook, or a chat that takes the same; the URL is a secret: `env:NAME`'),
]);

const alertKinds = z.enum(['drift', 'performance', 'fairness', 'data_quality', 'traffic']);

export const routeSettings = z.strictObject({
  severities: z.array(z.enum(['page', 'ticket'])).default(['page', 'ticket']),
  kinds: z.array(alertKinds).default([]).describe('None: all'),
  models: z.array(name).default([]).describe('None: all'),
  notifiers: z.array(name).min(1),
  repeat: durationMs.optional().describe('Default: that of notifications'),
});

export const notificationSettings = z.strictObject({
  groupInterval: durationMs
    .prefault('5m')
    .describe('Time between two notifications about one model; the first page does not wait'),
  repeat: durationMs.prefault('4h').describe('Told again while nobody has acknowledged it'),
  link: z.string().url().optional().describe("Of the app in Grafana; default: below Grafana's own address"),
  notifiers: z.array(notifierSettings).default([]),
  routes: z
    .array(routeSettings)
    .default([])
    .describe('Every route that matches counts. None: everything goes to every notifier, but only pages to PagerDuty'),
});

export type NotifierSettings = z.infer<typeof notifierSettings>;
export type RouteSettings = z.infer<typeof routeSettings>;
export type NotificationSettings = z.infer<typeof notificationSettings>;

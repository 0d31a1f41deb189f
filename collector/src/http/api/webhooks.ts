import { z } from 'zod';

export const deliveryState = z.enum(['pending', 'delivered', 'dead']);

export const delivery = z.object({
  id: z.string().describe('Grows with time'),
  webhook: z.string().describe('Name of the webhook or notifier'),
  event: z.string(),
  type: z.string(),
  subject: z.string(),
  state: deliveryState,
  attempts: z.array(
    z.object({
      at: z.number(),
      status: z.number().nullable(),
      error: z.string().nullable(),
      durationMs: z.number(),
      peer: z
        .string()
        .nullable()
        .describe('What kind of address answered: `unicast` is public; `private`, `loopback`, `linkLocal`, ...'),
      answer: z.string().nullable().describe('Beginning of what a refusal said, without secrets'),
    }),
  ),
  nextAttemptAt: z.number().nullable(),
  createdAt: z.number(),
  revision: z.number(),
});

/** `GET /v1/deliveries?webhook=&state=&cursor=&limit=`, newest first; one: `GET /v1/deliveries/:delivery` */
export const deliveryList = z.object({ items: z.array(delivery), nextCursor: z.string().nullable() });

/** Somebody who is told: a webhook or a notifier of the settings. Never its path, its key or its secret. */
export const webhook = z.object({
  name: z.string(),
  kind: z.enum(['webhook', 'pagerduty', 'alertmanager', 'slack']),
  role: z.enum(['events', 'notifications']).describe('Every event of the types it asks for, or alerts for people'),
  origin: z.string().describe('Scheme, host and port'),
  events: z.array(z.string()).describe('Event types; of notifiers none'),
  secrets: z.number().describe('Keys it signs with: 2 while one is being replaced'),
  state: z
    .enum(['ok', 'failing', 'open', 'disabled'])
    .describe('`open`: its circuit breaker waits before the next try'),
  failures: z.number().describe('In a row'),
  lastSuccessAt: z.number().nullable(),
  lastFailureAt: z.number().nullable(),
  lastError: z.string().nullable(),
  openUntil: z.number().nullable(),
  disabledReason: z.string().nullable().describe('A test that succeeds enables it again'),
  pending: z.number(),
  dead: z.number(),
  revision: z.number(),
});

/** `GET /v1/webhooks` */
export const webhookList = z.object({
  items: z.array(webhook),
  inbound: z
    .array(
      z.object({
        name: z.string(),
        scheme: z.enum(['standard', 'mlflow', 'grafana', 'wandb', 'bearer']),
        model: z.string().nullable(),
        accepted: z.number(),
        refused: z.number(),
        lastAt: z.number().nullable(),
        lastText: z.string().nullable(),
      }),
    )
    .describe('Who may tell this collector something: `POST /v1/hooks/:hook`'),
});

/** Answer of `POST /v1/hooks/:hook` */
export const hookAccepted = z.object({
  accepted: z.number().describe('Things that were recorded or registered'),
  repeated: z.boolean().describe('It came before: nothing was done'),
  texts: z.array(z.string()),
});

export type Delivery = z.infer<typeof delivery>;
export type DeliveryList = z.infer<typeof deliveryList>;
export type Webhook = z.infer<typeof webhook>;
export type WebhookList = z.infer<typeof webhookList>;

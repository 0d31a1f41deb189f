import { z } from 'zod';
import { name } from './scalars.ts';

/** Where signed events go. */
export const webhookSettings = z.strictObject({
  name,
  url: z.string().url(),
  secret: z.string().min(8).describe('`whsec_<base64>` of 24-64 random bytes, or `env:NAME`'),
  events: z
    .array(z.string())
    .default(['model.retrain.requested'])
    .describe('Event types, `*` at the end matches a prefix'),
  previousSecret: z
    .string()
    .min(8)
    .optional()
    .describe('While the secret is being replaced: signed with both, until receivers know the new one'),
  allowPrivateAddresses: z.boolean().default(false),
  allowHttp: z.boolean().default(false).describe('Without TLS; allowed anyway where private addresses are'),
});

/** Who may tell this collector something from outside: POST /v1/hooks/<name>. */
export const hookSettings = z.strictObject({
  name: name.regex(/^[\w.-]+$/, 'letters, digits, ., _ and -'),
  scheme: z.enum(['standard', 'mlflow', 'grafana', 'wandb', 'bearer']).describe('How a request proves who sent it'),
  secret: z.string().min(8),
  model: name.optional().describe('What it may speak about; default: any model'),
});

export type WebhookSettings = z.infer<typeof webhookSettings>;
export type HookSettings = z.infer<typeof hookSettings>;

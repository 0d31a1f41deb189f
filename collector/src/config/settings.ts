import { z } from 'zod';
import { collectorSettings } from './collector.ts';
import { modelSettings } from './model.ts';
import { notificationSettings } from './notifications.ts';
import { hookSettings, webhookSettings } from './webhooks.ts';

export * from './collector.ts';
export * from './groups.ts';
export * from './identity.ts';
export * from './model.ts';
export * from './notifications.ts';
export * from './retrain.ts';
export * from './rollout.ts';
export { durationMs } from './scalars.ts';
export * from './webhooks.ts';

export const budgetSettings = z.strictObject({
  mode: z.enum(['calendar', 'lifetime']).default('calendar'),
  hours: z
    .number()
    .positive()
    .default(720)
    .describe('Calendar mode: at most one false page in this many hours of event time, over everything'),
  alpha: z.number().gt(0).lt(1).default(0.05).describe("Lifetime mode: chance of any false alarm in a version's life"),
});

/**
 * `plumbline.yaml`: one schema validates the file, types it and is published as JSON Schema for editors.
 * Everything but the model's name has a default that a sensible person would choose.
 */
export const plumblineSettings = z.strictObject({
  collector: collectorSettings.prefault({}),
  budget: budgetSettings.prefault({}),
  models: z.array(modelSettings).default([]),
  webhooks: z.array(webhookSettings).default([]),
  notifications: notificationSettings.prefault({}),
  hooks: z.array(hookSettings).default([]).describe('Who may tell this collector something: POST /v1/hooks/<name>'),
});

export type BudgetSettings = z.infer<typeof budgetSettings>;
export type PlumblineSettings = z.infer<typeof plumblineSettings>;
/** What may be written in the file: everything with a default may be left out. */
export type PlumblineSettingsInput = z.input<typeof plumblineSettings>;

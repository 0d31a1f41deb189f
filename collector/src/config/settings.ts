import { z } from 'zod';

/**
 * `plumbline.yaml`: one schema validates the file, types it and is published as JSON Schema for editors.
 * Everything but the model's name has a default that a sensible person would choose.
 */

const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `"90s"`, `"1h"`, `"7d"` -> milliseconds. */
export const durationMs = z
  .string()
  .regex(durationPattern, 'a duration is a number and a unit: 500ms, 30s, 5m, 1h, 7d')
  .transform((text) => {
    const [, amount, unit] = durationPattern.exec(text) ?? [];
    // The pattern above admits only the keys of `unitMs`.
    return Number(amount) * unitMs[unit as keyof typeof unitMs];
  });

const share = z.number().min(0).max(1);
const name = z.string().min(1).max(128);
/** A model's name is a part of the API's paths, where proxies read these characters in their own ways. */
const modelName = name.regex(
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused; \p{Cc} is not in JSON Schema.
  /^(?!\.{1,2}$)[^/\\%?#\u0000-\u001f\u007f]+$/,
  'a model name may not hold / \\ % ? # or control characters',
);

export const featureSettings = z.strictObject({
  name,
  type: z.enum(['number', 'category']),
});

/** A sensitive attribute, or of an intersection what meets in it and the name that it then has. */
interface DeclaredGroup {
  readonly attribute: string;
  readonly attributes?: readonly string[] | undefined;
  readonly conditionOn?: string | undefined;
}

export const groupSettings = z
  .strictObject({
    attribute: z
      .union([name, z.array(name).min(2).max(3)])
      .describe(
        'Sensitive attribute, as recorded in the groups of an inference; or a list of two or three: people by all of ' +
          'them together, named `race & sex` with groups like `Asian & female`',
      ),
    reference: z.string().optional().describe('Group the others are compared with; default: the largest one'),
    conditionOn: name
      .optional()
      .describe('Feature by which people are taken to be alike, for the conditional demographic disparity'),
  })
  .transform(({ attribute, ...group }): DeclaredGroup & { readonly reference?: string | undefined } =>
    typeof attribute === 'string'
      ? { attribute, ...group }
      : { attribute: attribute.join(' & '), attributes: attribute, ...group },
  );

export const referenceSettings = z.union([
  z.strictObject({ rows: z.int().min(200).default(5_000) }).describe('The first rows a version serves'),
  z.strictObject({ file: z.string().min(1) }).describe('A profile written by `plumbline profile`'),
]);

export const toleranceSettings = z.strictObject({
  standardDeviations: z.number().min(0).default(0.05).describe('Location and spread: part of their standard deviation'),
  relativeShare: z.number().min(0).default(0.1).describe('Shares: relative to the reference share'),
  errorRate: share.default(0.01).describe('Error rate: percentage points, as a share'),
  fairnessGap: share.default(0.05),
});

export const retrainSettings = z.strictObject({
  on: z
    .array(z.enum(['drift', 'performance', 'fairness']))
    .default([])
    .describe('Alert kinds that ask for a retrain; none by default'),
  approval: z.enum(['required', 'automatic']).default('required'),
  consecutiveWindows: z.int().min(1).default(3),
  minimumLabelledRows: z.int().min(0).default(1_000),
  cooldown: durationMs.prefault('24h'),
  dailyCap: z.int().min(1).default(2),
  timeout: durationMs.prefault('24h'),
});

export const gateSettings = z.strictObject({
  offlineMargin: share
    .default(0.01)
    .describe('Candidate may be worse than the champion by this much, on the same rows'),
  worstGroupMargin: share.default(0.03),
  shadowRows: z.int().min(1).default(500),
  shadowDisagreement: share.default(0.25).describe('Largest share of rows on which shadow and champion may disagree'),
  canaryRows: z.int().min(1).default(500),
  canaryErrorMargin: share
    .default(0.01)
    .describe('Rolled back when its error rate is surely above that of the champion by more than this share of rows'),
  canaryPass: z
    .enum(['no_harm_seen', 'proven'])
    .default('no_harm_seen')
    .describe('A step passes after enough rows without harm, or only once it is proven that the margin is kept'),
  latencyRatio: z.number().min(1).default(1.5),
});

export const rolloutSettings = z.strictObject({
  canarySteps: z.array(z.int().min(1).max(10_000)).default([1_000, 5_000]).describe('Basis points of each canary step'),
  autoAdvance: z.boolean().default(true).describe('Raise the canary step when every gate passes'),
  autoRollBack: z.boolean().default(true),
  approvals: z.int().min(0).max(5).default(2).describe('People it takes to promote, the requester included'),
  gates: gateSettings.prefault({}),
});

export const modelSettings = z.strictObject({
  name: modelName,
  environment: name.default('production'),
  task: z
    .enum(['binary_classification', 'multiclass_classification', 'regression', 'ranking'])
    .default('binary_classification'),
  positive: z.string().optional().describe('Positive class: the label that counts as an event'),
  favourable: z
    .string()
    .optional()
    .describe('Prediction that is good for the person it is about; default: the positive class'),
  features: z.array(featureSettings).default([]).describe('Undeclared features are inferred from the first events'),
  groups: z.array(groupSettings).default([]),
  window: durationMs.prefault('1h'),
  lateness: durationMs.prefault('5m').describe('How long a window waits for stragglers, in event time'),
  outcomeDelay: durationMs.prefault('1d').describe('99 % of outcomes arrive within this'),
  outcomeHorizon: durationMs.prefault('30d').describe('Outcomes later than this are refused'),
  reference: referenceSettings.prefault({}),
  tolerance: toleranceSettings.prefault({}),
  minimumGroupRows: z.int().min(1).default(30),
  retrain: retrainSettings.prefault({}),
  rollout: rolloutSettings.prefault({}),
  owner: z.string().default(''),
  runbook: z.string().default(''),
});

export const budgetSettings = z.strictObject({
  mode: z.enum(['calendar', 'lifetime']).default('calendar'),
  hours: z
    .number()
    .positive()
    .default(720)
    .describe('Calendar mode: at most one false page in this many hours of event time, over everything'),
  alpha: z.number().gt(0).lt(1).default(0.05).describe("Lifetime mode: chance of any false alarm in a version's life"),
});

export const roles = ['viewer', 'operator', 'approver'] as const;

export const tokenSettings = z.strictObject({
  name,
  /** `env:NAME` reads it from the environment. */
  secret: z
    .string()
    .min(8)
    .max(4_096)
    .regex(/^[\x21-\x7e]+$/, 'a token is made of visible ASCII characters, without spaces'),
  scopes: z.array(z.enum(['read', 'control', 'versions:register', 'artefacts:write', 'events:write', 'proxy'])).min(1),
});

export const identitySettings = z.strictObject({
  tokens: z
    .array(tokenSettings)
    .default([])
    .describe("Machines. `proxy` marks Grafana's own token: people behind it are told apart by their ID token"),
  grafana: z
    .strictObject({
      issuer: z.string().url(),
      keysUrl: z.string().url(),
      organisation: z.int().default(1),
      roles: z
        .record(z.string(), z.enum(roles))
        .default({})
        .describe('Role by token subject (`user:<uid>`); else by the role claim: Viewer, Editor, Admin'),
    })
    .optional(),
  insecureLocal: z
    .boolean()
    .default(false)
    .describe('Everybody on loopback is an approver. For trying things out only; refused on any other address'),
});

export const webhookSettings = z.strictObject({
  name,
  url: z.string().url(),
  secret: z.string().min(8).describe('`whsec_<base64>` of 24-64 random bytes, or `env:NAME`'),
  events: z
    .array(z.string())
    .default(['model.retrain.requested'])
    .describe('Event types, `*` at the end matches a prefix'),
  allowPrivateAddresses: z.boolean().default(false),
});

const storeForms = 'the store is postgres://user:password@host:5432/database, or { sqlite: a file }';
/** Where everything durable is. Parsed, it is always one of the two objects. */
export const storeSettings = z.union(
  [
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, storeForms)
      .transform((url) => ({ postgres: url })),
    z.strictObject({
      postgres: z
        .string()
        .regex(/^(postgres(ql)?:\/\/|env:)/)
        .describe('postgres://user:password@host:5432/database, shared by any number of collectors'),
    }),
    z.strictObject({ sqlite: z.string().default('.plumbline/collector.sqlite').describe('A file, for one collector') }),
  ],
  { error: storeForms },
);

export const collectorSettings = z.strictObject({
  http: z
    .strictObject({ host: z.string().default('127.0.0.1'), port: z.int().min(0).max(65_535).default(4318) })
    .prefault({}),
  publicUrl: z.string().url().optional().describe('Where callbacks reach this collector'),
  nats: z
    .strictObject({
      url: z.string().default('nats://127.0.0.1:4222').describe('`env:NAME` reads it from the environment'),
      user: z.string().optional(),
      password: z.string().optional(),
      inboxPrefix: z.string().default('_INBOX_collector'),
      partitions: z.int().min(1).max(256).default(16),
      maximumBytes: z
        .int()
        .min(1_048_576)
        .default(1_073_741_824)
        .describe('Size of the stream; when full, publishers are told'),
      maximumAge: durationMs.prefault('7d'),
    })
    .prefault({}),
  store: storeSettings.prefault({ sqlite: '.plumbline/collector.sqlite' }),
  artefacts: z
    .string()
    .default('.plumbline/artefacts')
    .describe('Folder of model artefacts and evaluation data, by digest'),
  commitEvery: durationMs.prefault('500ms'),
  identity: identitySettings.prefault({}),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

export const plumblineSettings = z.strictObject({
  collector: collectorSettings.prefault({}),
  budget: budgetSettings.prefault({}),
  models: z.array(modelSettings).default([]),
  webhooks: z.array(webhookSettings).default([]),
});

export type GroupSettings = z.infer<typeof groupSettings>;
export type FeatureSettings = z.infer<typeof featureSettings>;
export type ModelSettings = z.infer<typeof modelSettings>;
export type BudgetSettings = z.infer<typeof budgetSettings>;
export type RolloutSettings = z.infer<typeof rolloutSettings>;
export type RetrainSettings = z.infer<typeof retrainSettings>;
export type GateSettings = z.infer<typeof gateSettings>;
export type IdentitySettings = z.infer<typeof identitySettings>;
export type WebhookSettings = z.infer<typeof webhookSettings>;
export type CollectorSettings = z.infer<typeof collectorSettings>;
export type PlumblineSettings = z.infer<typeof plumblineSettings>;
/** What may be written in the file: everything with a default may be left out. */
export type PlumblineSettingsInput = z.input<typeof plumblineSettings>;
export type Role = (typeof roles)[number];

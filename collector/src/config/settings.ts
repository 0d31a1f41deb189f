import { z } from 'zod';
import { priceSettings } from './prices.ts';
import { segmentSettings } from './segments.ts';

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
  type: z
    .enum(['number', 'category', 'timestamp'])
    .describe('A timestamp (milliseconds since 1970 UTC, or ISO 8601 text) is watched by its hour of the day'),
});

/** A sensitive attribute; of an intersection what meets in it, and the name that it then has. */
interface NamedGroup {
  readonly attribute: string;
  readonly attributes?: readonly string[] | undefined;
  readonly reference?: string | undefined;
  readonly conditionOn?: string | undefined;
}

const declaredGroup = z.strictObject({
  attribute: z
    .union([name, z.array(name).min(2).max(3)])
    .describe(
      'Sensitive attribute, as recorded in the groups of an inference; or a list of two or three: people by all of ' +
        'them together, named `race & sex` with groups like `Asian & female`',
    ),
  // YAML reads `0` and `true` as a number and a boolean.
  reference: z
    .union([z.string(), z.number(), z.boolean()])
    .transform(String)
    .optional()
    .describe('Group the others are compared with; default: the largest one'),
  conditionOn: name
    .optional()
    .describe('Feature by which people are taken to be alike, for the conditional demographic disparity'),
});

export const groupSettings = declaredGroup.transform(
  ({ attribute, ...group }): NamedGroup =>
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
  fairnessGap: share.default(0.05).describe('How far a group may fall behind, as a share of people'),
  fairnessGapOver: z
    .enum(['reference', 'parity'])
    .default('reference')
    .describe('Behind what: the gap that the reference had, or no gap at all'),
});

export const retrainSettings = z.strictObject({
  on: z
    .array(z.enum(['drift', 'performance', 'fairness']))
    .default([])
    .describe('Alert kinds that ask for a retrain; none by default'),
  schedule: durationMs.optional().describe('Asks for a retrain when the last one, or the champion, is older than this'),
  approval: z.enum(['required', 'automatic']).default('required'),
  approvalExpires: durationMs.prefault('3d').describe('What nobody approved by then is cancelled'),
  consecutiveWindows: z.int().min(1).default(3),
  minimumLabelledRows: z.int().min(0).default(1_000),
  minimumRowsPerClass: z.int().min(0).default(50).describe('Labelled rows of each class'),
  minimumRowsPerGroup: z.int().min(0).default(30).describe('Labelled rows of each group of each sensitive attribute'),
  principal: name.optional().describe('Category feature or sensitive attribute that says who sent a row'),
  maximumPrincipalShare: share.default(0.5).describe('Rows of one principal may be this much of what would be learned'),
  cooldown: durationMs.prefault('24h'),
  dailyCap: z.int().min(1).default(2),
  timeout: durationMs.prefault('24h').describe('A trainer that says nothing for this long is given up'),
  deadline: durationMs.prefault('7d').describe('A job that takes longer is given up, whatever the trainer says'),
  outcomeWindows: z
    .int()
    .min(1)
    .default(24)
    .describe('A retrain helped when its version has served this many windows without the same alarm'),
});

export const alertSettings = z.strictObject({
  alarmsToFire: z
    .int()
    .min(1)
    .max(10)
    .default(1)
    .describe('Alarms it takes until an alert fires: what `for` is to threshold rules'),
  pendingLevel: share.default(0.5).describe('Evidence from here on is shown, as a share of the alarm level'),
  quietLevel: share.default(0.4).describe('Evidence below this is quiet'),
  recoverAfterWindows: z.int().min(1).default(3).describe('Quiet windows in a row until it is recovering'),
  resolveAfterWindows: z
    .int()
    .min(1)
    .default(6)
    .describe('Quiet windows in a row until it is resolved; more when evidence took long to gather'),
  acknowledgedFor: durationMs.prefault('4h').describe('How long an acknowledgement lasts when nobody says how long'),
  noDataAfter: durationMs.prefault('3h').describe('A model that sent rows and then none for this long sends no data'),
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
  latencyRatio: z.number().min(1).default(1.5).describe("Of the champion's 95th percentile at the same time"),
  scoreMargin: share
    .default(0.25)
    .describe('Largest distance between the score distributions of canary and champion (Kolmogorov-Smirnov)'),
  splitTolerance: share.default(0.1).describe('Observed may differ from desired share of traffic by this part of it'),
  groupLossLimit: z
    .number()
    .positive()
    .optional()
    .describe("Largest mean loss a group may have on held-out rows: error rate, or absolute error in the label's unit"),
  calibrationMargin: share.default(0.02).describe('Calibration error may be larger than the champion has by this much'),
  skip: z
    .array(
      z.enum([
        'canary_error_rate',
        'canary_absolute_error',
        'canary_fairness',
        'inference_error_rate',
        'latency_ratio',
        'score_distribution',
        'observed_split',
        'freshness',
        'shadow_divergence',
      ]),
    )
    .default([])
    .describe('Gates that do not count for this model. With all of them skipped no canary starts'),
});

const weekday = z.enum(['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']);
const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time of the day in UTC: 18:30');

export const freezeSettings = z.union([
  z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime(), reason: z.string().default('') }),
  z
    .strictObject({
      days: z.array(weekday).min(1),
      from: timeOfDay.default('00:00'),
      to: timeOfDay.default('24:00'),
      reason: z.string().default(''),
    })
    .describe('Every week, in UTC'),
]);

export const rolloutSettings = z.strictObject({
  canarySteps: z.array(z.int().min(1).max(10_000)).default([1_000, 5_000]).describe('Basis points of each canary step'),
  autoAdvance: z.boolean().default(true).describe('Raise the canary step when every gate passes'),
  autoRollBack: z.boolean().default(true),
  approvals: z.int().min(0).max(5).default(2).describe('People it takes to promote, the requester included'),
  newVersion: z
    .enum(['refuse', 'supersede', 'queue'])
    .default('refuse')
    .describe(
      'A version that starts while another is on its way: refused, in its place from its first step, or after it',
    ),
  freeze: z
    .array(freezeSettings)
    .default([])
    .describe('When no version gets traffic. Going back is always allowed; an emergency (break glass) overrides it'),
  watchAfterPromotion: durationMs
    .prefault('1d')
    .describe('How long guards hold a new champion to what its predecessor did, and take it back by themselves'),
  rollBackWindow: durationMs.prefault('30d').describe('Former champions older than this retire; the latest one stays'),
  breakGlassLimit: durationMs.prefault('1h').describe('Longest emergency in which one person acts alone'),
  gates: gateSettings.prefault({}),
});

export const spanSettings = z
  .strictObject({
    calls: z.array(name).default([]).describe('Names of the model that was asked for or that answered; none: any'),
    services: z.array(name).default([]).describe('service.name of the apps; none: any'),
  })
  .describe(
    'Which model calls in OTLP traces are inferences of this model; default: those of a model of its very name',
  );

export const retentionSettings = z
  .strictObject({
    minutes: durationMs.prefault('14d').describe('Windows shorter than an hour'),
    hours: durationMs.prefault('90d').describe('Windows from an hour on, hours, and findings'),
    days: durationMs.prefault('1095d').describe('Days'),
  })
  .describe(
    'How long windows are kept by themselves, in event time; before that they live on in sums of hours and days',
  );

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
  quantile: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('Regression: which quantile of the label the model predicts, for the pinball loss'),
  features: z.array(featureSettings).default([]).describe('Undeclared features are inferred from the first events'),
  spans: spanSettings.prefault({}),
  groups: z.array(groupSettings).default([]),
  segments: segmentSettings
    .prefault({})
    .describe(
      'Slices of the traffic that are watched by themselves: category feature or attribute, and those of its values that ' +
        'shall have a segment, `{ channel: [web, app] }`; all others together are the segment `other`',
    ),
  window: durationMs.prefault('1h'),
  lateness: durationMs.prefault('5m').describe('How long a window waits for stragglers, in event time'),
  outcomeDelay: durationMs.prefault('1d').describe('99 % of outcomes arrive within this'),
  outcomeHorizon: durationMs.prefault('30d').describe('Outcomes later than this are refused'),
  reference: referenceSettings.prefault({}),
  retention: retentionSettings.prefault({}),
  tolerance: toleranceSettings.prefault({}),
  minimumGroupRows: z.int().min(1).default(30),
  arrivals: z
    .enum(['shown', 'watched'])
    .default('shown')
    .describe('watched: alarms when far fewer or more rows come than at first, or later; canaries change that too'),
  ratings: z
    .array(z.enum(['feedback', 'evaluation']))
    .default([])
    .describe('Outcomes that rate answers and shall alarm when they get worse; others are reported only'),
  prices: z
    .record(z.string().min(1).max(128), priceSettings)
    .default({})
    .describe(
      'US dollars for a million tokens, by the id of the language model: what calls cost whose app does not say so, ' +
        '`{ gpt-4o-mini: { input: 0.15, cachedInput: 0.075, output: 0.6 } }`',
    ),
  auditPeriod: durationMs
    .prefault('7d')
    .describe('A group of which fewer than minimumGroupRows decisions or outcomes come in this time cannot be audited'),
  sampledRows: z
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .describe('Rows of each window whose values are kept, for explanations; raw values of features are then stored'),
  criticality: z
    .enum(['normal', 'high'])
    .default('normal')
    .describe('high: wrong or unfair decisions page by themselves, not only together with drift'),
  alerts: alertSettings.prefault({}),
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

const tokenSecret = z
  .string()
  .min(8)
  .max(4_096)
  .regex(/^[\x21-\x7e]+$/, 'a token is made of visible ASCII characters, without spaces');
const tokenDigest = z.string().regex(/^[0-9a-f]{64}$/, 'the SHA-256 of a token is 64 hex digits');

export const tokenSettings = z.strictObject({
  name,
  secret: tokenSecret.optional().describe('The token itself, `env:NAME`; or its `sha256`'),
  sha256: tokenDigest
    .optional()
    .describe('Of the token, in hex, so that this file holds no secret: `printf %s "$TOKEN" | sha256sum`'),
  expires: z.iso.datetime().optional().describe('Refused from then on'),
  previous: z
    .strictObject({ secret: tokenSecret.optional(), sha256: tokenDigest.optional(), until: z.iso.datetime() })
    .optional()
    .describe('While a token is being replaced: the old one is good until then'),
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
  previousSecret: z
    .string()
    .min(8)
    .optional()
    .describe('While the secret is being replaced: signed with both, until receivers know the new one'),
  allowPrivateAddresses: z.boolean().default(false),
  allowHttp: z.boolean().default(false).describe('Without TLS; allowed anyway where private addresses are'),
});

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

export const hookSettings = z.strictObject({
  name: name.regex(/^[\w.-]+$/, 'letters, digits, ., _ and -'),
  scheme: z.enum(['standard', 'mlflow', 'grafana', 'wandb', 'bearer']).describe('How a request proves who sent it'),
  secret: z.string().min(8),
  model: name.optional().describe('What it may speak about; default: any model'),
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

export const auditSettings = z.strictObject({
  signingKey: z
    .string()
    .optional()
    .describe('Ed25519 private key that signs heads of the audit log, `env:NAME`; made by `plumbline audit key`'),
  checkpointEvery: durationMs.prefault('1h').describe('A signed head leaves as the event `audit.checkpoint`'),
  checkpointRecords: z.int().min(1).default(1_000).describe('Or after as many records'),
});

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
  clockSkew: durationMs
    .prefault('1m')
    .describe("Events dated further than this after the broker stored them count at the broker's time"),
  identity: identitySettings.prefault({}),
  audit: auditSettings.prefault({}),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

export const plumblineSettings = z.strictObject({
  collector: collectorSettings.prefault({}),
  budget: budgetSettings.prefault({}),
  models: z.array(modelSettings).default([]),
  webhooks: z.array(webhookSettings).default([]),
  notifications: notificationSettings.prefault({}),
  hooks: z.array(hookSettings).default([]).describe('Who may tell this collector something: POST /v1/hooks/<name>'),
});

export type GroupSettings = z.output<typeof groupSettings>;
export type FeatureSettings = z.infer<typeof featureSettings>;
export type ModelSettings = z.infer<typeof modelSettings>;
export type BudgetSettings = z.infer<typeof budgetSettings>;
export type RolloutSettings = z.infer<typeof rolloutSettings>;
export type RetrainSettings = z.infer<typeof retrainSettings>;
export type FreezeSettings = z.infer<typeof freezeSettings>;
export type GateSettings = z.infer<typeof gateSettings>;
export type IdentitySettings = z.infer<typeof identitySettings>;
export type WebhookSettings = z.infer<typeof webhookSettings>;
export type AlertSettings = z.infer<typeof alertSettings>;
export type NotifierSettings = z.infer<typeof notifierSettings>;
export type RouteSettings = z.infer<typeof routeSettings>;
export type NotificationSettings = z.infer<typeof notificationSettings>;
export type HookSettings = z.infer<typeof hookSettings>;
export type CollectorSettings = z.infer<typeof collectorSettings>;
export type PlumblineSettings = z.infer<typeof plumblineSettings>;
/** What may be written in the file: everything with a default may be left out. */
export type PlumblineSettingsInput = z.input<typeof plumblineSettings>;
export type Role = (typeof roles)[number];

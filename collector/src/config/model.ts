import { z } from 'zod';
import { groupSettings } from './groups.ts';
import { priceSettings } from './prices.ts';
import { retrainSettings } from './retrain.ts';
import { rolloutSettings } from './rollout.ts';
import { durationMs, modelName, name, share } from './scalars.ts';
import { segmentSettings } from './segments.ts';

export const featureSettings = z.strictObject({
  name,
  type: z
    .enum(['number', 'category', 'timestamp'])
    .describe('A timestamp (milliseconds since 1970 UTC, or ISO 8601 text) is watched by its hour of the day'),
});

export const referenceSettings = z.union([
  z.strictObject({ rows: z.int().min(200).default(5_000) }).describe('The first rows a version serves'),
  z.strictObject({ file: z.string().min(1) }).describe('A profile written by `plumbline profile`'),
]);

export const toleranceSettings = z.strictObject({
  standardDeviations: z
    .number()
    .min(0)
    .default(0.05)
    .describe('Location, spread, and calibration of scores: part of their standard deviation'),
  relativeShare: z
    .number()
    .min(0)
    .default(0.1)
    .describe('Shares, also of pairs of scores in the wrong order: relative to the reference share'),
  errorRate: share.default(0.01).describe('Error rate: percentage points, as a share'),
  fairnessGap: share.default(0.05).describe('How far a group may fall behind, as a share of people'),
  fairnessGapOver: z
    .enum(['reference', 'parity'])
    .default('reference')
    .describe('Behind what: the gap that the reference had, or no gap at all'),
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
    .describe(
      'Regression: which quantile of the label the model predicts: for the pinball loss, and watched for being one',
    ),
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
  labels: z
    .strictObject({
      rate: z.number().gt(0).max(1).describe('The share of predictions that get a label, drawn at random'),
    })
    .optional()
    .describe(
      'Two classes with scores: outcomes come for a random sample of predictions only, and what scores say of the others ' +
        'helps to see an error rate rise. Not where it depends on the prediction, the score or the answer who gets one',
    ),
  calibration: z
    .enum(['shown', 'watched'])
    .optional()
    .describe(
      'watched: alarms when scores come true, or labels lie above a predicted quantile, more or less often than they did. ' +
        'When a label comes must not depend on what it says. Default: watched where outcomes arrive within a window',
    ),
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

export type FeatureSettings = z.infer<typeof featureSettings>;
export type AlertSettings = z.infer<typeof alertSettings>;
export type ModelSettings = z.infer<typeof modelSettings>;

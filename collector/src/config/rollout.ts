import { z } from 'zod';
import { durationMs, share } from './scalars.ts';

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

export type GateSettings = z.infer<typeof gateSettings>;
export type FreezeSettings = z.infer<typeof freezeSettings>;
export type RolloutSettings = z.infer<typeof rolloutSettings>;

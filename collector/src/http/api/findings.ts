import { z } from 'zod';

export const estimate = z.object({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: z.number(),
  binError: z.number().optional().describe('What binning may hide: the value of the rows lies within this of `value`'),
  suppressed: z.string().optional(),
});

export const evidence = z.object({
  log: z.number(),
  alarmLog: z.number(),
  level: z.number(),
  alarm: z.boolean(),
  leading: z.object({ score: z.string(), direction: z.enum(['up', 'down']) }).nullable(),
  certificate: z
    .object({
      observedMean: z.number().nullable(),
      observedEvents: z.number(),
      referenceMean: z.number().nullable(),
      referenceEvents: z.number(),
      nullBound: z.number().nullable(),
      designEffect: z.number().nullable(),
    })
    .optional()
    .describe('In the window of an alarm: what the leading score, or the only one, rests on'),
});

const certifiedStep = z.object({
  format: z.literal('plumbline-alarm-certificate'),
  subject: z.record(z.string(), z.union([z.string(), z.number()])),
  step: z.int().positive(),
  weight: z.number().positive(),
  alarmLog: z.number(),
  counts: z.array(z.number().min(0)),
  scopes: z.array(z.array(z.int().min(0))),
  scores: z.array(
    z.object({
      score: z.string(),
      direction: z.enum(['up', 'down']),
      nullMean: z.number(),
      low: z.number(),
      bets: z.array(z.number()),
      designEffect: z.number().min(1),
      scope: z.int().min(0),
      values: z.array(z.number()),
    }),
  ),
  tableHash: z.string(),
  log: z.number(),
});

/** Everything an alarm was computed from; `plumbline certificate verify` computes it again. */
export const alarmCertificate = z.discriminatedUnion('formatVersion', [
  certifiedStep.extend({ formatVersion: z.literal(2), wealthBefore: z.array(z.number().min(0)) }),
  certifiedStep.extend({ formatVersion: z.literal(1), logWealthBefore: z.array(z.number().nullable()) }),
]);

export const verdict = z.enum(['clear', 'watch', 'alarm', 'insufficient_data']);

export const signalKind = z.enum([
  'feature',
  'score',
  'prediction',
  'latency',
  'performance',
  'fairness',
  'data_quality',
]);

export const finding = z.object({
  model: z.string(),
  environment: z.string(),
  version: z.string(),
  segment: z.string().optional().describe('`channel=web`: the segment it is about; absent: the whole'),
  reference: z.string().nullable(),
  signal: z.string(),
  kind: signalKind,
  from: z.number(),
  to: z.number(),
  rows: z.number(),
  statistics: z.record(z.string(), estimate),
  evidence: evidence.nullable(),
  verdict,
  explainedBy: z
    .string()
    .optional()
    .describe(
      'Signal of the finding that tells of this one too, then it does not alarm by itself: ' +
        'about broken data, or about the embedding it is a projection of',
    ),
  sentence: z.string(),
});

/** A finding as it is stored and replayed: an alarm carries all that it was computed from. */
export const provenFinding = finding.extend({
  evidence: evidence.extend({ proof: alarmCertificate.optional() }).nullable(),
});

/** Worst thing known about an aspect of a model. */
export const health = z.enum(['ok', 'watch', 'alarm', 'no_data', 'error']);

/** Where a number will lie whatever the missing labels turn out to be. */
export const labelBounds = z.object({ low: z.number(), high: z.number() });

/** `GET /v1/alerts/:alert/certificates`: of the alarms that the alert's findings rest on. */
export const alarmCertificates = z.object({
  certificates: z.array(alarmCertificate),
  withheld: z
    .array(z.object({ signal: z.string(), from: z.number() }))
    .default([])
    .describe('Alarms about groups too small to be shown: their counts are for people with the role approver alone'),
});

export type EstimateBody = z.infer<typeof estimate>;
export type FindingBody = z.infer<typeof finding>;
export type Health = z.infer<typeof health>;

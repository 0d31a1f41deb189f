import { z } from 'zod';
import { finding, health } from './findings.ts';

/** `GET /v1/models` */
export const modelSummary = z.object({
  model: z.string(),
  environment: z.string(),
  task: z.string(),
  owner: z.string(),
  revision: z.number().describe("Revision of the model's version state: what If-Match takes"),
  champion: z.string().nullable(),
  version: z
    .string()
    .nullable()
    .describe('What reports are about that name no version: the champion, before any the version seen last'),
  rollout: z.object({ version: z.string(), stage: z.string(), weightBasisPoints: z.number() }).nullable(),
  health: z.object({ drift: health, performance: health, fairness: health, dataQuality: health, overall: health }),
  openAlerts: z.number(),
  rowsLastHour: z.number().describe('Rows in the last hour of event time'),
  traffic: z.array(z.object({ from: z.number(), rows: z.number() })).describe('The last 24 windows'),
  lastEventAt: z.number().nullable(),
});

export const modelList = z.object({ items: z.array(modelSummary), nextCursor: z.string().nullable() });

/** `GET /v1/models/:model` */
export const modelDetail = modelSummary.extend({
  runbook: z.string(),
  windowMs: z.number(),
  budget: z.object({
    mode: z.enum(['calendar', 'lifetime']),
    hours: z.number().nullable(),
    alpha: z.number().nullable(),
    streams: z.number(),
  }),
  reference: z
    .object({ id: z.string(), rows: z.number(), from: z.number().nullable(), to: z.number().nullable() })
    .nullable()
    .describe('Of the champion'),
  /** What is watched of the champion: all that its reference holds. */
  signals: z.array(z.object({ signal: z.string(), kind: z.string(), type: z.enum(['number', 'category']) })).optional(),
  segments: z
    .array(
      z.object({
        segment: z.string().describe('`channel=web`: what the parameter `segment` of the reports takes'),
        by: z.string(),
        value: z.string().describe('`other`: every value that is not declared'),
        rows: z.number().describe('In the latest closed window of the champion'),
        health: modelSummary.shape.health,
      }),
    )
    .optional()
    .describe('Slices of the traffic that are watched by themselves'),
  /** What is wrong, in sentences, worst first: the latest findings that are not clear. */
  concerns: z.array(finding),
  /** What changed lately: promotions, rollbacks, retrains, new references, config; newest first. */
  timeline: z.array(z.object({ at: z.number(), kind: z.string(), actor: z.string(), text: z.string() })),
});

/** `GET /v1/models/:model/reference?version=&segment=&from=&to=`: the file that `plumbline profile` writes. */
export const referenceFile = z.looseObject({
  id: z.string().describe('`sha256:` and the hash of the rest'),
  format: z.literal('plumbline-reference'),
  formatVersion: z.number(),
});

export type ModelSummary = z.infer<typeof modelSummary>;
export type ModelList = z.infer<typeof modelList>;
export type ModelDetail = z.infer<typeof modelDetail>;

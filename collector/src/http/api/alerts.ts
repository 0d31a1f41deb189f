import { z } from 'zod';
import { finding } from './findings.ts';

export const alertState = z.enum(['pending', 'firing', 'recovering', 'resolved', 'no_data', 'error']);

export const alert = z.object({
  id: z.string().describe('Fingerprint of model, environment and cause; stays the same when it fires again'),
  model: z.string(),
  environment: z.string(),
  kind: z.enum(['drift', 'performance', 'fairness', 'data_quality']),
  severity: z.enum(['page', 'ticket']),
  state: alertState,
  version: z.string(),
  since: z.number().describe('Start of the current state'),
  firedAt: z.number().nullable(),
  resolvedAt: z.number().nullable(),
  /** Fastest: wall-clock time of the change; the others are event time. */
  changedAt: z.number(),
  sentence: z.string(),
  findings: z.array(finding).describe('What it groups, strongest evidence first'),
  acknowledgement: z.object({ by: z.string(), at: z.number(), until: z.number(), comment: z.string() }).nullable(),
  revision: z.number(),
});

/** `GET /v1/alerts?model=&state=&cursor=&limit=`, the latest change first; one: `GET /v1/alerts/:alert` */
export const alertList = z.object({ items: z.array(alert), nextCursor: z.string().nullable() });

export type Alert = z.infer<typeof alert>;
export type AlertList = z.infer<typeof alertList>;

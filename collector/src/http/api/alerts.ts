import { z } from 'zod';
import { finding } from './findings.ts';

export const alertState = z.enum(['pending', 'firing', 'recovering', 'resolved', 'no_data', 'error']);

/**
 * `traffic`: the model sends nothing (state `no_data`), or the collector cannot read what it sends (state `error`). The
 * other kinds then stay what they were, in the same state: missing data is not recovery.
 */
export const alertKind = z.enum(['drift', 'performance', 'fairness', 'data_quality', 'traffic']);

export const alertSeverity = z.enum(['page', 'ticket']);

export const alert = z.object({
  id: z.string().describe('Fingerprint of model, environment and cause; stays the same when it fires again'),
  model: z.string(),
  environment: z.string(),
  kind: alertKind,
  severity: alertSeverity.describe('Drift alone is a ticket; with wrong or unfair decisions beside it, a page'),
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
  silence: z
    .object({ id: z.string(), by: z.string(), until: z.number(), reason: z.string() })
    .nullable()
    .describe('Nobody is told of it until then; its state goes on'),
  inhibitedBy: z
    .object({ alert: z.string(), kind: alertKind })
    .nullable()
    .describe('What explains it: nobody is told of it while that lasts'),
  heldState: alertState.nullable().describe('In state no_data or error: what it was before, and will be again'),
  expected: z
    .object({ by: z.string(), at: z.number(), reason: z.string(), reference: z.string() })
    .nullable()
    .describe('Somebody marked it expected: what the version is compared with since'),
  notifiedAt: z.number().nullable().describe('Wall-clock time when somebody was last told of it'),
  revision: z.number(),
});

/** `GET /v1/alerts?model=&state=&cursor=&limit=`, the latest change first; one: `GET /v1/alerts/:alert` */
export const alertList = z.object({ items: z.array(alert), nextCursor: z.string().nullable() });

/** One change of an alert. */
export const alertEvent = z.object({
  at: z.number().describe('Wall-clock time'),
  eventTime: z.number().nullable().describe('End of the window that brought it about; null when no window did'),
  transition: z.enum([
    'pending',
    'fired',
    'refired',
    'severity_raised',
    'severity_lowered',
    'recovering',
    'resolved',
    'dropped',
    'no_data',
    'error',
    'data_again',
    'acknowledged',
    'acknowledgement_ended',
    'silenced',
    'unsilenced',
    'marked_expected',
    'notified',
  ]),
  state: alertState.nullable().describe('Afterwards; null when the alert was dropped'),
  severity: alertSeverity,
  version: z.string(),
  actor: z.string(),
  text: z.string(),
});

/** `GET /v1/alerts/:alert/history?cursor=&limit=`, newest first */
export const alertHistory = z.object({ items: z.array(alertEvent), nextCursor: z.string().nullable() });

/** Something that changed around a model. */
export const change = z.object({
  at: z.number().describe('Wall-clock time'),
  kind: z.enum(['version', 'rollout', 'config', 'reference', 'sdk', 'schema', 'retrain', 'annotation']),
  actor: z.string(),
  text: z.string(),
  minutesBefore: z.number().describe('Before the alert fired; negative: after it'),
});

/** `GET /v1/alerts/:alert/changes`: what changed in the 24 hours before it fired and since, nearest first */
export const alertChanges = z.object({ firedAt: z.number(), items: z.array(change) });

/** Keeps people from being told of the alerts that it matches; everything that is null matches all. */
export const silence = z.object({
  id: z.string(),
  model: z.string(),
  environment: z.string(),
  kind: alertKind.nullable(),
  signal: z.string().nullable().describe('`feature:income`, or `feature:*`: matches when all that alarms matches'),
  severity: alertSeverity.nullable(),
  startsAt: z.number(),
  endsAt: z.number(),
  state: z.enum(['waiting', 'active', 'ended']),
  by: z.string(),
  reason: z.string(),
  endedBy: z.string().nullable().describe('Who ended it early'),
  revision: z.number(),
});

/** `GET /v1/silences?model=&state=&cursor=&limit=`, the latest end first */
export const silenceList = z.object({ items: z.array(silence), nextCursor: z.string().nullable() });

export type AlertKind = z.infer<typeof alertKind>;
export type AlertHistory = z.infer<typeof alertHistory>;
export type AlertChanges = z.infer<typeof alertChanges>;
export type Silence = z.infer<typeof silence>;
export type SilenceList = z.infer<typeof silenceList>;
export type Alert = z.infer<typeof alert>;
export type AlertList = z.infer<typeof alertList>;

import { z } from 'zod';

/**
 * Every request and response of the REST API. The same schemas validate, type and document (`GET /v1/openapi.json`).
 * Times are milliseconds since 1970-01-01 UTC; shares are in [0, 1]; weights are basis points (0-10000).
 *
 * Reads are `GET /v1/...`. Control actions are `POST /v1/actions/<verb>/<target>`: the verb comes first so that a
 * proxy can give each verb its own permission by path prefix. Each control action needs the headers `If-Match`
 * (revision of its target, quoted) and `Idempotency-Key`, and a reason.
 */

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
    .describe('In the window of an alarm: what the leading score rests on'),
});

/** Everything an alarm was computed from; `plumbline certificate verify` computes it again. */
export const alarmCertificate = z.object({
  format: z.literal('plumbline-alarm-certificate'),
  formatVersion: z.literal(1),
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
  logWealthBefore: z.array(z.number().nullable()),
  log: z.number(),
});

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
    .describe('Signal of the data-quality finding that explains this one: then it does not alarm by itself'),
  sentence: z.string(),
});

/** A finding as it is stored and replayed: an alarm carries all that it was computed from. */
export const provenFinding = finding.extend({
  evidence: evidence.extend({ proof: alarmCertificate.optional() }).nullable(),
});

/** Worst thing known about an aspect of a model. */
export const health = z.enum(['ok', 'watch', 'alarm', 'no_data', 'error']);

export const role = z.enum(['viewer', 'operator', 'approver']);
export const verbs = [
  'shadow',
  'canary',
  'promote',
  'approve',
  'roll-back',
  'pause',
  'resume',
  'acknowledge',
  'retrain',
] as const;
export const verb = z.enum(verbs);

/** Roles that may use a verb. The collector enforces it; a UI mirrors it. */
export const verbRoles: Readonly<Record<(typeof verbs)[number], readonly z.infer<typeof role>[]>> = {
  shadow: ['operator', 'approver'],
  canary: ['operator', 'approver'],
  promote: ['operator', 'approver'],
  approve: ['approver'],
  'roll-back': ['operator', 'approver'],
  pause: ['operator', 'approver'],
  resume: ['operator', 'approver'],
  acknowledge: ['operator', 'approver'],
  retrain: ['operator', 'approver'],
};

/** `GET /v1/me` */
export const me = z.object({
  subject: z.string().describe('`user:<uid>`, `token:<name>` or `local:<name>`'),
  name: z.string(),
  role: role.nullable().describe('null: a machine, which has scopes instead'),
  scopes: z.array(z.string()),
  actions: z.array(verb),
  insecure: z.boolean().describe('True in the local mode, which trusts everybody on this machine'),
});

/** `GET /v1/models` */
export const modelSummary = z.object({
  model: z.string(),
  environment: z.string(),
  task: z.string(),
  owner: z.string(),
  revision: z.number().describe("Revision of the model's version state: what If-Match takes"),
  champion: z.string().nullable(),
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
  /** What is wrong, in sentences, worst first: the latest findings that are not clear. */
  concerns: z.array(finding),
  /** What changed lately: promotions, rollbacks, retrains, new references, config; newest first. */
  timeline: z.array(z.object({ at: z.number(), kind: z.string(), actor: z.string(), text: z.string() })),
});

/** `GET /v1/models/:model/drift?version=&from=&to=`; default: the champion's latest 48 windows */
export const driftReport = z.object({
  model: z.string(),
  version: z.string(),
  reference: z.string().nullable(),
  windows: z.array(z.object({ from: z.number(), to: z.number(), rows: z.number() })),
  /** Ranked: what alarmed first, then what is watched, then the rest; within these by materiality. */
  signals: z.array(
    z.object({
      signal: z.string(),
      kind: signalKind,
      type: z.enum(['number', 'category']),
      latest: finding,
      /** One entry a window, `null` where the window has no finding of this signal. */
      evidenceLevel: z.array(z.number().nullable()),
      populationStabilityIndex: z.array(z.number().nullable()),
      materiality: z
        .object({
          stabilityIndex: estimate.describe('PSI less what chance adds, with the interval of the true PSI'),
          movedShare: estimate.describe('Share of the rows that would have to move, less what chance would move'),
        })
        .nullable()
        .optional()
        .describe('How much the latest window differs beyond chance; null where it has no profile'),
    }),
  ),
});

/** `GET /v1/models/:model/distribution?signal=&version=&from=&to=`; default: the champion's latest window */
export const distribution = z.object({
  model: z.string(),
  version: z.string(),
  signal: z.string(),
  type: z.enum(['number', 'category']),
  from: z.number(),
  to: z.number(),
  referenceRows: z.number(),
  currentRows: z.number(),
  bins: z.array(
    z.object({
      label: z.string(),
      low: z.number().nullable().describe('Inclusive; null for categories and open ends'),
      high: z.number().nullable(),
      referenceShare: z.number(),
      currentShare: z.number(),
    }),
  ),
  statistics: z
    .record(z.string(), estimate)
    .optional()
    .describe(
      'Every drift statistic of the signal, each with the band that 95 % of clean windows keep to, or an interval',
    ),
});

/** Where a number will lie whatever the missing labels turn out to be. */
export const labelBounds = z.object({ low: z.number(), high: z.number() });

/** `GET /v1/models/:model/fairness?version=&from=&to=`; default: the champion's latest 24 windows */
export const fairnessReport = z.object({
  model: z.string(),
  version: z.string(),
  from: z.number(),
  to: z.number(),
  favourable: z.string().nullable(),
  attributes: z.array(
    z.object({
      attribute: z.string(),
      referenceGroup: z.string().nullable(),
      statistics: z
        .record(z.string(), estimate)
        .optional()
        .describe('Without a reference group: `selectionRateRange` (largest less smallest), `theilIndex`, ...'),
      worst: z
        .array(z.object({ rate: z.string(), group: z.string(), shrunken: estimate }))
        .optional()
        .describe('The group that is surely worst off, by each rate that can harm a person'),
      groups: z.array(
        z.object({
          group: z.string(),
          rows: z.number(),
          labelledShare: z.number(),
          /** Rates of this group by name: `selectionRate`, `truePositiveRate`, `falsePositiveRate`, `falseNegativeRate`, `accuracy`. */
          rates: z.record(z.string(), estimate),
          /** Against the reference group: `statisticalParityDifference`, `disparateImpactRatio`, `equalOpportunityDifference`. */
          statistics: z.record(z.string(), estimate),
          shrunkenRates: z
            .record(z.string(), estimate)
            .optional()
            .describe('Drawn towards the mean of all groups, the more the smaller the group; 95 % posterior interval'),
          bounds: z.record(z.string(), labelBounds).optional().describe('Of rates, while labels are missing'),
          labelNote: z.string().nullable().optional().describe('What to know about the labels before comparing'),
          suppressed: z.string().nullable(),
          verdict,
        }),
      ),
    }),
  ),
});

/** `GET /v1/models/:model/performance?version=&from=&to=`; default: the champion's latest 24 windows */
export const performanceReport = z.object({
  model: z.string(),
  version: z.string(),
  from: z.number(),
  to: z.number(),
  rows: z.number(),
  labelledRows: z.number(),
  /** False while outcomes younger than the outcome delay are still missing. */
  final: z.boolean(),
  statistics: z
    .record(z.string(), estimate)
    .describe('`accuracy`, `precision`, `recall`, `f1`, `areaUnderCurve`; regression: `meanAbsoluteError`, ...'),
  confusion: z
    .object({
      truePositive: z.number(),
      falsePositive: z.number(),
      falseNegative: z.number(),
      trueNegative: z.number(),
    })
    .nullable(),
  bounds: z
    .record(z.string(), labelBounds)
    .optional()
    .describe('Where numbers will lie whatever the missing labels say; empty when none is missing'),
  calibration: z
    .object({
      intercept: estimate.describe('Of the log odds of what happened on the predicted ones; 0 is perfect'),
      slope: estimate.describe('1 is perfect; below: probabilities are too extreme'),
      bins: z.array(z.object({ predicted: z.number(), low: z.number(), high: z.number(), observed: estimate })),
    })
    .nullable()
    .optional()
    .describe('Of binary models whose scores are probabilities; bins hold about the same number of labelled rows'),
  classes: z
    .array(
      z.object({
        class: z.string(),
        labels: z.number(),
        predictions: z.number(),
        precision: estimate,
        recall: estimate,
        f1: estimate,
      }),
    )
    .optional()
    .describe('Of multiclass models'),
  windows: z.array(
    z.object({
      from: z.number(),
      to: z.number(),
      rows: z.number(),
      labelledRows: z.number(),
      final: z.boolean(),
      statistics: z.record(z.string(), estimate),
      bounds: z.record(z.string(), labelBounds).optional(),
    }),
  ),
  evidence: evidence.nullable(),
});

export const versionStates = [
  'registered',
  'evaluated',
  'shadow',
  'canary',
  'champion',
  'superseded',
  'rolled_back',
  'rejected',
  'quarantined',
  'retired',
] as const;
export const versionState = z.enum(versionStates);

export const gateVerdict = z.enum(['pass', 'fail', 'inconclusive', 'error']);

export const gateResult = z.object({
  gate: z
    .string()
    .describe(
      '`offline_performance`, `worst_group`, `shadow_divergence`, `canary_error_rate`, `latency`, `integrity`, ...',
    ),
  verdict: gateVerdict,
  reason: z.string(),
  numbers: z.record(z.string(), z.number().nullable()),
  at: z.number(),
});

export const metricPair = z.object({
  candidate: estimate,
  champion: estimate.nullable(),
  difference: estimate.nullable().describe('Candidate minus champion on the same rows'),
});

/** Candidate and champion on the same held-out rows. */
export const evaluation = z.object({
  id: z.string(),
  model: z.string(),
  version: z.string(),
  champion: z.string().nullable(),
  dataset: z.string().describe('sha256 digest of the held-out rows'),
  rows: z.number(),
  metrics: z.record(z.string(), metricPair),
  groups: z.array(
    z.object({ attribute: z.string(), group: z.string(), rows: z.number(), metrics: z.record(z.string(), metricPair) }),
  ),
  gates: z.array(gateResult),
  at: z.number(),
});

export const versionDetail = z.object({
  model: z.string(),
  version: z.string(),
  state: versionState,
  digest: z.string(),
  registeredAt: z.number(),
  registeredBy: z.string(),
  source: z.string().describe('`retrain:<job id>`, `api` or `config`'),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  evaluation: evaluation.nullable(),
  gates: z.array(gateResult),
  /** Newest first. */
  history: z.array(
    z.object({
      at: z.number(),
      from: versionState.nullable(),
      to: versionState,
      actor: z.string(),
      reason: z.string(),
    }),
  ),
});

export const approval = z.object({
  id: z.string(),
  model: z.string(),
  action: z.enum(['promote', 'retrain']),
  target: z.string().describe('Version, or retrain job'),
  state: z.enum(['pending', 'granted', 'denied', 'expired', 'void']),
  requestedBy: z.string(),
  requestedAt: z.number(),
  reason: z.string(),
  expiresAt: z.number().nullable().describe('null: it waits until somebody decides'),
  needed: z.number().describe('People it takes, the requester included'),
  approvedBy: z.array(z.string()),
  /** Revision of the approval: what If-Match takes. */
  revision: z.number(),
});

export const instance = z.object({
  instance: z.string(),
  service: z.string(),
  sdkVersion: z.string(),
  routingRevision: z.number(),
  serving: z.array(z.object({ version: z.string(), role: z.enum(['champion', 'canary', 'shadow']) })),
  loaded: z.array(z.object({ version: z.string(), digest: z.string() })),
  accepted: z.number(),
  acknowledged: z.number(),
  dropped: z.record(z.string(), z.number()),
  lastSeenAt: z.number(),
});

/** `GET /v1/models/:model/versions`; one of them: `GET /v1/models/:model/versions/:version` */
export const versionList = z.object({
  model: z.string(),
  revision: z.number(),
  versions: z.array(versionDetail),
  routing: z
    .object({
      revision: z.number(),
      champion: z.string().nullable(),
      canary: z.object({ version: z.string(), weightBasisPoints: z.number() }).nullable(),
      shadow: z.object({ version: z.string(), sampleBasisPoints: z.number() }).nullable(),
    })
    .nullable(),
  /** Rows by version over the latest closed windows: what really happened to the traffic. */
  observed: z.array(z.object({ version: z.string(), role: z.string(), rows: z.number(), share: z.number() })),
  paused: z.object({ reason: z.string(), by: z.string(), at: z.number() }).nullable(),
  rollBackTarget: z.object({ version: z.string(), healthy: z.boolean(), reason: z.string() }).nullable(),
  instances: z.array(instance),
  approvals: z.array(approval),
});

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
/** `GET /v1/alerts/:alert/certificates`: of the alarms that the alert's findings rest on. */
export const alarmCertificates = z.object({ certificates: z.array(alarmCertificate) });

/** `GET /v1/alerts?model=&state=&cursor=&limit=`, the latest change first; one: `GET /v1/alerts/:alert` */
export const alertList = z.object({ items: z.array(alert), nextCursor: z.string().nullable() });

export const retrainState = z.enum([
  'awaiting_approval',
  'queued',
  'dispatched',
  'accepted',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'timed_out',
  'dead_lettered',
]);

export const retrainJob = z.object({
  id: z.string(),
  model: z.string(),
  environment: z.string(),
  version: z.string().describe('The version that drifted'),
  state: retrainState,
  trigger: z.object({
    kind: z.enum(['drift', 'performance', 'fairness', 'manual']),
    alert: z.string().nullable(),
    reason: z.string(),
  }),
  requestedBy: z.string(),
  requestedAt: z.number(),
  changedAt: z.number(),
  progress: z.number().nullable(),
  result: z.object({ version: z.string(), digest: z.string() }).nullable(),
  error: z.string().nullable(),
  revision: z.number(),
});
/** `GET /v1/retrain-jobs?model=&cursor=&limit=`, the latest first; one: `GET /v1/retrain-jobs/:job` */
export const retrainJobList = z.object({ items: z.array(retrainJob), nextCursor: z.string().nullable() });

export const delivery = z.object({
  id: z.string(),
  webhook: z.string(),
  event: z.string(),
  type: z.string(),
  subject: z.string(),
  state: z.enum(['pending', 'delivered', 'dead']),
  attempts: z.array(
    z.object({ at: z.number(), status: z.number().nullable(), error: z.string().nullable(), durationMs: z.number() }),
  ),
  nextAttemptAt: z.number().nullable(),
  createdAt: z.number(),
});
/** `GET /v1/deliveries` */
export const deliveryList = z.object({ items: z.array(delivery), nextCursor: z.string().nullable() });

export const auditRecord = z.object({
  sequence: z.number(),
  at: z.number(),
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  reason: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  requestId: z.string().nullable(),
  previousHash: z.string(),
  hash: z.string(),
});
/** `GET /v1/audit?after=&order=oldest|newest&limit=`; `after` takes what the page before gave as `nextCursor`. */
export const auditPage = z.object({ items: z.array(auditRecord), nextCursor: z.string().nullable() });
/** `GET /v1/audit/verify` */
export const auditVerification = z.object({
  ok: z.boolean(),
  records: z.number(),
  head: z.string(),
  problem: z.string().nullable(),
});

export const deadLetter = z.object({
  id: z.string(),
  at: z.number(),
  subject: z.string(),
  code: z.string(),
  reason: z.string(),
  bytes: z.number(),
});
/** `GET /v1/dead-letters` */
export const deadLetterList = z.object({ items: z.array(deadLetter), total: z.number() });

/** `GET /v1/status` */
export const collectorStatus = z.object({
  version: z.string(),
  startedAt: z.number(),
  ready: z.boolean(),
  notReady: z.array(z.string()),
  counts: z.object({
    inferences: z.number(),
    outcomes: z.number(),
    joinedOutcomes: z.number(),
    waitingOutcomes: z.number().describe('Outcomes whose inference has not arrived yet'),
    refusedOutcomes: z.number(),
    duplicateBatches: z.number(),
    deadLetters: z.number(),
    unknownModelEvents: z.number(),
  }),
  models: z.record(z.string(), z.object({ inferences: z.number(), outcomes: z.number() })),
  lagMessages: z.number(),
});

// ---- requests ----

/** `POST /v1/models/:model/versions` (scope `versions:register`). The artefact is uploaded before, by digest. */
export const registerRequest = z.strictObject({
  version: z.string().min(1).max(64),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  /** Input columns of the ONNX model in order, when it takes one `[rows, columns]` tensor; else one input a column. */
  inputs: z.array(z.string()).default([]),
  /** Class labels in the order of the model's probabilities (binary: negative first). */
  classes: z.array(z.string()).default([]),
  /** Scores at or above it are predicted positive. */
  threshold: z.number().min(0).max(1).default(0.5),
  /** Digest of an uploaded reference profile. Without one the first rows it serves become the reference. */
  reference: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .nullable()
    .default(null),
  /** Digest of the uploaded held-out rows (CSV) on which it is evaluated beside the champion. */
  heldOut: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .nullable()
    .default(null),
  /** Column of the held-out rows that holds the label. */
  labelColumn: z.string().default('label'),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

/** `POST /v1/retrain-jobs/:job/status` with the job's own bearer token; header `Standard Webhooks` not needed. */
export const retrainStatusRequest = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('accepted') }),
  z.strictObject({ state: z.literal('running'), progress: z.number().min(0).max(1).nullable().default(null) }),
  z.strictObject({ state: z.literal('failed'), error: z.string().min(1).max(2_000) }),
  z.strictObject({ state: z.literal('succeeded'), result: registerRequest }),
]);

const reason = z.string().trim().min(3).max(1_000);

/** Bodies of `POST /v1/actions/<verb>/<target>`. */
export const actionRequests = {
  /** target: model */
  shadow: z.strictObject({
    version: z.string(),
    sampleBasisPoints: z.int().min(1).max(10_000).default(10_000),
    reason,
  }),
  canary: z.strictObject({ version: z.string(), weightBasisPoints: z.int().min(1).max(10_000).optional(), reason }),
  promote: z.strictObject({ version: z.string(), reason }),
  'roll-back': z.strictObject({ to: z.string().optional(), reason }),
  pause: z.strictObject({ reason }),
  resume: z.strictObject({ reason }),
  retrain: z.strictObject({ reason }),
  /** target: approval: its id, be it of a promotion or of a retrain */
  approve: z.strictObject({ decision: z.enum(['approve', 'deny']).default('approve'), reason }),
  /** target: alert */
  acknowledge: z.strictObject({
    comment: z.string().trim().min(1).max(1_000),
    until: z.number().optional(),
    reason: reason.optional(),
  }),
} as const;

/** Answer of every control action. */
export const actionResult = z.object({
  revision: z.number(),
  outcome: z.enum(['done', 'awaiting_approval', 'unchanged']),
  text: z.string(),
  approval: approval.nullable(),
});

/** Answer of `PUT /v1/artefacts/:digest` (scope `artefacts:write`). `created` is false when it was stored before. */
export const artefactStored = z.object({ digest: z.string(), bytes: z.number(), created: z.boolean() });

/** Answer of `POST /v1/events` (scope `events:write`). */
export const eventsAccepted = z.object({ accepted: z.number(), batches: z.number() });

export const apiError = z.object({
  error: z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()).optional() }),
});

export type EstimateBody = z.infer<typeof estimate>;
export type FindingBody = z.infer<typeof finding>;
export type Health = z.infer<typeof health>;
export type Me = z.infer<typeof me>;
export type Verb = z.infer<typeof verb>;
export type ModelSummary = z.infer<typeof modelSummary>;
export type ModelList = z.infer<typeof modelList>;
export type ModelDetail = z.infer<typeof modelDetail>;
export type DriftReport = z.infer<typeof driftReport>;
export type Distribution = z.infer<typeof distribution>;
export type FairnessReport = z.infer<typeof fairnessReport>;
export type PerformanceReport = z.infer<typeof performanceReport>;
export type VersionState = z.infer<typeof versionState>;
export type GateResult = z.infer<typeof gateResult>;
export type MetricPair = z.infer<typeof metricPair>;
export type Evaluation = z.infer<typeof evaluation>;
export type VersionDetail = z.infer<typeof versionDetail>;
export type VersionList = z.infer<typeof versionList>;
export type Approval = z.infer<typeof approval>;
export type Instance = z.infer<typeof instance>;
export type Alert = z.infer<typeof alert>;
export type AlertList = z.infer<typeof alertList>;
export type RetrainJob = z.infer<typeof retrainJob>;
export type RetrainJobList = z.infer<typeof retrainJobList>;
export type Delivery = z.infer<typeof delivery>;
export type DeliveryList = z.infer<typeof deliveryList>;
export type AuditRecord = z.infer<typeof auditRecord>;
export type AuditPage = z.infer<typeof auditPage>;
export type AuditVerification = z.infer<typeof auditVerification>;
export type DeadLetterList = z.infer<typeof deadLetterList>;
export type CollectorStatus = z.infer<typeof collectorStatus>;
export type RegisterRequest = z.infer<typeof registerRequest>;
export type RetrainStatusRequest = z.infer<typeof retrainStatusRequest>;
export type ActionResult = z.infer<typeof actionResult>;
export type ApiErrorBody = z.infer<typeof apiError>;

import { z } from 'zod';
import { automaticReasons, gateCodes, holdReasons, refusalReasons } from '../../rollout/reasons.ts';
import { versionStates } from '../../rollout/versionStates.ts';
import { estimate } from './findings.ts';

export const versionState = z.enum(versionStates);

const codes = <Code extends string>(table: Readonly<Record<Code, string>>) =>
  z.enum(Object.keys(table) as [Code, ...Code[]]); // a table has the keys of its type

/** The closed vocabulary of version control, from where it is decided: the same codes in API, UI, logs, audit and tests. */
export const refusalReason = codes(refusalReasons);
export const gateCode = codes(gateCodes);
export const automaticReason = codes(automaticReasons);
export const holdReason = codes(holdReasons);

export const gateVerdict = z.enum(['pass', 'fail', 'inconclusive', 'error']);

export const gateResult = z.object({
  gate: z
    .string()
    .describe(
      '`offline_performance`, `worst_group`, `shadow_divergence`, `canary_error_rate`, `latency_ratio`, `integrity`, ...',
    ),
  verdict: gateVerdict,
  code: gateCode.optional().describe('Why, for programs; always there now'),
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
      cause: automaticReason
        .nullable()
        .optional()
        .describe('Why the collector did it; null when somebody asked for it'),
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
  thinned: z
    .number()
    .optional()
    .describe('Left out while its buffer filled; those kept stand for them by their weights'),
  dropped: z.record(z.string(), z.number()).describe('Lost, by reason: nothing stands for these'),
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
  /** Why a rollout stands still; empty when it goes on by itself, or there is none. */
  holds: z.array(z.object({ code: holdReason, text: z.string() })).optional(),
  newVersion: z
    .enum(['refuse', 'supersede', 'queue'])
    .optional()
    .describe('What becomes of a version that is started while another is on its way: the setting of the rollout'),
  /** Rollouts that wait for the active one, first come first. */
  queue: z
    .array(
      z.object({
        version: z.string(),
        stage: z.enum(['shadow', 'canary']),
        by: z.string(),
        at: z.number(),
        reason: z.string(),
      }),
    )
    .optional(),
  frozen: z.string().nullable().optional().describe('Why no version gets traffic now: a freeze window'),
  /** The new champion that guards may still take back by themselves. `from` and `until` are event times. */
  watch: z
    .object({
      version: z.string(),
      previous: z.string(),
      from: z.number(),
      until: z.number(),
      gates: z.array(gateResult),
    })
    .nullable()
    .optional(),
  /** The latest emergency, until somebody else than who opened it has looked at it. */
  breakGlass: z
    .object({
      by: z.string(),
      reason: z.string(),
      openedAt: z.number(),
      expiresAt: z.number(),
      open: z.boolean(),
      used: z.array(z.string()).describe('What was done under it'),
    })
    .nullable()
    .optional(),
  halted: z
    .object({ version: z.string(), to: z.string().nullable(), detail: z.string(), at: z.number() })
    .nullable()
    .optional()
    .describe('The champion should have gone back and could not'),
  instances: z.array(instance),
  approvals: z.array(approval),
});

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
  /** Digest of the uploaded rows it was trained on (CSV): a held-out row among them fails the evaluation. */
  training: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .nullable()
    .optional(),
  /** Column of the held-out rows that holds the label. */
  labelColumn: z.string().default('label'),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

/** Answer of `PUT /v1/artefacts/:digest` (scope `artefacts:write`). `created` is false when it was stored before. */
export const artefactStored = z.object({ digest: z.string(), bytes: z.number(), created: z.boolean() });

export type GateCode = z.infer<typeof gateCode>;
export type RefusalReason = z.infer<typeof refusalReason>;
export type AutomaticReason = z.infer<typeof automaticReason>;
export type HoldReason = z.infer<typeof holdReason>;
export type VersionState = z.infer<typeof versionState>;
export type GateResult = z.infer<typeof gateResult>;
export type MetricPair = z.infer<typeof metricPair>;
export type Evaluation = z.infer<typeof evaluation>;
export type VersionDetail = z.infer<typeof versionDetail>;
export type VersionList = z.infer<typeof versionList>;
export type Approval = z.infer<typeof approval>;
export type Instance = z.infer<typeof instance>;
export type RegisterRequest = z.infer<typeof registerRequest>;

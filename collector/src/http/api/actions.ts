import { z } from 'zod';
import { alertKind, alertSeverity } from './alerts.ts';
import { approval } from './versions.ts';

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
  'silence',
  'unsilence',
  'expect',
  'set-reference',
  'cancel-retrain',
  'test-webhook',
  'replay-delivery',
  'replay-deliveries',
  'replay-dead-letter',
  'replay-dead-letters',
  'reject',
  'retire',
  'quarantine',
  'release',
  'dequeue',
  'break-glass',
  'close-break-glass',
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
  silence: ['operator', 'approver'],
  unsilence: ['operator', 'approver'],
  // What a version is compared with decides what counts as wrong from then on.
  expect: ['approver'],
  'set-reference': ['approver'],
  'cancel-retrain': ['operator', 'approver'],
  'test-webhook': ['approver'],
  'replay-delivery': ['operator', 'approver'],
  'replay-deliveries': ['operator', 'approver'],
  'replay-dead-letter': ['operator', 'approver'],
  'replay-dead-letters': ['operator', 'approver'],
  reject: ['operator', 'approver'],
  retire: ['operator', 'approver'],
  quarantine: ['operator', 'approver'],
  release: ['approver'],
  dequeue: ['operator', 'approver'],
  'break-glass': ['approver'],
  'close-break-glass': ['approver'],
};

/** Verbs that are a person's word: no token speaks them. */
export const personVerbs: readonly (typeof verbs)[number][] = [
  'approve',
  'release',
  'break-glass',
  'close-break-glass',
];

/** `GET /v1/me` */
export const me = z.object({
  subject: z.string().describe('`user:<id>`, `token:<name>` or `local:<name>`'),
  name: z.string(),
  role: role.nullable().describe('null: a machine, which has scopes instead'),
  scopes: z.array(z.string()),
  actions: z.array(verb),
  insecure: z.boolean().describe('True in the local mode, which trusts everybody on this machine'),
});

/** `GET /v1/people` */
export const people = z.object({
  items: z.array(
    z.object({
      subject: z.string().describe('`user:<id>`, as everything else names them'),
      name: z.string().describe('As it was when they last acted'),
    }),
  ),
});

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
  reject: z.strictObject({ version: z.string(), reason }),
  /** Ends a version's life; it takes no traffic and never will again. */
  retire: z.strictObject({ version: z.string(), reason }),
  /** Out of service at once; a champion's traffic goes back. */
  quarantine: z.strictObject({ version: z.string(), reason }),
  release: z.strictObject({ version: z.string(), reason }),
  /** Takes a version out of the queue (`rollout.newVersion: queue`). */
  dequeue: z.strictObject({ version: z.string(), reason }),
  /** The caller may give traffic alone for some minutes, in front of everybody. */
  'break-glass': z.strictObject({
    minutes: z.int().min(1).max(1_440).default(30),
    reason: z.string().trim().min(10).max(1_000),
  }),
  /** By who opened it: the emergency is over. By somebody else: what was done has been looked at. */
  'close-break-glass': z.strictObject({ reason }),
  retrain: z.strictObject({ reason }),
  /** target: approval: its id, be it of a promotion or of a retrain */
  approve: z.strictObject({ decision: z.enum(['approve', 'deny']).default('approve'), reason }),
  /** target: alert */
  acknowledge: z.strictObject({
    comment: z.string().trim().min(1).max(1_000),
    until: z.number().optional(),
    reason: reason.optional(),
  }),
  /** target: model, at its revision; everything left out matches all alerts of the model */
  silence: z.strictObject({
    kind: alertKind.optional(),
    signal: z.string().trim().min(1).max(256).optional().describe('A signal, or a prefix with `*` at its end'),
    severity: alertSeverity.optional(),
    startsAt: z.number().optional().describe('Default: now'),
    endsAt: z.number().describe('At most 90 days from now'),
    reason,
  }),
  /** target: silence */
  unsilence: z.strictObject({ reason }),
  /** target: alert. Windows whose start lies in [from, to) become what the version is compared with. */
  expect: z.strictObject({
    from: z.number().optional().describe('Event time; default: since the alert fired'),
    to: z.number().optional().describe('Default: the last closed window'),
    reason,
  }),
  /** target: model, at its revision. Closed windows whose start lies in [from, to) become what a version is compared with. */
  'set-reference': z
    .strictObject({
      version: z.string().optional().describe('Default: the champion'),
      segment: z.string().optional().describe('`channel=web`; default: the whole'),
      from: z.int().describe('Event time'),
      to: z.int().optional().describe('Default: the last closed window'),
      reason,
    })
    .refine(({ from, to }) => to === undefined || from < to, 'from must be before to'),
  /** target: retrain job */
  'cancel-retrain': z.strictObject({ reason }),
  /** target: the name of a webhook or notifier, at the revision `GET /v1/webhooks` gives */
  'test-webhook': z.strictObject({ reason }),
  /** target: delivery, at its revision */
  'replay-delivery': z.strictObject({ reason }),
  /** target: the name of a webhook or notifier: everything dead that was made in [since, until) */
  'replay-deliveries': z.strictObject({ since: z.number().optional(), until: z.number().optional(), reason }),
  /** target: dead letter, at its revision */
  'replay-dead-letter': z.strictObject({ reason }),
  /** target: code of dead letters, at the revision `GET /v1/dead-letter-codes` gives */
  'replay-dead-letters': z.strictObject({ reason }),
} as const;

/** Answer of every control action. */
export const actionResult = z.object({
  revision: z.number(),
  outcome: z.enum(['done', 'awaiting_approval', 'unchanged']),
  text: z.string(),
  approval: approval.nullable(),
  id: z.string().optional().describe('Of what the action made: a silence, a delivery'),
});

export type Me = z.infer<typeof me>;
export type People = z.infer<typeof people>;
export type Verb = z.infer<typeof verb>;
export type ActionResult = z.infer<typeof actionResult>;

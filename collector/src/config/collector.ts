import { z } from 'zod';
import { identitySettings } from './identity.ts';
import { durationMs } from './scalars.ts';

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

export type CollectorSettings = z.infer<typeof collectorSettings>;

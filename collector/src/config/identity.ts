import { z } from 'zod';
import { name } from './scalars.ts';

export const roles = ['viewer', 'operator', 'approver'] as const;

const tokenSecret = z
  .string()
  .min(8)
  .max(4_096)
  .regex(/^[\x21-\x7e]+$/, 'a token is made of visible ASCII characters, without spaces');
const tokenDigest = z.string().regex(/^[0-9a-f]{64}$/, 'the SHA-256 of a token is 64 hex digits');

export const tokenSettings = z.strictObject({
  name,
  secret: tokenSecret.optional().describe('The token itself, `env:NAME`; or its `sha256`'),
  sha256: tokenDigest
    .optional()
    .describe('Of the token, in hex, so that this file holds no secret: `printf %s "$TOKEN" | sha256sum`'),
  expires: z.iso.datetime().optional().describe('Refused from then on'),
  previous: z
    .strictObject({ secret: tokenSecret.optional(), sha256: tokenDigest.optional(), until: z.iso.datetime() })
    .optional()
    .describe('While a token is being replaced: the old one is good until then'),
  scopes: z.array(z.enum(['read', 'control', 'versions:register', 'artefacts:write', 'events:write', 'proxy'])).min(1),
});

export const identitySettings = z.strictObject({
  tokens: z
    .array(tokenSettings)
    .default([])
    .describe("Machines. `proxy` marks Grafana's own token: people behind it are told apart by their ID token"),
  grafana: z
    .strictObject({
      issuer: z.string().url(),
      keysUrl: z.string().url(),
      organisation: z.int().default(1),
      roles: z
        .record(z.string(), z.enum(roles))
        .default({})
        .describe('Role by token subject (`user:<id>`); else by the role claim: Viewer, Editor, Admin'),
    })
    .optional(),
  insecureLocal: z
    .boolean()
    .default(false)
    .describe('Everybody on loopback is an approver. For trying things out only; refused on any other address'),
});

export type Role = (typeof roles)[number];
export type IdentitySettings = z.infer<typeof identitySettings>;

import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { Person } from './people.ts';

export interface IdentitySigner {
  /** The token Grafana would put into `X-Grafana-Id` for this person, signed in to this organisation. */
  sign(person: Person, organisation: number): Promise<string>;
  /** What `/api/signing-keys/keys` answers. */
  readonly keySet: { readonly keys: readonly JWK[] };
}

const lifetimeSeconds = 600;

/**
 * Signs identity tokens like Grafana's: ES256, ten minutes, audience `org:<id>`, subject `user:<id>`. The key lives as
 * long as the process.
 *
 * `issuer` is Grafana's root URL, with its closing slash.
 */
export async function createIdentitySigner(issuer: string, clock: () => number): Promise<IdentitySigner> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keyId = `host-${new Date(clock()).toISOString().slice(0, 7)}-es256`;
  const publicJwk: JWK = { ...(await exportJWK(publicKey)), kid: keyId, use: 'sig', alg: 'ES256' };

  return {
    keySet: { keys: [publicJwk] },
    sign(person, organisation) {
      const issuedAt = Math.floor(clock() / 1000);
      return new SignJWT({
        namespace: 'default',
        identifier: person.uid,
        type: 'user',
        username: person.login,
        email: `${person.login}@example.test`,
        email_verified: true,
        name: person.name,
        authenticatedBy: 'password',
        role: person.role,
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'jwt', kid: keyId })
        .setIssuer(issuer)
        .setAudience(`org:${organisation}`)
        .setSubject(`user:${person.id}`)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds)
        .sign(privateKey);
    },
  };
}

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IdentitySettings } from '../../config/settings.ts';

export type TokenSettings = IdentitySettings['tokens'][number];

/**
 * Finds the settings of a bearer token. Tokens are compared by their SHA-256 digests in constant time, each of them every
 * time: how long it takes says nothing about any of them.
 */
export function createTokenFinder(tokens: readonly TokenSettings[]): (secret: string) => TokenSettings | undefined {
  const known = tokens.map((token) => ({ token, digest: sha256(token.secret) }));
  return (secret) => {
    const digest = sha256(secret);
    let found: TokenSettings | undefined;
    for (const candidate of known) {
      if (timingSafeEqual(candidate.digest, digest)) {
        found = candidate.token;
      }
    }
    return found;
  };
}

/**
 * The token of `Authorization: Bearer <token>`, or of `Basic` with the token as password, whatever the user: senders that
 * know only an address write `https://any:<token>@host/`. `undefined` for any other form.
 */
export function bearerOf(header: string | undefined): string | undefined {
  const basic = /^Basic ([A-Za-z0-9+/]{1,8192}={0,2})$/i.exec(header ?? '')?.[1];
  const pair = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString('latin1');
  const bearer = pair === undefined ? header : `Bearer ${pair.slice(pair.indexOf(':') + 1)}`;
  return /^Bearer ([\x21-\x7e]{1,4096})$/i.exec(bearer ?? '')?.[1];
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

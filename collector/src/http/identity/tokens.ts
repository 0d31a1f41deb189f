import { createHash, timingSafeEqual } from 'node:crypto';
import type { IdentitySettings } from '../../config/settings.ts';

export type TokenSettings = IdentitySettings['tokens'][number];

/** `expired`: it was good once. */
export type FoundToken = { readonly token: TokenSettings; readonly expired: boolean } | undefined;

/**
 * Finds the settings of a bearer token. Only SHA-256 digests are kept and compared, in constant time and each of them every
 * time: how long it takes says nothing about any of them. While a token is replaced, the old one is good until its time.
 */
export function createTokenFinder(
  tokens: readonly TokenSettings[],
  clock: () => number,
): (secret: string) => FoundToken {
  const known = tokens.flatMap((token) => {
    const end = timeOf(token.expires);
    const { previous } = token;
    const current = { token, digest: digestOf(token), end };
    return previous === undefined
      ? [current]
      : [current, { token, digest: digestOf(previous), end: Math.min(end, timeOf(previous.until)) }];
  });
  return (secret) => {
    const digest = sha256(secret);
    let found: FoundToken;
    for (const candidate of known) {
      if (timingSafeEqual(candidate.digest, digest)) {
        found = { token: candidate.token, expired: clock() >= candidate.end };
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

function digestOf({ secret, sha256: hex }: Pick<TokenSettings, 'secret' | 'sha256'>): Buffer {
  return secret === undefined ? Buffer.from(hex ?? '0'.repeat(64), 'hex') : sha256(secret);
}

function timeOf(text: string | undefined): number {
  return text === undefined ? Number.POSITIVE_INFINITY : Date.parse(text);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import type { IdentitySettings, Role } from '../../config/settings.ts';
import { PlumblineError } from '../../errors.ts';
import type { Actor } from '../../rollout/actor.ts';

type GrafanaSettings = NonNullable<IdentitySettings['grafana']>;

const maximumTokenLength = 8_192;
const maximumKeySetBytes = 262_144;
const keysTimeoutMs = 5_000;
const keysMaximumAgeMs = 5 * 60_000;
/** Unknown key ids cause at most one fetch in this time, however many tokens carry them. */
const keysCooldownMs = 30_000;
const clockSkewSeconds = 60;

/**
 * Tells who is behind Grafana, from the ID token that its proxies add as `X-Grafana-Id`: an ES256 JWT, checked against the
 * key set at the configured address (never at one the token names).
 *
 * Throws `NOT_AUTHENTICATED` for a token that is missing or wrong in any way, `IDENTITY_UNAVAILABLE` when the keys cannot
 * be fetched. There is no third way in.
 */
export function createGrafanaPersonReader(
  settings: GrafanaSettings,
  clock: () => number,
): (idToken: string | undefined) => Promise<Actor> {
  const keys = createRemoteJWKSet(new URL(settings.keysUrl), {
    timeoutDuration: keysTimeoutMs,
    cacheMaxAge: keysMaximumAgeMs,
    cooldownDuration: keysCooldownMs,
    [customFetch]: fetchCapped,
  });
  // Grafana ends its root URL with a slash, whether its setting does or not.
  const issuer = settings.issuer.replace(/\/?$/, '/');

  return async (idToken) => {
    if (idToken === undefined || idToken === '') {
      throw notAuthenticated('the request has no X-Grafana-Id: people are told apart by it');
    }
    if (idToken.length > maximumTokenLength) {
      throw notAuthenticated('X-Grafana-Id is too long');
    }
    const verified = await jwtVerify(idToken, keys, {
      algorithms: ['ES256'],
      typ: 'jwt',
      issuer,
      audience: `org:${settings.organisation}`,
      maxTokenAge: '11m',
      requiredClaims: ['exp', 'iat', 'sub'],
      clockTolerance: clockSkewSeconds,
      currentDate: new Date(clock()),
    }).catch((error: unknown) => {
      throw refusalOf(error);
    });
    const claims = personClaims.safeParse(verified.payload);
    if (!claims.success) {
      throw notAuthenticated('X-Grafana-Id is not about a person: service accounts and anonymous visitors have no say');
    }
    const { sub, name, username, role } = claims.data;
    return {
      subject: sub,
      name: name ?? username ?? sub,
      role: settings.roles[sub] ?? roleOfClaim(role),
      scopes: [],
      human: true,
    };
  };
}

/** As Grafana names them: `name` is what people read, `username` what they sign in with. */
const personClaims = z.object({
  sub: z.string().regex(/^user:[\x21-\x7e]{1,128}$/),
  username: z.string().min(1).max(256).optional().catch(undefined),
  name: z.string().min(1).max(256).optional().catch(undefined),
  role: z.string().optional().catch(undefined),
});

/** Grafana's organisation roles. Older versions send none: then a person only reads. */
function roleOfClaim(role: string | undefined): Role {
  switch (role) {
    case 'Admin':
      return 'approver';
    case 'Editor':
      return 'operator';
    default:
      return 'viewer';
  }
}

/** What a failed check means. Reasons are words of ours: the token's content never reaches a message. */
function refusalOf(error: unknown): PlumblineError {
  const expired = error instanceof errors.JWTExpired;
  const wrong =
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys;
  if (expired || wrong) {
    const reason = expired ? 'it has expired' : `it is not valid (${error.code})`;
    return notAuthenticated(`X-Grafana-Id is refused: ${reason}`, error);
  }
  // Everything else happened on the way to the keys: a time-out, no connection, not a key set.
  return new PlumblineError('IDENTITY_UNAVAILABLE', 'the keys that check X-Grafana-Id cannot be fetched', {
    cause: error,
  });
}

function notAuthenticated(message: string, cause?: unknown): PlumblineError {
  return new PlumblineError('NOT_AUTHENTICATED', message, cause === undefined ? {} : { cause });
}

/** `fetch` that does not follow redirects (jose asks for that) and reads no more than a key set can be. */
async function fetchCapped(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, options);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maximumKeySetBytes) {
      throw new Error(`the key set is larger than ${maximumKeySetBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks), { status: response.status, headers: response.headers });
}

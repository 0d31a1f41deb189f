import { createHmac, timingSafeEqual } from 'node:crypto';
import { PlumblineError } from '../errors.ts';

/**
 * Standard Webhooks 1.0.0: `webhook-signature: v1,<base64 HMAC-SHA256>` over `<id>.<unix seconds>.<body>`, several
 * signatures separated by spaces while a secret is being replaced.
 */

const secretPrefix = 'whsec_';
export const toleranceSeconds = 300;

export interface SignedHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/** The bytes of a `whsec_<base64>` secret. 24-64 bytes: shorter ones can be guessed, longer ones gain nothing. */
export function secretBytes(secret: string): Buffer {
  const bytes = secret.startsWith(secretPrefix)
    ? Buffer.from(secret.slice(secretPrefix.length), 'base64')
    : Buffer.alloc(0);
  if (bytes.length < 24 || bytes.length > 64) {
    throw new PlumblineError('BAD_CONFIG', 'a webhook secret is "whsec_" and the base64 of 24 to 64 random bytes');
  }
  return bytes;
}

/** Headers for one attempt. `id` stays the same over retries: it is the receiver's idempotency key. */
export function signWebhook(secrets: readonly string[], id: string, unixSeconds: number, body: string): SignedHeaders {
  const signatures = secrets.map((secret) => `v1,${macOf(secret, id, String(unixSeconds), body).toString('base64')}`);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(unixSeconds),
    'webhook-signature': signatures.join(' '),
  };
}

export type SignatureVerdict =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly reason: string };

/** Checks a received webhook over its raw body. Never throws on what was received. */
export function verifyWebhook(
  secrets: readonly string[],
  headers: Readonly<Record<string, string | undefined>>,
  rawBody: string,
  nowMs: number,
): SignatureVerdict {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signature = headers['webhook-signature'];
  if (id === undefined || timestamp === undefined || signature === undefined) {
    return { ok: false, reason: 'one of webhook-id, webhook-timestamp and webhook-signature is missing' };
  }
  if (!/^\d{1,12}$/.test(timestamp)) {
    return { ok: false, reason: 'webhook-timestamp is not a whole number of seconds' };
  }
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > toleranceSeconds) {
    return { ok: false, reason: `webhook-timestamp is more than ${toleranceSeconds} s away from now` };
  }
  const expected = secrets.map((secret) => macOf(secret, id, timestamp, rawBody));
  for (const part of signature.split(' ')) {
    const [scheme, mac] = part.split(',');
    if (scheme !== 'v1' || mac === undefined) continue;
    const received = Buffer.from(mac, 'base64');
    if (expected.some((one) => one.length === received.length && timingSafeEqual(one, received)))
      return { ok: true, id };
  }
  return { ok: false, reason: 'no signature matches' };
}

function macOf(secret: string, id: string, timestamp: string, body: string): Buffer {
  return createHmac('sha256', secretBytes(secret)).update(`${id}.${timestamp}.${body}`).digest();
}

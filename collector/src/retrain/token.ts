import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The callback token of one job: proves that whoever reports was sent the request. It is derived, not stored, so that
 * no copy of an event at rest holds it. Form: `<job id>.<expiry, ms>.<base64url HMAC-SHA256>`.
 */
export function jobToken(key: Uint8Array, jobId: string, expiresAt: number): string {
  const payload = `${jobId}.${expiresAt}`;
  return `${payload}.${macOf(key, payload).toString('base64url')}`;
}

export type TokenVerdict = 'valid' | 'malformed' | 'other_job' | 'expired' | 'bad_signature';

export function checkJobToken(key: Uint8Array, token: string, jobId: string, now: number): TokenVerdict {
  const match = /^([A-Za-z0-9_-]+)\.(\d{1,16})\.([A-Za-z0-9_-]{43})$/.exec(token);
  const [, tokenJob, expiry, mac] = match ?? [];
  if (tokenJob === undefined || expiry === undefined || mac === undefined) return 'malformed';
  const expected = macOf(key, `${tokenJob}.${expiry}`);
  // The signature first: an unsigned claim about job or expiry says nothing.
  if (!timingSafeEqual(expected, Buffer.from(mac, 'base64url'))) return 'bad_signature';
  if (tokenJob !== jobId) return 'other_job';
  if (Number(expiry) < now) return 'expired';
  return 'valid';
}

function macOf(key: Uint8Array, payload: string): Buffer {
  return createHmac('sha256', key).update(payload).digest();
}

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HookSettings } from '../config/settings.ts';
import { type SignatureVerdict, toleranceSeconds, verifyWebhook } from './signature.ts';

export type HookScheme = HookSettings['scheme'];

export interface InboundRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body as it came: a body that is read and written again has another signature. */
  readonly rawBody: string;
}

type Verify = (request: InboundRequest, secret: string, nowMs: number) => SignatureVerdict;

/**
 * How a request proves who sent it, by scheme. Whoever has no id of its own is known by what it signed: the same request
 * twice is one. Never throws on what was received; compares in constant time.
 *
 * | scheme | signed | form | secret |
 * |---|---|---|---|
 * | standard | `id.seconds.body` | `v1,<base64>`, several | `whsec_<base64>` |
 * | mlflow | `id.seconds.body` | `v1,<base64>` | as it is |
 * | grafana | `seconds:body` | hex | as it is |
 * | wandb | `body` | hex or base64 | as it is |
 * | bearer | nothing | `Authorization: Bearer <secret>` | as it is |
 */
const schemes: Readonly<Record<HookScheme, Verify>> = {
  standard: ({ headers, rawBody }, secret, nowMs) => verifyWebhook([secret], headers, rawBody, nowMs),

  mlflow({ headers, rawBody }, secret, nowMs) {
    const id = headers['x-mlflow-delivery-id'];
    const seconds = headers['x-mlflow-timestamp'];
    const signature = headers['x-mlflow-signature'];
    if (id === undefined || seconds === undefined || signature === undefined) {
      return refused('one of X-MLflow-Delivery-Id, X-MLflow-Timestamp and X-MLflow-Signature is missing');
    }
    const late = lateness(seconds, nowMs);
    if (late !== null) return refused(late);
    const expected = mac(secret, `${id}.${seconds}.${rawBody}`);
    const matches = signature
      .split(' ')
      .some((part) => part.startsWith('v1,') && equals(expected, part.slice(3), 'base64'));
    return matches ? { ok: true, id } : refused('no signature matches');
  },

  grafana({ headers, rawBody }, secret, nowMs) {
    const signature = headers['x-grafana-alerting-signature'];
    const seconds = headers['x-grafana-alerting-timestamp'];
    if (signature === undefined) return refused('X-Grafana-Alerting-Signature is missing');
    // Without it an old request would be as good as a new one for ever.
    if (seconds === undefined) {
      return refused('X-Grafana-Alerting-Timestamp is missing: name it as the timestamp header of the contact point');
    }
    const late = lateness(seconds, nowMs);
    if (late !== null) return refused(late);
    const expected = mac(secret, `${seconds}:${rawBody}`);
    return equals(expected, signature, 'hex') ? { ok: true, id: signature } : refused('no signature matches');
  },

  wandb({ headers, rawBody }, secret) {
    const signature = headers['x-wandb-signature'];
    if (signature === undefined) return refused('X-Wandb-Signature is missing');
    const expected = mac(secret, rawBody);
    const matches = equals(expected, signature, 'hex') || equals(expected, signature, 'base64');
    // There is no time in it: the same body is the same request.
    return matches ? { ok: true, id: expected.toString('hex') } : refused('no signature matches');
  },

  bearer({ headers, rawBody }, secret) {
    const given = /^Bearer ([\x21-\x7e]{1,4096})$/i.exec(headers.authorization ?? '')?.[1];
    if (given === undefined) return refused('Authorization: Bearer <token> is missing');
    const key = 'compare';
    // Of tokens of any length only hashes of one length are compared.
    if (!timingSafeEqual(mac(key, given), mac(key, secret))) return refused('it is another token');
    return { ok: true, id: headers['idempotency-key'] ?? headers['webhook-id'] ?? mac(key, rawBody).toString('hex') };
  },
};

export function verifyInbound(
  scheme: HookScheme,
  request: InboundRequest,
  secret: string,
  nowMs: number,
): SignatureVerdict {
  return schemes[scheme](request, secret, nowMs);
}

function mac(secret: string, text: string): Buffer {
  return createHmac('sha256', secret).update(text).digest();
}

function equals(expected: Buffer, signature: string, encoding: 'hex' | 'base64'): boolean {
  const given = Buffer.from(signature, encoding);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function lateness(seconds: string, nowMs: number): string | null {
  if (!/^\d{1,12}$/.test(seconds)) return 'the timestamp is not a whole number of seconds';
  return Math.abs(nowMs / 1000 - Number(seconds)) > toleranceSeconds
    ? `the timestamp is more than ${toleranceSeconds} s away from now`
    : null;
}

function refused(reason: string): SignatureVerdict {
  return { ok: false, reason };
}

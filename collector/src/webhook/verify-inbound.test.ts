import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { type HookScheme, type InboundRequest, verifyInbound } from './verify-inbound.ts';

/** Each scheme with a signature as its sender makes it, and everything that must not pass. */

const nowMs = Date.UTC(2026, 10, 22, 12);
const seconds = String(nowMs / 1000);
const standardSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const plainSecret = 'a secret of words & signs';
const body = '{"type":"annotation.recorded", "data":{"model":"m","text":"ü"}}';
const hmac = (text: string, encoding: 'hex' | 'base64') =>
  createHmac('sha256', plainSecret).update(text).digest(encoding);

interface Case {
  readonly scheme: HookScheme;
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signature: string;
  readonly time: string | null;
}

const cases: readonly Case[] = [
  {
    scheme: 'standard',
    secret: standardSecret,
    headers: {
      'webhook-id': 'msg_1',
      'webhook-timestamp': seconds,
      'webhook-signature': new Webhook(standardSecret).sign('msg_1', new Date(nowMs), body),
    },
    signature: 'webhook-signature',
    time: 'webhook-timestamp',
  },
  {
    scheme: 'mlflow',
    secret: plainSecret,
    headers: {
      'x-mlflow-delivery-id': 'd-1',
      'x-mlflow-timestamp': seconds,
      'x-mlflow-signature': `v1,${hmac(`d-1.${seconds}.${body}`, 'base64')}`,
    },
    signature: 'x-mlflow-signature',
    time: 'x-mlflow-timestamp',
  },
  {
    scheme: 'grafana',
    secret: plainSecret,
    headers: {
      'x-grafana-alerting-timestamp': seconds,
      'x-grafana-alerting-signature': hmac(`${seconds}:${body}`, 'hex'),
    },
    signature: 'x-grafana-alerting-signature',
    time: 'x-grafana-alerting-timestamp',
  },
  {
    scheme: 'wandb',
    secret: plainSecret,
    headers: { 'x-wandb-signature': hmac(body, 'hex') },
    signature: 'x-wandb-signature',
    time: null,
  },
  {
    scheme: 'bearer',
    secret: 'token-of-a-pipeline',
    headers: { authorization: 'Bearer token-of-a-pipeline' },
    signature: 'authorization',
    time: null,
  },
];

const request = (headers: InboundRequest['headers'], rawBody = body): InboundRequest => ({ headers, rawBody });

describe.each(cases)('the scheme $scheme', ({ scheme, secret, headers, signature, time }) => {
  const verify = (one: InboundRequest, at = nowMs, key = secret) => verifyInbound(scheme, one, key, at);

  it('takes what its sender signed, and knows the same request again', () => {
    const first = verify(request(headers));
    expect(first).toMatchObject({ ok: true });
    expect(verify(request(headers))).toEqual(first);
  });

  it('refuses another secret, a missing signature, an empty one and garbage', () => {
    const other = scheme === 'standard' ? `whsec_${Buffer.alloc(32, 8).toString('base64')}` : `${secret}x`;
    expect(verify(request(headers), nowMs, other).ok).toBe(false);
    for (const value of [undefined, '', 'v1,', 'v1', 'zz', 'Bearer', 'Bearer ', `${headers[signature]}x`.slice(3)]) {
      expect(verify(request({ ...headers, [signature]: value })).ok, String(value)).toBe(false);
    }
  });

  it('refuses a body that was changed or written anew, where the body is signed', () => {
    if (scheme === 'bearer') return;
    expect(verify(request(headers, `${body} `)).ok).toBe(false);
    expect(verify(request(headers, JSON.stringify(JSON.parse(body)))).ok).toBe(false);
  });

  it('refuses a time that is too old, too new, missing or no number, where there is one', () => {
    if (time === null) return;
    expect(verify(request(headers), nowMs + 301_000).ok).toBe(false);
    expect(verify(request(headers), nowMs - 301_000).ok).toBe(false);
    for (const value of [undefined, '', `${seconds}abc`, '-1', '1e9']) {
      expect(verify(request({ ...headers, [time]: value })).ok, String(value)).toBe(false);
    }
  });
});

describe('the scheme wandb', () => {
  it('takes hex and base64', () => {
    expect(verifyInbound('wandb', request({ 'x-wandb-signature': hmac(body, 'base64') }), plainSecret, nowMs).ok).toBe(
      true,
    );
  });
});

import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { signWebhook, verifyWebhook } from './signature.ts';

const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const other = `whsec_${Buffer.alloc(24, 2).toString('base64')}`;
const nowMs = 1_700_000_000_000;
const body = '{"type":"model.retrain.requested"}';
const headers = signWebhook([secret], 'evt_1', nowMs / 1000, body);

describe('a webhook signature', () => {
  it('is the one the Standard Webhooks reference library makes', () => {
    expect(headers['webhook-signature']).toBe(new Webhook(secret).sign('evt_1', new Date(nowMs), body));
  });

  it('verifies over the raw body, also while the secret is being replaced', () => {
    expect(verifyWebhook([secret], { ...headers }, body, nowMs)).toEqual({ ok: true, id: 'evt_1' });
    const both = signWebhook([secret, other], 'evt_1', nowMs / 1000, body);
    expect(verifyWebhook([other], { ...both }, body, nowMs).ok).toBe(true);
    expect(verifyWebhook([other, secret], { ...headers }, body, nowMs).ok).toBe(true);
  });

  it.each<[string, Record<string, string | undefined>, string, number]>([
    ['a changed body', {}, `${body} `, nowMs],
    ['a changed id', { 'webhook-id': 'evt_2' }, body, nowMs],
    ['a time too long ago', {}, body, nowMs + 301_000],
    ['a time too far ahead', {}, body, nowMs - 301_000],
    ['a timestamp with letters behind it', { 'webhook-timestamp': `${nowMs / 1000}abc` }, body, nowMs],
    ['a missing signature', { 'webhook-signature': undefined }, body, nowMs],
    ['an unknown scheme', { 'webhook-signature': headers['webhook-signature'].replace('v1,', 'v9,') }, body, nowMs],
    ['an empty signature', { 'webhook-signature': 'v1,' }, body, nowMs],
  ])('is refused for %s', (_, change, received, at) => {
    expect(verifyWebhook([secret], { ...headers, ...change }, received, at).ok).toBe(false);
  });

  it('is refused under another secret', () => {
    expect(verifyWebhook([other], { ...headers }, body, nowMs).ok).toBe(false);
  });

  it('is never made with a secret that is too short or has no prefix', () => {
    expect(() => signWebhook(['whsec_c2hvcnQ='], 'evt_1', 0, body)).toThrow(/24 to 64 random bytes/);
    expect(() => signWebhook(['plain-text-secret-plain-text-secret'], 'evt_1', 0, body)).toThrow(/whsec_/);
  });
});

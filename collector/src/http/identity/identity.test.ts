import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { identitySettings } from '../../config/settings.ts';
import { isPlumblineError, type PlumblineError } from '../../errors.ts';
import type { Actor } from '../../rollout/actor.ts';
import { createIdentity, type Identity } from './identity.ts';
import { type FakeGrafana, personClaims, startFakeGrafana, testKeyId } from './testing/fake-grafana.ts';

const now = Date.UTC(2026, 10, 22, 12);
const proxySecret = 'the-token-that-Grafana-keeps';

let grafana: FakeGrafana;
let identity: Identity;

beforeAll(async () => {
  grafana = await startFakeGrafana();
});
afterAll(() => grafana.stop());
beforeEach(() => {
  grafana.answerKeysWith(null);
  identity = makeIdentity();
});

function makeIdentity(
  change: { issuer?: string; insecureLocal?: boolean; roles?: Record<string, 'viewer' | 'operator' | 'approver'> } = {},
) {
  const { issuer, keysUrl } = { ...grafana, ...change };
  return createIdentity(
    identitySettings.parse({
      tokens: [
        { name: 'grafana', secret: proxySecret, scopes: ['proxy'] },
        { name: 'ci', secret: 'token-of-a-pipeline', scopes: ['read', 'versions:register'] },
      ],
      grafana: { issuer, keysUrl, roles: change.roles ?? {} },
      insecureLocal: change.insecureLocal ?? false,
    }),
    () => now,
  );
}

function ask(headers: IncomingHttpHeaders, remote = '127.0.0.1'): Promise<Actor> {
  return identity.identify({ host: '127.0.0.1:4318', ...headers }, remote);
}

function throughGrafana(idToken?: string): Promise<Actor> {
  return ask({ authorization: `Bearer ${proxySecret}`, ...(idToken === undefined ? {} : { 'x-grafana-id': idToken }) });
}

/** 403, for a reason that has to do with the ID token and with nothing else. */
const refusedIdToken = { code: 'NOT_AUTHENTICATED', status: 403, message: expect.stringContaining('X-Grafana-Id') };

async function refusal(answer: Promise<unknown>): Promise<PlumblineError> {
  const error = await answer.then(
    (value) => new Error(`was let in: ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (!isPlumblineError(error)) {
    throw error;
  }
  return error;
}

describe('a machine', () => {
  it('is its token, with its scopes and no role', async () => {
    expect(await ask({ authorization: 'Bearer token-of-a-pipeline' })).toEqual({
      subject: 'token:ci',
      name: 'ci',
      role: null,
      scopes: ['read', 'versions:register'],
      human: false,
    });
  });

  it('does not become a person by sending an ID token', async () => {
    const idToken = await grafana.sign(personClaims(grafana, now));
    const actor = await ask({ authorization: 'Bearer token-of-a-pipeline', 'x-grafana-id': idToken });
    expect(actor).toMatchObject({ subject: 'token:ci', human: false });
  });

  it('may be known by the digest of its token alone, until it expires, and its old token while it is replaced', async () => {
    const hex = (text: string) => createHash('sha256').update(text).digest('hex');
    let time = Date.parse('2026-11-22T00:00:00Z');
    const replaced = createIdentity(
      identitySettings.parse({
        tokens: [
          {
            name: 'ci',
            sha256: hex('the-new-token'),
            expires: '2027-01-01T00:00:00Z',
            scopes: ['read'],
            previous: { sha256: hex('the-old-token'), until: '2026-12-01T00:00:00Z' },
          },
        ],
      }),
      () => time,
    );
    const subject = async (token: string) =>
      (await replaced.identify({ authorization: `Bearer ${token}` }, '127.0.0.1')).subject;
    expect(await subject('the-new-token')).toBe('token:ci');
    expect(await subject('the-old-token')).toBe('token:ci');
    time = Date.parse('2026-12-01T00:00:00Z');
    expect(await subject('the-new-token')).toBe('token:ci');
    const expired = { code: 'NOT_AUTHENTICATED', status: 403, message: 'the token ci has expired' };
    expect(await refusal(subject('the-old-token'))).toMatchObject(expired);
    time = Date.parse('2027-01-01T00:00:00Z');
    expect(await refusal(subject('the-new-token'))).toMatchObject(expired);
    expect(await refusal(subject(hex('the-new-token')))).toMatchObject({ code: 'NOT_AUTHENTICATED' });
  });

  it.each([
    ['no token', {}],
    ['a wrong token', { authorization: 'Bearer token-of-a-pipelinE' }],
    ['a longer token', { authorization: 'Bearer token-of-a-pipeline ' }],
    ['another scheme', { authorization: 'Basic token-of-a-pipeline' }],
    ['an empty token', { authorization: 'Bearer ' }],
    ['a token with a line break', { authorization: 'Bearer token-of-a-pipeline\n' }],
  ])('is refused with %s, by 403 and never 401', async (_, headers) => {
    expect(await refusal(ask(headers))).toMatchObject({ code: 'NOT_AUTHENTICATED', status: 403 });
  });
});

describe('a person behind Grafana', () => {
  it('is told apart by the ID token, with the role Grafana gave', async () => {
    const signed = (role: string | undefined) => grafana.sign(personClaims(grafana, now, { role }));
    expect(await throughGrafana(await signed('Admin'))).toEqual({
      subject: 'user:ana',
      name: 'Ana',
      role: 'approver',
      scopes: [],
      human: true,
    });
    expect(await throughGrafana(await signed('Editor'))).toMatchObject({ role: 'operator' });
    expect(await throughGrafana(await signed('Viewer'))).toMatchObject({ role: 'viewer' });
    expect(await throughGrafana(await signed(undefined))).toMatchObject({ role: 'viewer' });
    expect(await throughGrafana(await signed('approver'))).toMatchObject({ role: 'viewer' });
  });

  it('is known by an issuer that was written without the slash with which Grafana ends its own', async () => {
    identity = makeIdentity({ issuer: grafana.issuer.slice(0, -1) });
    expect(await throughGrafana(await grafana.sign(personClaims(grafana, now)))).toMatchObject({ subject: 'user:ana' });
  });

  it('has the role that the settings bind to the subject, whatever Grafana says', async () => {
    identity = makeIdentity({ roles: { 'user:ana': 'operator' } });
    const idToken = await grafana.sign(personClaims(grafana, now, { role: 'Admin' }));
    expect(await throughGrafana(idToken)).toMatchObject({ role: 'operator' });
  });

  it("is never a machine, however the ID token is broken; only Grafana on nobody's behalf is, and it only reads", async () => {
    identity = createIdentity(
      identitySettings.parse({
        tokens: [{ name: 'grafana', secret: proxySecret, scopes: ['proxy', 'read'] }],
        grafana: { issuer: grafana.issuer, keysUrl: grafana.keysUrl },
      }),
      () => now,
    );
    expect(await throughGrafana()).toMatchObject({
      subject: 'token:grafana',
      role: null,
      scopes: ['read'],
      human: false,
    });
    expect(await refusal(throughGrafana(''))).toMatchObject(refusedIdToken);
    expect(await refusal(throughGrafana('broken'))).toMatchObject(refusedIdToken);
    expect(await throughGrafana(await grafana.sign(personClaims(grafana, now)))).toMatchObject({ subject: 'user:ana' });
  });

  it('is refused without the token of Grafana itself, however good the ID token', async () => {
    const idToken = await grafana.sign(personClaims(grafana, now));
    expect(await refusal(ask({ 'x-grafana-id': idToken }))).toMatchObject({ code: 'NOT_AUTHENTICATED' });
    expect(await refusal(ask({ 'x-grafana-id': idToken, authorization: 'Bearer other' }))).toMatchObject({
      code: 'NOT_AUTHENTICATED',
    });
  });

  const seconds = Math.floor(now / 1000);
  const wrongClaims: [string, Record<string, unknown>][] = [
    ['that has expired', { iat: seconds - 1_000, exp: seconds - 400 }],
    ['that is older than its life, whatever it says itself', { iat: seconds - 3_600, exp: seconds + 3_600 }],
    ['from the future', { iat: seconds + 600, exp: seconds + 1_200 }],
    ['of another organisation', { aud: ['org:2'] }],
    ['of another Grafana', { iss: 'https://grafana.example.com/' }],
    ['without a time', { iat: undefined }],
    ['that never expires', { exp: undefined }],
    ['about nobody', { sub: undefined }],
    ['of a service account', { sub: 'service-account:7', type: 'service-account' }],
    ['of an anonymous visitor', { sub: 'anonymous:0' }],
    ['about an empty user', { sub: 'user:' }],
  ];
  it.each(wrongClaims)('is refused with an ID token %s', async (_, claims) => {
    const idToken = await grafana.sign(personClaims(grafana, now, claims));
    expect(await refusal(throughGrafana(idToken))).toMatchObject(refusedIdToken);
  });

  it('is refused with an ID token of another type', async () => {
    const idToken = await grafana.sign(personClaims(grafana, now), { typ: 'at+jwt' });
    expect(await refusal(throughGrafana(idToken))).toMatchObject(refusedIdToken);
  });

  it('is refused with an ID token that nobody signed', async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const idToken = `${part({ alg: 'none', typ: 'jwt', kid: testKeyId })}.${part(personClaims(grafana, now))}.`;
    expect(await refusal(throughGrafana(idToken))).toMatchObject(refusedIdToken);
  });

  it('is refused with an ID token signed by the public key as if it were a secret', async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    const secret = new TextEncoder().encode(await exportSPKI(pair.publicKey));
    const idToken = await new SignJWT(personClaims(grafana, now))
      .setProtectedHeader({ alg: 'HS256', typ: 'jwt', kid: testKeyId })
      .sign(secret);
    expect(await refusal(throughGrafana(idToken))).toMatchObject(refusedIdToken);
  });

  it("is refused with an ID token of a foreign key under our key's id", async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const idToken = await new SignJWT(personClaims(grafana, now))
      .setProtectedHeader({ alg: 'ES256', typ: 'jwt', kid: testKeyId })
      .sign(privateKey);
    expect(await refusal(throughGrafana(idToken))).toMatchObject(refusedIdToken);
  });

  it('is refused with an ID token whose claims were changed after signing', async () => {
    const [header, , signature] = (await grafana.sign(personClaims(grafana, now, { role: 'Viewer' }))).split('.');
    const claims = Buffer.from(JSON.stringify(personClaims(grafana, now, { role: 'Admin' }))).toString('base64url');
    expect(await refusal(throughGrafana(`${header}.${claims}.${signature}`))).toMatchObject(refusedIdToken);
  });

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['not a token', 'ana'],
    ['as long as a book', 'a'.repeat(10_000)],
  ])('is refused with an ID token that is %s', async (_, idToken) => {
    expect(await refusal(throughGrafana(idToken))).toMatchObject(refusedIdToken);
  });

  it('costs one fetch of the keys, even with many unknown key ids', async () => {
    const before = grafana.fetches();
    await throughGrafana(await grafana.sign(personClaims(grafana, now)));
    for (const kid of ['x', 'y', 'z']) {
      const idToken = await grafana.sign(personClaims(grafana, now), { kid });
      expect(await refusal(throughGrafana(idToken))).toMatchObject(refusedIdToken);
    }
    expect(grafana.fetches() - before).toBe(1);
  });

  it.each([
    ['fail', { status: 500, body: 'oops' }],
    ['are not there', { status: 404, body: '{}' }],
    ['are null, as Grafana Cloud says', { status: 200, body: '{"keys":null}' }],
    ['are a web page', { status: 200, body: '<html>' }],
    ['are somewhere else', { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/keys' } }],
    ['are as large as a film', { status: 200, body: `{"keys":[],"x":"${'x'.repeat(300_000)}"}` }],
  ])('waits (503, retriable) while the keys %s', async (_, answer) => {
    grafana.answerKeysWith(answer);
    const idToken = await grafana.sign(personClaims(grafana, now));
    expect(await refusal(throughGrafana(idToken))).toMatchObject({
      code: 'IDENTITY_UNAVAILABLE',
      status: 503,
      retriable: true,
    });
  });

  it('is never named by what the token says, in a refusal', async () => {
    const idToken = await grafana.sign(personClaims(grafana, now, { aud: ['org:<script>'], username: 'secret-name' }));
    expect((await refusal(throughGrafana(idToken))).message).not.toMatch(/script|secret-name/);
  });
});

describe('the insecure local mode', () => {
  beforeEach(() => {
    identity = makeIdentity({ insecureLocal: true });
  });

  it('takes people of this machine for whom they say they are', async () => {
    expect(await ask({})).toMatchObject({ subject: 'local:you', role: 'approver', human: true });
    expect(await ask({ 'x-plumbline-user': 'ana', 'x-plumbline-role': 'viewer' })).toMatchObject({
      subject: 'local:ana',
      role: 'viewer',
    });
  });

  it('still refuses a wrong token', async () => {
    expect(await refusal(ask({ authorization: 'Bearer wrong' }))).toMatchObject({ code: 'NOT_AUTHENTICATED' });
  });

  it('refuses names that would not be plain in the audit log', async () => {
    for (const name of ['ana/ben', 'ana\u202e', 'x'.repeat(65), '']) {
      expect(await refusal(ask({ 'x-plumbline-user': name })), name).toMatchObject({ code: 'BAD_REQUEST' });
    }
    expect(await refusal(ask({ 'x-plumbline-role': 'admin' }))).toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('refuses other machines, other names of this machine, and pages of other sites', async () => {
    expect(await refusal(ask({}, '10.0.0.7'))).toMatchObject({ code: 'NOT_AUTHENTICATED' });
    expect(await refusal(ask({ host: 'evil.example:4318' }))).toMatchObject({ code: 'NOT_AUTHENTICATED' });
    expect(await refusal(ask({ host: '127.0.0.1.evil.example' }))).toMatchObject({ code: 'NOT_AUTHENTICATED' });
    expect(await refusal(ask({ origin: 'https://evil.example' }))).toMatchObject({ code: 'NOT_AUTHENTICATED' });
    expect(await ask({ host: 'localhost:4318', origin: 'http://localhost:3000' })).toMatchObject({ human: true });
    expect(await ask({}, '::ffff:127.0.0.1')).toMatchObject({ human: true });
  });
});

import { createHmac, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logisticOnnx } from '../../../test/onnx/logistic.ts';
import { plumblineSettings } from '../config/index.ts';
import { meaningProblems } from '../config/meaning.ts';
import { type Answer, startTestApi, type TestApi } from '../main/testing/api.ts';
import { digestOf } from '../rollout/index.ts';
import { routes } from './routes/index.ts';

/**
 * The OWASP API Security Top 10 of 2023, a test a line, against the whole API on a real store. What leaves the collector
 * (API7, and the answers of receivers in API10) is tested where it leaves: `webhook/`.
 */

let api: TestApi;
let digest: string;

beforeAll(async () => {
  api = await startTestApi();
  const artefact = new Uint8Array(logisticOnnx({ inputs: ['a'], weights: [1], bias: 0 }));
  digest = digestOf(artefact);
  const type = { 'content-type': 'application/octet-stream' };
  await api.ask(`/v1/artefacts/${digest}`, { as: 'trainer', method: 'PUT', body: artefact, headers: type });
  expect((await register({ version: '1', digest })).status).toBe(201);
});
afterAll(() => api.stop());

const json = { 'content-type': 'application/json' };
const register = (body: unknown) =>
  api.ask('/v1/models/credit/versions', {
    as: 'trainer',
    method: 'POST',
    headers: json,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const revision = async () => (await api.ask('/v1/models/credit/versions')).body.revision as number;
const promote = async (as: 'vera' | 'ed' | 'ana' | 'ben' | 'robot', headers: Record<string, string> = {}) =>
  api.act(
    '/v1/actions/promote/credit',
    { version: '1', reason: 'a reason' },
    { as, revision: await revision(), headers },
  );
const withIdToken = (token: string) =>
  api.ask('/v1/models', {
    as: 'nobody',
    headers: { authorization: 'Bearer secret-of-grafana', 'x-grafana-id': token },
  });

function expectRefusal(answer: Answer, status: number, code: string): void {
  expect([answer.status, answer.body?.error?.code]).toEqual([status, code]);
}

describe('API1: an object that is not the caller’s', () => {
  it.each(['other', 'CREDIT', 'credit ', '*'])('looks the same as one that does not exist: %j', async (name) => {
    const path = (model: string) => `/v1/models/${encodeURIComponent(model)}/versions`;
    const [hidden, missing] = [await api.ask(path(name)), await api.ask(path('no-such-model'))];
    expectRefusal(hidden, 404, 'UNKNOWN_MODEL');
    const withoutId = ({ body }: Answer) => ({ ...body.error, details: undefined });
    expect(withoutId(hidden)).toEqual(withoutId(missing));
  });

  it('is not decided about by guessing ids', async () => {
    for (const id of ['ap_1', 'rt_1', 'ap_%00', '__proto__']) {
      const answer = await api.act(`/v1/actions/approve/${id}`, { reason: 'let me' }, { as: 'ana', revision: 1 });
      expect([400, 404]).toContain(answer.status);
    }
  });
});

describe('API2: a broken proof of who calls', () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: 'x', aud: ['org:1'], sub: 'user:ana', exp: 4_102_444_800, iat: 1, role: 'Admin' };
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const unsigned = (header: unknown) => `${part(header)}.${part(claims)}`;
  const byPublicKey = (text: string) =>
    createHmac('sha256', publicKey.export({ format: 'pem', type: 'spki' }))
      .update(text)
      .digest('base64url');
  const hs256 = unsigned({ alg: 'HS256', typ: 'jwt', kid: 'test-2026-11-es256' });

  it.each([
    ['without a signature', `${unsigned({ alg: 'none', typ: 'jwt' })}.`],
    ['signed with a public key as if it were a secret', `${hs256}.${byPublicKey(hs256)}`],
    ['without a key id', `${unsigned({ alg: 'ES256', typ: 'jwt' })}.AAAA`],
    ['of another type', `${unsigned({ alg: 'ES256', typ: 'at+jwt', kid: 'test-2026-11-es256' })}.AAAA`],
    ['of an unknown key', `${unsigned({ alg: 'ES256', typ: 'jwt', kid: 'nobody' })}.AAAA`],
    ['of ten kilobytes', 'a'.repeat(10_000)],
    ['that is three dots', '...'],
    ['that is nothing', ''],
  ])('is refused with 403: an ID token %s', async (_, token) => {
    expectRefusal(await withIdToken(token), 403, 'NOT_AUTHENTICATED');
  });

  it('is refused in the query, where it would be logged', async () => {
    expectRefusal(await api.ask('/v1/models?token=secret-of-reader', { as: 'nobody' }), 403, 'NOT_AUTHENTICATED');
    expectRefusal(await api.ask('/v1/models?token=secret-of-reader'), 400, 'UNKNOWN_FIELD');
  });
});

describe('API3: fields that are not the caller’s to set', () => {
  it.each([
    ['state', '{"state":"champion"}'],
    ['registeredBy', '{"registeredBy":"user:ana"}'],
    ['approvedBy', '{"approvedBy":["user:ana","user:ben"]}'],
    ['revision', '{"revision":99}'],
    ['__proto__', '{"__proto__":{"state":"champion"}}'],
    ['constructor', '{"constructor":{"prototype":{"state":"champion"}}}'],
  ])('are refused in a registration: %s', async (_, extra) => {
    const answer = await register(`{"version":"2","digest":"${digest}",${extra.slice(1)}`);
    expect(answer.status).toBe(400);
    expect(['UNKNOWN_FIELD', 'BAD_REQUEST']).toContain(answer.body.error.code);
    expect((await api.ask('/v1/models/credit/versions/2')).status).toBe(404);
  });

  it('are refused in a control action', async () => {
    const body = { version: '1', reason: 'a reason', approvedBy: ['user:ben'] };
    const answer = await api.act('/v1/actions/promote/credit', body, { as: 'ana', revision: await revision() });
    expectRefusal(answer, 400, 'UNKNOWN_FIELD');
  });

  it('never come back either: answers hold what their schema lists', async () => {
    const { body } = await api.ask('/v1/models/credit/versions/1');
    expect(Object.keys(body).toSorted()).toEqual(
      [
        ...['digest', 'evaluation', 'gates', 'history', 'model', 'parameters'],
        ...['registeredAt', 'registeredBy', 'source', 'state', 'version'],
      ].toSorted(),
    );
  });
});

describe('API4: more than anybody needs', () => {
  const parameters = (text: string) => `{"version":"9","digest":"${digest}","parameters":${text}}`;
  it.each<[string, () => Promise<Answer>, number]>([
    ['a body of two megabytes', () => register(parameters(`{"a":"${'x'.repeat(2_000_000)}"}`)), 413],
    ['a body nested 10 000 deep', () => register(parameters('['.repeat(10_000) + ']'.repeat(10_000))), 400],
    ['a name of 100 000 characters', () => register({ version: 'v'.repeat(100_000), digest }), 400],
    ['10 000 inputs that are no texts', () => register({ version: '9', digest, inputs: Array(10_000).fill(1) }), 400],
    ['a number that is none', () => register(`{"version":"9","digest":"${digest}","threshold":NaN}`), 400],
    ['a number too large', () => register(`{"version":"9","digest":"${digest}","threshold":1e309}`), 400],
    ['a negative share', () => register({ version: '9', digest, threshold: -0.1 }), 400],
    ['a page of a billion', () => api.ask('/v1/audit?limit=1000000000'), 400],
    ['a page after a time beyond all times', () => api.ask('/v1/audit?after=99999999999999999999'), 400],
  ])('is refused: %s', async (_, send, status) => {
    const answer = await send();
    expect(answer.status).toBe(status);
    expect(answer.text.length).toBeLessThan(4_000);
  });
});

describe('API5: what is above the caller’s role', () => {
  it('is refused to a viewer, to an editor and to a machine, each in its own way', async () => {
    expectRefusal(await promote('vera'), 403, 'FORBIDDEN');
    const asked = await promote('ed');
    expect(asked.body).toMatchObject({ outcome: 'awaiting_approval' });
    const { id, revision: seen } = asked.body.approval;
    const approve = (as: 'ed' | 'robot' | 'vera') =>
      api.act(`/v1/actions/approve/${id}`, { reason: 'fine by me' }, { as, revision: seen });
    expectRefusal(await approve('ed'), 403, 'FORBIDDEN');
    expectRefusal(await approve('vera'), 403, 'FORBIDDEN');
    expectRefusal(await approve('robot'), 403, 'FORBIDDEN');
    const denied = await api.act(
      `/v1/actions/approve/${id}`,
      { decision: 'deny', reason: 'not now' },
      { as: 'ben', revision: seen },
    );
    expect(denied.status).toBe(200);
  });

  it('is refused to whoever asked: nobody approves their own', async () => {
    const { id, revision: seen } = (await promote('ana')).body.approval;
    const own = await api.act(`/v1/actions/approve/${id}`, { reason: 'fine by me' }, { as: 'ana', revision: seen });
    expectRefusal(own, 409, 'REFUSED');
    expect(own.body.error.details.reason).toBe('APPROVER_IS_REQUESTER');
    await api.act(`/v1/actions/approve/${id}`, { decision: 'deny', reason: 'not now' }, { as: 'ben', revision: seen });
  });

  it.each(['break-glass', 'close-break-glass', 'release'])('is refused to machines: %s', async (verb) => {
    const body = { reason: 'because it is an emergency', ...(verb === 'release' ? { version: '1' } : {}) };
    const answer = await api.act(`/v1/actions/${verb}/credit`, body, { as: 'robot', revision: await revision() });
    expectRefusal(answer, 403, 'FORBIDDEN');
  });
});

describe('API6: one thing a thousand times', () => {
  it('has one effect, and whoever goes on is slowed down', async () => {
    api.now += 3_600_000;
    const seen = await revision();
    const click = () =>
      api.act(
        '/v1/actions/promote/credit',
        { version: '1', reason: 'clicked' },
        { as: 'ed', revision: seen, headers: { 'idempotency-key': 'one-and-the-same' } },
      );
    const answers = [];
    for (let i = 0; i < 80; i++) answers.push(await click());
    const statuses = answers.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(answers.at(-1)?.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await revision()).toBe(seen + 1);
  });
});

describe('API8: how it is set up', () => {
  it('lets no other site read it', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const preflight = await api.ask('/v1/models', { method: 'OPTIONS', headers });
    expect(preflight.status).toBe(404);
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('tells nothing about itself in a failure, and protects every answer', async () => {
    for (const path of ['/v1/models', '/v1/nothing', '/v1/models/%zz']) {
      const { headers, text } = await api.ask(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-powered-by')).toBeNull();
      expect(text).not.toMatch(/node_modules|\.ts:|at Object/);
    }
  });

  it('does not start open to the network', () => {
    const open = plumblineSettings.parse({
      collector: { http: { host: '0.0.0.0' }, identity: { insecureLocal: true } },
    });
    expect(meaningProblems(open).map(({ message }) => message)).toContainEqual(
      expect.stringContaining('refused on 0.0.0.0'),
    );
  });
});

describe('API9: what nobody knows of', () => {
  it('is not there: every path is versioned and listed, and no other answers', async () => {
    for (const path of ['/models', '/v0/models', '/v2/models', '/admin', '/debug', '/.env', '/v1']) {
      expectRefusal(await api.ask(path), 404, 'NOT_FOUND');
    }
    const { body } = await api.ask('/v1/openapi.json');
    const listed = Object.entries<Record<string, unknown>>(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(listed.toSorted()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted());
  });
});

describe('a path that Grafana forwards', () => {
  it('never answers 401, whatever the credentials: Grafana would log the person out and send it again', async () => {
    for (const { method, path } of routes) {
      const real = path.replace(':model', 'credit').replaceAll(/:\w+/g, 'x');
      for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'Basic YTpi' }]) {
        const body = method === 'GET' ? undefined : '{}';
        // The stream of live events never ends; who may open it is asked before.
        const { status } = await api.ask(real, { as: 'nobody', method, headers: { ...json, ...headers }, body });
        expect([method, path, status === 401]).toEqual([method, path, false]);
      }
    }
  });
});

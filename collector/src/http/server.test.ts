import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { plumblineSettings } from '../config/index.ts';
import { PlumblineError } from '../errors.ts';
import { jsonCollection, type Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { apiError } from './api.ts';
import { joiningStore } from './idempotency.ts';
import { createIdentity } from './identity/identity.ts';
import { createLiveEvents } from './live-events.ts';
import type { Services } from './ports.ts';
import { jsonRoute, type Route, rawRoute } from './route.ts';
import { createHttpServer } from './server.ts';

/** What the server does for every route, seen through a small table on a real socket and a real store. */

const counters = jsonCollection<number>('counters');
const count = z.strictObject({ by: z.number().min(-10).max(10), note: z.string().max(100).optional() });
const answer = z.object({ total: z.number() });

const table: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/v1/total/:name',
    summary: 'Reads a counter',
    access: { kind: 'read' },
    params: z.strictObject({ name: z.string().max(20) }),
    query: z.strictObject({ plus: z.string().regex(/^\d+$/).transform(Number).optional() }),
    response: answer,
    handle: async ({ services, params, query }) => ({
      total: ((await services.store.read((read) => read.get(counters, params.name)))?.value ?? 0) + (query.plus ?? 0),
    }),
  }),
  jsonRoute({
    method: 'POST',
    path: '/v1/actions/pause/:name',
    summary: 'Changes a counter',
    access: { kind: 'verb', verb: 'pause' },
    isAction: true,
    params: z.strictObject({ name: z.string() }),
    body: count,
    response: answer,
    handle: ({ services, params, body, control, announce }) =>
      services.store.transaction(async (transaction) => {
        const stored = await transaction.get(counters, params.name);
        if ((stored?.revision ?? 0) !== control?.expectedRevision) {
          throw new PlumblineError('STALE_REVISION', 'changed since');
        }
        const total = (stored?.value ?? 0) + body.by;
        await transaction.put(counters, params.name, total);
        announce('version', params.name);
        if (body.note === 'fail after writing') {
          throw new PlumblineError('REFUSED', 'no', { details: { reason: 'test' } });
        }
        return { total };
      }),
  }),
  jsonRoute({
    method: 'GET',
    path: '/v1/broken/:how',
    summary: 'Fails as asked',
    access: { kind: 'open' },
    params: z.strictObject({ how: z.string() }),
    response: answer,
    async handle({ params }) {
      switch (params.how) {
        case 'nan':
          return { total: Number.NaN };
        case 'infinite':
          return { total: 1e308 * 10 };
        default:
          throw new Error(`secret detail: ${params.how}`);
      }
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/readyz',
    summary: 'Not ready',
    access: { kind: 'open' },
    response: answer,
    async handle() {
      throw new PlumblineError('NOT_READY', 'connecting');
    },
  }),
  rawRoute({
    method: 'PUT',
    path: '/v1/bytes/:name',
    summary: 'Counts bytes',
    access: { kind: 'scope', scope: 'artefacts:write' },
    bodyLimit: 2_000_000,
    consumes: ['application/octet-stream'],
    produces: 'application/json',
    async respond({ bytes }, reply) {
      let total = 0;
      for await (const chunk of bytes ?? Readable.from([])) {
        total += chunk.length;
      }
      return reply.send({ total });
    },
  }),
];

let store: Store;
let server: FastifyInstance;
let url: string;
let now: number;
let changes: number;
let log: { readonly level: number; readonly event: string; readonly route?: string }[];

beforeEach(async () => {
  now = Date.UTC(2026, 10, 22);
  changes = 0;
  log = [];
  store = await openSqliteStore({ path: ':memory:' });
  const settings = plumblineSettings.parse({
    collector: {
      identity: {
        insecureLocal: true,
        tokens: [
          { name: 'reader', secret: 'reader-token', scopes: ['read'] },
          { name: 'robot', secret: 'robot-token', scopes: ['control'] },
        ],
      },
    },
  });
  const services: Pick<Services, 'settings' | 'store' | 'clock' | 'changed' | 'live'> = {
    settings,
    store: joiningStore(store),
    clock: () => now,
    live: createLiveEvents(now),
    changed: () => {
      changes += 1;
    },
  };
  server = createHttpServer({
    routes: table,
    // The routes of this table use no other service.
    services: services as Services,
    identity: createIdentity(settings.collector.identity, () => now),
    logger: pino({ level: 'debug' }, { write: (line) => void log.push(JSON.parse(line)) }),
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  // A TCP server that listens has an address object.
  url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await server.close();
  await store.close();
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url + path, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

let keys = 0;
function act(body: unknown, headers: Record<string, string | undefined> = {}, name = 'a'): Promise<Answer> {
  keys += 1;
  const all = {
    'content-type': 'application/json',
    'if-match': '"0"',
    'idempotency-key': `key-number-${keys}`,
    ...headers,
  };
  const sent = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return ask(`/v1/actions/pause/${name}`, { method: 'POST', headers: sent, body: text });
}

const total = async (name = 'a') => (await ask(`/v1/total/${name}`)).body;

function expectError(found: Answer, status: number, code: string): string {
  expect(found.body).toMatchObject({ error: { code } });
  expect(found.status).toBe(status);
  return apiError.parse(found.body).error.message;
}

/** Sends a path as it is: `fetch` would tidy it up first. */
function askRaw(path: string): Promise<{ status: number; body: string }> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', port, path }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}

describe('a read', () => {
  it('answers JSON with an entity tag, and 304 to whoever has it', async () => {
    const first = await ask('/v1/total/a');
    expect(first).toMatchObject({ status: 200, body: { total: 0 } });
    const etag = first.headers.get('etag') ?? '';
    const again = await ask('/v1/total/a', { headers: { 'if-none-match': `"other", ${etag}` } });
    expect(again).toMatchObject({ status: 304, body: null });
    expect(again.headers.get('etag')).toBe(etag);
    expect(await act({ by: 1 })).toMatchObject({ status: 200 });
    expect(await ask('/v1/total/a', { headers: { 'if-none-match': etag } })).toMatchObject({
      status: 200,
      body: { total: 1 },
    });
  });

  it('cannot be framed, sniffed, kept by proxies, or read by other sites', async () => {
    const { headers } = await ask('/v1/total/a');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toContain('private');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it.each([
    ['an unknown query field', '/v1/total/a?plu=1', 'UNKNOWN_FIELD'],
    ['a token in the query', '/v1/total/a?token=reader-token', 'UNKNOWN_FIELD'],
    ['a repeated query field', '/v1/total/a?plus=1&plus=2', 'BAD_REQUEST'],
    ['a query field of another kind', '/v1/total/a?plus=-1', 'BAD_REQUEST'],
    ['a path part that is too long', `/v1/total/${'x'.repeat(21)}`, 'BAD_REQUEST'],
    ['a prototype in the query', '/v1/total/a?__proto__=1', 'UNKNOWN_FIELD'],
    ['a prototype in a nested query', '/v1/total/a?constructor[prototype]=1', 'UNKNOWN_FIELD'],
  ])('refuses %s', async (_, path, code) => {
    expectError(await ask(path), 400, code);
  });

  it.each([
    '/v1/../v1/total/a',
    '/v1/total/..',
    '/v1/total/./a',
    '//v1/total/a',
    '/v1//total/a',
    '/v1/total/a%2fb',
    '/v1/total/a%2Fb',
    '/v1/total/%2e%2e',
    '/v1/total/a%5cb',
    '/v1/total/a\\b',
    '/v1/total/a%00',
    '/v1/total/%252e',
    'http://evil.example/v1/total/a',
  ])('refuses the path trick %s', async (path) => {
    const { status, body } = await askRaw(path);
    expect(apiError.parse(JSON.parse(body)).error.code).toBe('BAD_REQUEST');
    expect(status).toBe(400);
  });

  it('answers what is not there, or not with that method, with 404', async () => {
    expectError(await ask('/v1/nothing'), 404, 'NOT_FOUND');
    expectError(await ask('/total/a'), 404, 'NOT_FOUND');
    expectError(await ask('/v1/total/a', { method: 'DELETE' }), 404, 'NOT_FOUND');
    expectError(await ask('/v1/total/%zz'), 400, 'BAD_REQUEST');
  });
});

describe('a failure of ours', () => {
  it.each(['nan', 'infinite'])('is an error and not a broken number: %s', async (how) => {
    expectError(await ask(`/v1/broken/${how}`), 500, 'INTERNAL');
  });

  it('never shows its stack or its message', async () => {
    const found = await ask('/v1/broken/database');
    expectError(found, 500, 'INTERNAL');
    expect(JSON.stringify(found.body)).not.toMatch(/secret|\.ts|at /);
    expect(found.headers.get('x-request-id')).toBe(apiError.parse(found.body).error.details?.requestId);
  });
});

describe('the log', () => {
  const levels = async (path: string) => {
    log.length = 0;
    await ask(path);
    await expect.poll(() => log.map(({ event }) => event)).toContain('http.request');
    return log.map(({ event, level }) => `${event} ${pino.levels.labels[level]}`);
  };

  it('calls a failure of ours an error, a refusal information, and an answer nothing to read', async () => {
    expect(await levels('/v1/broken/nan')).toEqual(['http.failed error', 'http.request error']);
    expect(await levels('/v1/total/no-such-name-as-long-as-this')).toEqual(['http.refused debug', 'http.request info']);
    expect(await levels('/v1/total/a')).toEqual(['http.request debug']);
  });

  it('does not fill with probes of a collector that is not ready', async () => {
    expect(await levels('/readyz')).toEqual(['http.refused debug', 'http.request debug']);
    expect((await ask('/readyz')).status).toBe(503);
  });
});

describe('a control action', () => {
  it('does its work once, however often it is sent, and gives the first answer again', async () => {
    const headers = { 'idempotency-key': 'the-same-key' };
    expect(await act({ by: 5 }, headers)).toMatchObject({ status: 200, body: { total: 5 } });
    const again = await act({ by: 5 }, headers);
    expect(again).toMatchObject({ status: 200, body: { total: 5 } });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await total()).toEqual({ total: 5 });
    expect(changes).toBe(1);
  });

  it('does its work once when it is sent twice at the same time', async () => {
    const headers = { 'idempotency-key': 'the-same-key' };
    const both = await Promise.all([act({ by: 5 }, headers), act({ by: 5 }, headers)]);
    expect(both.map(({ body }) => body)).toEqual([{ total: 5 }, { total: 5 }]);
    expect(await total()).toEqual({ total: 5 });
  });

  it('refuses the same key for another request', async () => {
    const headers = { 'idempotency-key': 'the-same-key' };
    await act({ by: 5 }, headers);
    expectError(await act({ by: 6 }, headers), 409, 'IDEMPOTENCY_KEY_REUSED');
    expectError(await act({ by: 5 }, { ...headers, 'if-match': '"1"' }), 409, 'IDEMPOTENCY_KEY_REUSED');
    expectError(await act({ by: 5 }, headers, 'b'), 409, 'IDEMPOTENCY_KEY_REUSED');
  });

  it('keeps the keys of different people apart, and forgets them after a day', async () => {
    const headers = { 'idempotency-key': 'the-same-key' };
    await act({ by: 5 }, headers);
    const other = { ...headers, 'x-plumbline-user': 'ben', 'if-match': '"1"' };
    expect(await act({ by: 1 }, other)).toMatchObject({ body: { total: 6 } });
    now += 24 * 3_600_000;
    expect(await act({ by: 1 }, { ...headers, 'if-match': '"2"' })).toMatchObject({ body: { total: 7 } });
  });

  it('remembers nothing of what failed, and leaves no half of it', async () => {
    const headers = { 'idempotency-key': 'the-same-key' };
    expectError(await act({ by: 5, note: 'fail after writing' }, headers), 409, 'REFUSED');
    expect(await total()).toEqual({ total: 0 });
    expect(changes).toBe(0);
    expect(await act({ by: 5 }, headers)).toMatchObject({ body: { total: 5 } });
  });

  it('needs the revision its caller saw', async () => {
    expectError(await act({ by: 1 }, { 'if-match': undefined }), 428, 'REVISION_REQUIRED');
    expectError(await act({ by: 1 }, { 'if-match': '"7"' }), 412, 'STALE_REVISION');
    for (const header of ['7', '*', 'W/"0"', '"0", "1"', '"-1"', '"1e3"', '"00"', '""']) {
      expectError(await act({ by: 1 }, { 'if-match': header }), 400, 'BAD_REQUEST');
    }
  });

  it('needs a key of its caller', async () => {
    expectError(await act({ by: 1 }, { 'idempotency-key': undefined }), 428, 'IDEMPOTENCY_KEY_REQUIRED');
    for (const key of ['short', 'x'.repeat(129), 'with a space']) {
      expectError(await act({ by: 1 }, { 'idempotency-key': key }), 400, 'BAD_REQUEST');
    }
  });

  it.each([
    ['an unknown field', '{"by":1,"state":"champion"}', 400, 'UNKNOWN_FIELD'],
    ['a prototype', '{"by":1,"__proto__":{"admin":true}}', 400, 'BAD_REQUEST'],
    ['a constructor', '{"by":1,"constructor":{"prototype":{"admin":true}}}', 400, 'BAD_REQUEST'],
    ['a number beyond numbers', '{"by":1e309}', 400, 'BAD_REQUEST'],
    ['no number', '{"by":NaN}', 400, 'BAD_REQUEST'],
    ['text for a number', '{"by":"1"}', 400, 'BAD_REQUEST'],
    ['null', 'null', 400, 'BAD_REQUEST'],
    ['a list', '[]', 400, 'BAD_REQUEST'],
    ['half of JSON', '{"by":', 400, 'BAD_REQUEST'],
    ['nothing', '', 400, 'BAD_REQUEST'],
    ['nesting without end', '['.repeat(400_000), 400, 'BAD_REQUEST'],
    ['a giant', `{"by":1,"note":"${'x'.repeat(1_100_000)}"}`, 413, 'TOO_LARGE'],
    [
      'a hundred thousand fields',
      `{${Array.from({ length: 80_000 }, (_, index) => `"f${index}":1`).join(',')}}`,
      400,
      'UNKNOWN_FIELD',
    ],
  ])('refuses a body that holds %s', async (_, body, status, code) => {
    const message = expectError(await act(body), status, code);
    expect(message.length).toBeLessThan(5_000);
    expect(await total()).toEqual({ total: 0 });
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it('refuses other content types', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      expectError(await act('{"by":1}', { 'content-type': type }), 415, 'UNSUPPORTED_CONTENT_TYPE');
    }
  });

  it('slows down whoever clicks a hundred times a minute, without a second effect', async () => {
    const statuses = [];
    for (let click = 0; click < 100; click += 1) {
      statuses.push((await act({ by: 1 })).status);
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(59);
    expect(statuses.filter((status) => status === 429)).toHaveLength(40);
    expect(await total()).toEqual({ total: 1 });
    // Others are not held up, and a minute later neither is the clicker.
    expect((await act({ by: 1 }, { 'x-plumbline-user': 'ben', 'if-match': '"1"' })).status).toBe(200);
    now += 60_000;
    expect((await act({ by: 1 }, { 'if-match': '"2"' })).status).toBe(200);
  });
});

describe('permission', () => {
  it.each([
    ['a wrong token', { authorization: 'Bearer wrong-token' }, 'NOT_AUTHENTICATED'],
    ['a token without the scope', { authorization: 'Bearer reader-token' }, 'FORBIDDEN'],
    ['a viewer', { 'x-plumbline-role': 'viewer' }, 'FORBIDDEN'],
    ['a page of another site', { origin: 'https://evil.example' }, 'NOT_AUTHENTICATED'],
  ])('is refused to %s by 403, never 401, and before anything is read', async (_, headers, code) => {
    expectError(await act('not even JSON', headers), 403, code);
    expect(await total()).toEqual({ total: 0 });
  });

  it('is given to a token with the scope', async () => {
    expect((await act({ by: 1 }, { authorization: 'Bearer robot-token' })).status).toBe(200);
  });
});

describe('an upload', () => {
  const put = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    ask('/v1/bytes/x', { method: 'PUT', body, headers: { 'content-type': 'application/octet-stream', ...headers } });

  it('is handed on as it arrives', async () => {
    expect(await put(new Uint8Array(1_500_000))).toMatchObject({ status: 200, body: { total: 1_500_000 } });
  });

  it('slows down whoever uploads without end, and nobody else', async () => {
    const statuses = [];
    for (let upload = 0; upload < 130; upload += 1) {
      statuses.push((await put('x')).status);
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(120);
    expect(statuses.filter((status) => status === 429)).toHaveLength(10);
    expect((await put('x', { 'x-plumbline-user': 'ben' })).status).toBe(200);
  });

  it('is refused when it says it is too large, has another type, or comes from a stranger', async () => {
    expectError(await put(new Uint8Array(2_000_001)), 413, 'TOO_LARGE');
    expectError(await put('{}', { 'content-type': 'application/json' }), 415, 'UNSUPPORTED_CONTENT_TYPE');
    expectError(await put('x', { authorization: 'Bearer reader-token' }), 403, 'FORBIDDEN');
  });
});

describe('a request that is not HTTP as we know it', () => {
  const exchange = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const { port } = new URL(url);
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
      let heard = '';
      socket.setEncoding('utf8');
      socket.on('data', (chunk: string) => {
        heard += chunk;
      });
      socket.on('close', () => resolve(heard));
      socket.on('error', reject);
    });

  it.each([
    ['garbage', 'HELLO\r\n\r\n', '400', 'BAD_REQUEST'],
    [
      'headers without end',
      `GET /v1/total/a HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
      '413',
      'TOO_LARGE',
    ],
    [
      'two lengths',
      'POST /v1/actions/pause/a HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      '400',
      'BAD_REQUEST',
    ],
  ])('is refused in the one error shape: %s', async (_, text, status, code) => {
    const heard = await exchange(text);
    expect(heard.split('\r\n', 1)[0]).toContain(` ${status} `);
    const body = heard.slice(heard.indexOf('\r\n\r\n') + 4);
    expect(apiError.parse(JSON.parse(body)).error.code).toBe(code);
  });
});

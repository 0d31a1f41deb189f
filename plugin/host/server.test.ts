import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createLocalJWKSet, createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestCollector, type TestCollector } from '../test/testing/collector.ts';
import { type Host, startHost } from './server.ts';

// The sources hold the same plugin.json as a build, but for placeholders that no route has.
const pluginFolder = fileURLToPath(new URL('../src', import.meta.url));
const proxy = '/api/plugin-proxy/plumbline-models-app';

let collector: TestCollector;
let host: Host;

beforeAll(async () => {
  collector = await startTestCollector();
  host = await startHost({ collectorUrl: `${collector.url}/`, collectorToken: 'the-token', pluginFolder });
});
afterEach(() => collector.reset());
afterAll(async () => {
  await host.stop();
  await collector.stop();
});

function call(path: string, { user = 'ada', ...init }: RequestInit & { user?: string } = {}) {
  return fetch(host.url + path, { ...init, headers: { cookie: `host_user=${user}`, ...init.headers } });
}

const promote = (user: string) =>
  call(`${proxy}/v1/actions/promote/credit-risk`, {
    user,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'if-match': '"14"', 'idempotency-key': 'k1' },
    body: JSON.stringify({ version: '2', reason: 'better' }),
  });

describe('the proxy', () => {
  it('passes a read on, with the collector token and without cookies or origin', async () => {
    const response = await call(`${proxy}/v1/models?limit=5`, {
      headers: { origin: host.url, referer: `${host.url}/a/x`, authorization: 'Bearer forged' },
    });
    expect(response.status).toBe(200);
    const [seen] = collector.requests;
    expect(seen?.url).toBe('/v1/models?limit=5');
    expect(seen?.headers.authorization).toBe('Bearer the-token');
    expect(seen?.headers).not.toHaveProperty('cookie');
    expect(seen?.headers).not.toHaveProperty('origin');
    expect(seen?.headers).not.toHaveProperty('referer');
    expect(seen?.headers['x-grafana-referer']).toBe(`${host.url}/a/x`);
  });

  it('passes an action on with its body, revision and key', async () => {
    expect((await promote('olu')).status).toBe(200);
    const [seen] = collector.requests;
    expect(seen).toMatchObject({
      method: 'POST',
      url: '/v1/actions/promote/credit-risk',
      body: { version: '2', reason: 'better' },
    });
    expect(seen?.headers).toMatchObject({ 'if-match': '"14"', 'idempotency-key': 'k1' });
  });

  it('refuses an action that the role does not grant, before the collector hears of it', async () => {
    const response = await promote('vic');
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ message: 'plugin proxy route access denied' });
    expect(collector.requests).toEqual([]);
  });

  it.each([
    ['GET', '/v1/unknown'],
    ['GET', '/metrics'],
    ['DELETE', '/v1/models/credit-risk'],
    ['POST', '/v1/models/credit-risk/versions'],
    ['POST', '/v1/actions/forget/credit-risk'],
    ['GET', ''],
  ])('lets nothing through that has no route: %s %s', async (method, path) => {
    const response = await call(proxy + path, { method });
    expect(response.status).toBe(404);
    expect(collector.requests).toEqual([]);
  });

  it('marks every answer as a sandbox and takes its cookies away', async () => {
    const upstream = createServer((_, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'text/html', 'set-cookie': 'a=b' }).end('<script>1</script>');
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const { port } = upstream.address() as AddressInfo; // a TCP server that listens has an address object
    host.connect(`http://127.0.0.1:${port}`, 'the-token');
    const response = await call(`${proxy}/v1/me`);
    host.connect(collector.url, 'the-token');
    upstream.close();
    expect(response.headers.get('content-security-policy')).toBe('sandbox');
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  it('streams: what the collector has said arrives before it has finished', async () => {
    let finish = () => {};
    const upstream = createServer((_, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      outgoing.write('data: first\n\n');
      finish = () => outgoing.end('data: last\n\n');
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const { port } = upstream.address() as AddressInfo; // a TCP server that listens has an address object
    host.connect(`http://127.0.0.1:${port}`, 'the-token');
    const response = await call(`${proxy}/v1/me`);
    const reader = response.body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value);
    finish();
    const last = new TextDecoder().decode((await reader?.read())?.value);
    host.connect(collector.url, 'the-token');
    upstream.close();
    expect([first, last]).toEqual(['data: first\n\n', 'data: last\n\n']);
  });

  it('says so when the collector is not there, and when none is known', async () => {
    const lost = await startHost({ collectorUrl: 'http://127.0.0.1:1', collectorToken: 'x', pluginFolder });
    const unreachable = await fetch(`${lost.url}${proxy}/v1/me`);
    await lost.stop();
    expect([unreachable.status, await unreachable.text()]).toEqual([502, '']);

    const unset = await startHost({ pluginFolder });
    const unknown = await fetch(`${unset.url}${proxy}/v1/me`);
    unset.configure({ tracingDataSource: 'tempo' });
    const unaddressed = await fetch(`${unset.url}${proxy}/v1/me`);
    await unset.stop();
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { message: 'Plugin setting not found' }]);
    expect([unaddressed.status, await unaddressed.text()]).toEqual([502, '']);
  });

  it('refuses requests that another site makes, or that come under another name', async () => {
    const foreign = await call(`${proxy}/v1/me`, { headers: { origin: 'http://evil.example' } });
    expect(foreign.status).toBe(403);
    const rebound = await new Promise<number | undefined>((resolve, reject) => {
      const { port } = new URL(host.url);
      request({ host: '127.0.0.1', port, path: `${proxy}/v1/me`, headers: { host: 'evil.example' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(rebound).toBe(403);
    expect(collector.requests).toEqual([]);
  });
});

describe('the identity token', () => {
  const tokenOf = async (user: string) => {
    await call(`${proxy}/v1/me`, { user, headers: { 'x-grafana-id': 'forged', 'x-grafana-user': 'root' } });
    const { headers } = collector.requests.at(-1)!;
    expect(headers).not.toHaveProperty('x-grafana-user');
    return String(headers['x-grafana-id']);
  };

  it('is signed by the published keys, and names person, organisation and role', async () => {
    const { payload, protectedHeader } = await jwtVerify(
      await tokenOf('olu'),
      createRemoteJWKSet(new URL(host.keysUrl)),
      { issuer: host.issuer, audience: 'org:1', algorithms: ['ES256'], typ: 'jwt', maxTokenAge: '10 minutes' },
    );
    expect(protectedHeader.kid).toBeTypeOf('string');
    expect(payload).toMatchObject({ sub: 'user:3', name: 'Olu', username: 'olu', role: 'Editor', type: 'user' });
    expect(payload.exp! - payload.iat!).toBe(600);
  });

  it('is signed by nobody else', async () => {
    const other = await startHost({ pluginFolder });
    const keys = createLocalJWKSet(await (await fetch(other.keysUrl)).json());
    await other.stop();
    await expect(jwtVerify(await tokenOf('ada'), keys)).rejects.toThrow();
  });
});

describe('the settings', () => {
  const save = (user: string, body: string) =>
    call('/api/plugins/plumbline-models-app/settings', { user, method: 'POST', body });

  it('are an administrator’s to change; a secret that is not sent is kept, and none is ever answered', async () => {
    const moved = JSON.stringify({ enabled: true, jsonData: { collectorUrl: `${collector.url}/moved` } });
    const answers = [await save('ada', moved), await call(`${proxy}/v1/models`)];
    const [seen] = collector.requests;
    expect([seen?.url, seen?.headers.authorization]).toEqual(['/moved/v1/models', 'Bearer the-token']);
    for (const answer of answers) {
      expect(await answer.text()).not.toContain('the-token');
    }
    host.connect(collector.url, 'the-token');
  });

  it.each([
    ['olu', '{}', 403],
    ['vic', '{}', 403],
    ['ada', 'not json', 400],
    ['ada', 'null', 400],
    ['ada', `{"jsonData":"${'x'.repeat(70_000)}"}`, 400],
  ])('stay as they are for %s with a wrong request', async (user, body, status) => {
    expect((await save(user, body)).status).toBe(status);
    expect((await call(`${proxy}/v1/models`)).status).toBe(200);
  });
});

describe('the files', () => {
  it('stay inside the plugin', async () => {
    const { port } = new URL(host.url);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      // A raw request: fetch would resolve the dots itself.
      request(
        { host: '127.0.0.1', port, path: '/public/plugins/plumbline-models-app/..%2f..%2fpackage.json' },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(404);
    expect((await call('/public/plugins/plumbline-models-app/plugin.json')).status).toBe(200);
  });

  it('are missing no icon: one that is not in the package is blank', async () => {
    for (const icon of ['unicons/bell', 'unicons/spinner', 'unicons/no-such-icon', 'mono/heart']) {
      const response = await call(`/public/build/img/icons/${icon}.svg`);
      expect([icon, response.status, response.headers.get('content-type')]).toEqual([icon, 200, 'image/svg+xml']);
    }
  });

  it('hold the fonts Grafana uses', async () => {
    expect((await call('/public/fonts/inter/Inter-Regular.woff2')).status).toBe(200);
    expect((await call('/public/fonts/inter/Unknown.woff2')).status).toBe(404);
  });
});

it('says what to build when there is nothing to serve', async () => {
  await expect(startHost({ pluginFolder: '/nonexistent' })).rejects.toThrow(/npm run build -w plugin/);
});

describe('live reload', () => {
  it('tells open pages to load themselves again, and is in no page of an ordinary host', async () => {
    const live = await startHost({ collectorUrl: collector.url, pluginFolder, liveReload: true });
    try {
      const waiting = await fetch(`${live.url}/host/reload`);
      expect(waiting.headers.get('content-type')).toContain('text/event-stream');
      const reader = waiting.body!.getReader();
      await reader.read();
      live.reloadPages();
      expect(new TextDecoder().decode((await reader.read()).value)).toContain('event: reload');
      await reader.cancel();
    } finally {
      await live.stop();
    }
    expect((await call('/host/reload')).status).toBe(404);
  });
});

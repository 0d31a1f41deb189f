import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestCollector, type TestCollector } from '../test/testing/collector.ts';
import { type Host, startHost } from './server.ts';

// The sources hold the same routes as a build.
const pluginFolder = fileURLToPath(new URL('../src', import.meta.url));
const proxy = '/api/datasources/proxy/uid/plumbline-models';

let collector: TestCollector;
let host: Host;

beforeAll(async () => {
  collector = await startTestCollector();
  host = await startHost({ collectorUrl: collector.url, collectorToken: 'the-token', pluginFolder });
});
afterEach(() => collector.reset());
afterAll(async () => {
  await host.stop();
  await collector.stop();
});

function call(
  path: string,
  { user = 'vic', base = host.url, ...init }: RequestInit & { user?: string; base?: string } = {},
) {
  return fetch(base + path, { ...init, headers: { cookie: `host_user=${user}`, ...init.headers } });
}

describe('the proxy of the data source', () => {
  it('passes a read on, with its token, for the person who looks', async () => {
    const response = await call(`${proxy}/v1/models/credit-risk/drift?from=1`, {
      headers: { authorization: 'forged' },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toBe('sandbox');
    const [seen] = collector.requests;
    expect(seen?.url).toBe('/v1/models/credit-risk/drift?from=1');
    expect(seen?.headers.authorization).toBe('Bearer the-token');
    expect(decodeJwt(String(seen?.headers['x-grafana-id'])).sub).toBe('user:4');
    expect(seen?.headers).not.toHaveProperty('cookie');
  });

  it.each([
    ['POST', '/v1/actions/promote/credit-risk'],
    ['POST', '/v1/models'],
    ['GET', '/v1/audit'],
  ])('reaches nothing by %s %s, whoever asks: there is no route and no url', async (method, path) => {
    const response = await call(proxy + path, { method, user: 'ada' });
    expect(response.status).toBe(502);
    expect(collector.requests).toEqual([]);
  });

  it('refuses whoever may not query the data source', async () => {
    const strict = await startHost({
      collectorUrl: collector.url,
      collectorToken: 't',
      pluginFolder,
      queriedBy: 'Editor',
    });
    try {
      const refused = await call(`${proxy}/v1/models`, { base: strict.url, user: 'vic' });
      expect(refused.status).toBe(403);
      expect(await refused.json()).toMatchObject({ message: expect.stringContaining('datasources:query') });
      expect((await call(`${proxy}/v1/models`, { base: strict.url, user: 'olu' })).status).toBe(200);
    } finally {
      await strict.stop();
    }
  });

  it('turns an upstream 401 into a 400, so that nobody is signed out of Grafana', async () => {
    const upstream = createServer((_, outgoing) => outgoing.writeHead(401).end('who are you?'));
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    try {
      // A TCP server that listens has an address object.
      const { port } = upstream.address() as AddressInfo;
      host.connect(`http://127.0.0.1:${port}`, 't');
      const response = await call(`${proxy}/v1/models`);
      expect([response.status, await response.text()]).toEqual([400, 'Authentication to data source failed']);
    } finally {
      host.connect(collector.url, 'the-token');
      upstream.close();
    }
  });
});

it('serves a nested plugin under its own id, and nothing outside its folder', async () => {
  const response = await call('/public/plugins/plumbline-models-datasource/plugin.json');
  expect(await response.json()).toMatchObject({ id: 'plumbline-models-datasource' });
  expect((await call('/public/plugins/plumbline-models-datasource/..%2fmodule.tsx')).status).toBe(404);
});

it('answers for provisioned dashboards alone', async () => {
  expect((await call('/api/dashboards/uid/plumbline-explain')).status).toBe(200);
  expect((await call('/api/dashboards/uid/nobody')).status).toBe(404);
});

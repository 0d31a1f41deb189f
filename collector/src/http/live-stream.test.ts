import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../main/testing/api.ts';
import { expectError, modelBytes, register, upload } from './testing/calls.ts';

/** What tells others that something changed: readiness, and the stream of live events. */

describe('readiness', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.stop());

  it('says why not, to anybody', async () => {
    expect(await api.ask('/healthz', { as: 'nobody' })).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await api.ask('/readyz', { as: 'nobody' })).toMatchObject({ status: 200, body: { ready: true } });
    api.notReady.push('not connected to NATS');
    const answer = await api.ask('/readyz', { as: 'nobody' });
    expect(expectError(answer, 'NOT_READY')).toBe('not connected to NATS');
    expect(answer.headers.get('retry-after')).toBe('5');
    expect((await api.ask('/v1/status')).body).toMatchObject({ ready: false, notReady: ['not connected to NATS'] });
    api.notReady.pop();
  });
});

describe('the live stream', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.stop());

  /** Reads until the text holds `wanted`. */
  async function watch(wanted: string, meanwhile: () => void, lastEventId?: string): Promise<string> {
    const ending = new AbortController();
    const secret = { authorization: 'Bearer secret-of-reader' };
    const response = await fetch(`${api.url}/v1/stream`, {
      headers: { ...secret, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
      signal: ending.signal,
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += new TextDecoder().decode(chunk);
      if (text.includes('watching') && !text.includes(wanted)) {
        meanwhile();
      }
      if (text.includes(wanted)) {
        break;
      }
    }
    ending.abort();
    return text;
  }
  const publish = (type: 'alert' | 'window') => api.live.publish({ type, model: 'credit', at: api.now });

  it('says what changed, resumes where it was left, and says when it cannot', async () => {
    const text = await watch('event: alert', () => publish('alert'));
    expect(text).toMatch(/id: \d+-1\nevent: alert\ndata: \{"model":"credit","at":\d+\}\n\n/);
    publish('window');
    const id = /id: (\S+)/.exec(text)?.[1] ?? '';
    const missed = await watch('event: window', () => undefined, id);
    expect(missed).not.toContain('event: alert');
    expect(await watch('event: reset', () => undefined, '1-999')).toContain('event: reset');
  });

  it('says it when the change is there to be read, and not when nothing changed', async () => {
    const seen: string[] = [];
    const unsubscribe = api.live.subscribe(({ type }) => seen.push(type));
    const digest = await upload(api, modelBytes(2));
    expectError(await register(api, { version: '1', digest: `sha256:${'1'.repeat(64)}` }), 'NOT_FOUND');
    expect(seen).toEqual([]);
    await register(api, { version: '1', digest });
    expect(seen).toEqual(['version']);
    unsubscribe();
  });

  it('lets go of readers that are gone', async () => {
    await watch('event: window', () => publish('window'));
    await expect.poll(() => api.live.watchers()).toBe(0);
  });
});

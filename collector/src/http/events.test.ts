import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../main/testing/api.ts';
import { inference, outcome } from '../main/testing/traffic.ts';
import { expectError } from './testing/calls.ts';

/** Events as JSON lines over HTTP. */

const start = Date.UTC(2026, 10, 20);

describe('events over HTTP', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.stop());

  const send = (body: string, headers: Record<string, string> = {}) =>
    api.ask('/v1/events', {
      as: 'gateway',
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-ndjson', ...headers },
    });
  const line = (event: object) => `${JSON.stringify(event)}\n`;

  it('are put on the stream, and with a key the same ones have the same identity', async () => {
    const body = line(inference('i1', start)) + line(outcome('i1', start, 'yes'));
    const headers = { 'idempotency-key': 'day-1-part-1' };
    expect(await send(body, headers)).toMatchObject({ status: 202, body: { accepted: 2, batches: 2 } });
    await send(body, headers);
    await send(body);
    const ids = api.published.map(({ messageId }) => messageId);
    expect(ids.slice(0, 2)).toEqual(ids.slice(2, 4));
    expect(new Set(ids).size).toBe(4);
    expect((await send(JSON.stringify([inference('i2', start)]), { 'content-type': 'application/json' })).status).toBe(
      202,
    );
  });

  it('are refused as a whole, with the place of what is wrong', async () => {
    const before = api.published.length;
    expect(expectError(await send(line(inference('i1', start)) + line({ kind: 'inference' })), 'BAD_DATA')).toMatch(
      /line 2/,
    );
    expectError(await send(line({ ...inference('i1', start), model: 'other' })), 'UNKNOWN_MODEL');
    expectError(await send(line({ ...inference('i1', start), admin: true })), 'BAD_DATA');
    expectError(await send('{"kind":"inference","score":1e309}'), 'BAD_DATA');
    expectError(await send('x'.repeat(1_048_577)), 'TOO_LARGE');
    expectError(await send('x', { 'content-type': 'text/csv' }), 'UNSUPPORTED_CONTENT_TYPE');
    // What could not be read is kept as a dead letter; nothing of it is an event.
    const refused = api.published.slice(before).map(({ headers }) => headers?.['Plumbline-Refused-Code']);
    expect(refused).toEqual(['BAD_EVENT', 'UNKNOWN_FIELD', 'BAD_EVENT']);
  });
});

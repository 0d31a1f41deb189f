import type { CollectorStatus, Me } from '@plumbline/collector/api';
import { describe, expect, it } from 'vitest';
import { collectorStatus } from '../../../test/testing/fixtures/index';
import { type FailureKind, RequestFailure } from '../../api/requestFailure';
import { checkConnection } from './checkConnection';

const address = 'http://collector:4318';
const person: Me = {
  subject: 'user:ada',
  name: 'Ada',
  role: 'approver',
  scopes: [],
  actions: [],
  insecure: false,
};

function check(me: Me | Error, status: CollectorStatus | Error = collectorStatus) {
  const answer = async <T>(value: T | Error): Promise<T> => {
    if (value instanceof Error) throw value;
    return value;
  };
  return checkConnection(address, { me: () => answer(me), status: () => answer(status) });
}

function failure(kind: FailureKind, code: string, status: number, message: string): RequestFailure {
  return new RequestFailure(kind, code, status, message);
}

describe('the test of the connection', () => {
  it('says who one is, and what the collector has', async () => {
    const { severity, title, lines } = await check(person);
    expect([severity, title]).toEqual(['success', 'Connected']);
    expect(lines).toEqual([
      'It knows you as Ada, with the role approver.',
      `Collector 0.1.0 at ${address}: 3 models, 4,104,000 inferences.`,
    ]);
  });

  it.each([
    ['not one of its tokens', 'the token is not one of collector.identity.tokens', /refuses the token/],
    ['no token', 'send a token: Authorization: Bearer <token>', /refuses the token/],
    ['another issuer', 'X-Grafana-Id is refused: it is not valid (ERR_X)', /does not accept who Grafana says/],
    ['no ID token', 'the request has no X-Grafana-Id: people are told apart by it', /does not accept who Grafana says/],
    ['no identity settings', 'collector.identity.grafana is not set, so nobody can be told apart', /not told to trust/],
  ])('tells refused credentials apart: %s', async (_, message, title) => {
    const result = await check(failure('forbidden', 'NOT_AUTHENTICATED', 403, message));
    expect(result).toMatchObject({ severity: 'error', code: 'NOT_AUTHENTICATED' });
    expect(result.title).toMatch(title);
    expect(result.lines[0]).toBe(message);
  });

  it.each([
    [failure('unreachable', 'HTTP_502', 502, 'Bad Gateway'), /Grafana cannot reach a collector at http:\/\/collector/],
    [failure('unreachable', 'HTTP_500', 500, 'no such host'), /Grafana cannot reach a collector/],
    [failure('unreachable', 'NO_ANSWER', 0, 'Failed to fetch'), /Grafana does not answer/],
    [failure('unreachable', 'IDENTITY_UNAVAILABLE', 503, 'keys'), /cannot fetch the keys/],
    [failure('forbidden', 'HTTP_403', 403, 'plugin proxy route access denied'), /does not let you read/],
    [failure('forbidden', 'FORBIDDEN', 403, 'it takes the scope read'), /answers, but refuses/],
    [failure('not_found', 'HTTP_404', 404, 'plugin route match not found'), /does not know the routes/],
    [failure('not_found', 'HTTP_404', 404, 'Cannot GET /v1/me'), /not a collector/],
    [failure('unreachable', 'STORE_UNAVAILABLE', 503, 'locked'), /answers, but refuses/],
    [new Error('broken'), /could not be tested/],
  ])('says in words what %s means', async (thrown, title) => {
    const result = await check(thrown);
    expect(result.severity).toBe('error');
    expect(result.title).toMatch(title);
    expect(result.lines.length).toBeGreaterThan(0);
  });

  it('names what a collector waits for', async () => {
    const { severity, title, lines } = await check(person, {
      ...collectorStatus,
      ready: false,
      notReady: ['broker', 'store'],
    });
    expect([severity, title]).toEqual(['warning', 'The collector answers, but is not ready']);
    expect(lines[0]).toBe('It waits for: broker, store');
  });

  it('warns when the collector takes people for a machine', async () => {
    const { severity, lines } = await check({ ...person, subject: 'token:grafana', name: 'grafana', role: null });
    expect(severity).toBe('warning');
    expect(lines[0]).toMatch(/machine grafana.*scope "proxy"/);
  });

  it('warns about the insecure local mode', async () => {
    const { severity, lines } = await check({ ...person, insecure: true });
    expect(severity).toBe('warning');
    expect(lines[0]).toMatch(/insecure local mode/);
  });

  it('does not take another server that answers with 200 for a collector', async () => {
    const { title } = await check({} as Me); // what a login page is read as
    expect(title).toMatch(/not a collector/);
  });
});

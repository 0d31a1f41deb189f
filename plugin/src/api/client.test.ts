import type { Verb } from '@plumbline/collector/api';
import { of } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { matchRoute } from '../../host/server/routeRules';
import plugin from '../plugin.json' with { type: 'json' };
import { permissionOf } from '../verbs';
import { collector, streamAddress } from './client';

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const { sent } = vi.hoisted(() => ({ sent: [] as Sent[] }));

vi.mock('@grafana/runtime', () => ({
  config: { appSubUrl: '/grafana' },
  isFetchError: () => false,
  getBackendSrv: () => ({
    fetch: (request: Sent) => {
      sent.push(request);
      return of({ data: { items: [], nextCursor: null } });
    },
  }),
}));

/** An id that no address holds as it is. */
const id = 'risk & reward?';
const prefix = `api/plugin-proxy/${plugin.id}`;

/** Every request of the client once. A new one does not compile until it stands here. */
const requests: Readonly<Record<Exclude<keyof typeof collector, 'act' | 'saveSettings'>, () => Promise<unknown>>> = {
  me: () => collector.me(),
  people: () => collector.people(),
  status: () => collector.status(),
  models: () => collector.models(),
  model: () => collector.model(id),
  drift: () => collector.drift(id, { version: '1', from: 1, to: 2 }),
  distribution: () => collector.distribution(id, 'feature:income', {}),
  dataQuality: () => collector.dataQuality(id, {}),
  fairness: () => collector.fairness(id, {}),
  performance: () => collector.performance(id, {}),
  weakSegments: () => collector.weakSegments(id, {}),
  usage: () => collector.usage(id, {}),
  versions: () => collector.versions(id),
  retrainRecommendation: () => collector.retrainRecommendation(id),
  alerts: () => collector.alerts({ model: id }),
  alert: () => collector.alert(id),
  alertHistory: () => collector.alertHistory(id, { limit: 10 }),
  wholeAlertHistory: () => collector.wholeAlertHistory(id),
  alertChanges: () => collector.alertChanges(id),
  alertIncident: () => collector.alertIncident(id),
  alertCertificates: () => collector.alertCertificates(id),
  silences: () => collector.silences({}),
  retrainJobs: () => collector.retrainJobs({}),
  webhooks: () => collector.webhooks(),
  deliveries: () => collector.deliveries({ state: 'dead' }),
  exemplars: () => collector.exemplars(id, {}),
  deadLetters: () => collector.deadLetters({ limit: 10, code: 'BAD_FRAME' }),
  deadLetterCodes: () => collector.deadLetterCodes(),
  deadLetter: () => collector.deadLetter(id),
  audit: () => collector.audit({ limit: 10 }),
  verifyAudit: () => collector.verifyAudit(),
};

function routeOf({ url, method }: Sent) {
  expect(url.startsWith(`${prefix}/`)).toBe(true);
  return matchRoute(plugin.routes, method, url.slice(prefix.length));
}

describe('every request of the pages', () => {
  it.each(Object.entries(requests))('%s has a route through Grafana, behind its permission', async (_, send) => {
    sent.length = 0;
    await send();
    expect(sent.length).toBeGreaterThan(0);
    for (const request of sent) {
      // What an app sent is shown to those alone who may have it read again.
      const permission = /dead-letters\/./.test(request.url) ? 'webhooks:replay' : 'models:read';
      expect([request.url, routeOf(request)?.route.reqAction]).toEqual([request.url, `${plugin.id}.${permission}`]);
    }
  });

  it.each(Object.entries(permissionOf))('the verb %s has a route behind %s', async (verb, permission) => {
    sent.length = 0;
    const decision = { verb: verb as Verb, target: id, revision: 7, body: { reason: 'why' }, idempotencyKey: 'k' };
    await collector.act(decision);
    const [request] = sent;
    expect(request?.headers).toEqual({ 'If-Match': '"7"', 'Idempotency-Key': 'k' });
    const match = routeOf(request as Sent);
    expect(match?.route.reqAction).toBe(permission);
    expect(match?.rest).toBe(id);
  });

  it('the live stream has a route, below the address at which Grafana is served', () => {
    expect(streamAddress()).toBe(`/grafana/${prefix}/v1/stream`);
    expect(matchRoute(plugin.routes, 'GET', '/v1/stream')).not.toBeNull();
  });
});

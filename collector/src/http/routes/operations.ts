import { z } from 'zod';
import { PlumblineError } from '../../errors.ts';
import { readCounts } from '../../store/counts.ts';
import { readPeople } from '../../store/people.ts';
import { collectorStatus, me, people } from '../api.ts';
import { actionsOf } from '../identity/access.ts';
import { collectMetrics } from '../metrics/collect.ts';
import { prometheusContentType, prometheusText } from '../metrics/prometheus-text.ts';
import { openApiDocument } from '../openapi.ts';
import { jsonRoute, type Route, rawRoute } from '../route.ts';
import { routes } from './index.ts';

/** What those who run a collector look at. */
export const operationRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/healthz',
    summary: 'The process answers',
    access: { kind: 'open' },
    response: z.object({ status: z.literal('ok') }),
    handle: async () => ({ status: 'ok' as const }),
  }),

  jsonRoute({
    method: 'GET',
    path: '/readyz',
    summary: 'It takes traffic; NOT_READY says why not',
    access: { kind: 'open' },
    errors: ['NOT_READY'],
    response: z.object({ ready: z.literal(true) }),
    async handle({ services }) {
      const reasons = services.collector.notReady();
      if (reasons.length > 0) {
        throw new PlumblineError('NOT_READY', reasons.join('; '), { details: { reasons } });
      }
      return { ready: true as const };
    },
  }),

  rawRoute({
    method: 'GET',
    path: '/metrics',
    summary: 'Prometheus metrics; open on loopback, elsewhere a token with the scope `read`',
    access: { kind: 'scrape' },
    produces: prometheusContentType,
    async respond({ services }, reply) {
      const families = await collectMetrics(services);
      return reply.type(prometheusContentType).send(prometheusText(families));
    },
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/openapi.json',
    summary: 'This document',
    access: { kind: 'open' },
    response: z.record(z.string(), z.unknown()),
    handle: async ({ services }) => openApiDocument(routes, services.collector.version),
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/me',
    summary: 'Who you are here and what you may do',
    access: { kind: 'known' },
    response: me,
    handle: async ({ services, actor }) => ({
      subject: actor.subject,
      name: actor.name,
      role: actor.role,
      scopes: [...actor.scopes],
      actions: actionsOf(actor),
      insecure: services.insecure,
    }),
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/people',
    summary: 'What people are called who ever acted',
    access: { kind: 'read' },
    response: people,
    handle: async ({ services }) => ({ items: await services.store.read(readPeople) }),
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/status',
    summary: 'Counts of everything that arrived, and whether the collector keeps up',
    access: { kind: 'read' },
    response: collectorStatus,
    async handle({ services }) {
      const { models, ...counts } = await services.store.read(readCounts);
      const { collector } = services;
      const notReady = [...collector.notReady()];
      return {
        version: collector.version,
        startedAt: collector.startedAt,
        ready: notReady.length === 0,
        notReady,
        counts,
        models,
        lagMessages: collector.lagMessages(),
      };
    },
  }),
];

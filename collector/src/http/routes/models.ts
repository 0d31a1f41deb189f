import { z } from 'zod';
import {
  distribution,
  driftReport,
  fairnessReport,
  performanceReport,
  usageReport,
  weakSegmentReport,
} from '../../monitor/index.ts';
import { readSegmentRecord } from '../../store/segment-records.ts';
import * as api from '../api.ts';
import { limitUpTo, pageOf, pageQuery } from '../page.ts';
import type { Services } from '../ports.ts';
import { type JsonRoute, jsonRoute } from '../route.ts';
import { dataQualityReport } from '../views/data-quality.ts';
import { exemplarReport } from '../views/exemplars.ts';
import { describeModel } from '../views/model-detail.ts';
import { summariseModels } from '../views/model-summary.ts';
import { type ReportQuery, readFinalBefore, readReportInput, readSegmentWindows } from '../views/report-input.ts';
import { readSearchedWindows } from '../views/searched-windows.ts';
import { knownModel, modelParams } from './known-model.ts';
import { rangeFields, rangeQuery } from './range-query.ts';

const driftWindows = 48;
const summaryWindows = 24;

export const modelRoutes: readonly JsonRoute[] = [
  jsonRoute({
    method: 'GET',
    path: '/v1/models',
    summary: 'Every model with its health',
    access: { kind: 'read' },
    // A page about the whole fleet shows nothing before it has every model: it shall not have to ask twice.
    query: pageQuery.extend({ limit: limitUpTo(1_000) }),
    response: api.modelList,
    async handle({ services, query }) {
      const page = pageOf(services.settings.models, ({ name }) => name, query);
      return services.store.read(async (transaction) => ({
        items: await summariseModels(services, transaction, page.items),
        nextCursor: page.nextCursor,
      }));
    },
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/models/:model',
    summary: 'One model: what is wrong with it and what changed lately',
    access: { kind: 'read' },
    errors: ['UNKNOWN_MODEL'],
    params: modelParams,
    response: api.modelDetail,
    handle({ services, params }) {
      const settings = knownModel(services.settings, params.model);
      return services.store.read((transaction) => describeModel(services, transaction, settings));
    },
  }),

  jsonRoute({
    ...report('drift', 'How each signal moved away from its reference; the strongest evidence first'),
    query: rangeQuery,
    response: api.driftReport,
    handle: async ({ services, params, query }) =>
      driftReport(await inputOf(services, params.model, query, driftWindows)),
  }),

  jsonRoute({
    ...report('distribution', 'One signal, reference against current; default: the latest window'),
    query: z.strictObject({ ...rangeFields, signal: z.string().min(1).max(256) }),
    response: api.distribution,
    async handle({ services, params, query }) {
      const { signal, ...range } = query;
      return distribution({ ...(await inputOf(services, params.model, range, 1)), signal });
    },
  }),

  jsonRoute({
    ...report('data-quality', 'Whether the data still comes as complete and as valid as in the reference'),
    query: rangeQuery,
    response: api.dataQualityReport,
    handle: async ({ services, params, query }) =>
      dataQualityReport(await inputOf(services, params.model, query, driftWindows)),
  }),

  jsonRoute({
    ...report('exemplars', 'Inferences of each window whose traces are worth a look: ids, no values'),
    query: rangeQuery,
    response: api.exemplars,
    handle: async ({ services, params, query }) =>
      exemplarReport(await inputOf(services, params.model, query, driftWindows)),
  }),

  jsonRoute({
    ...report('fairness', 'Rates by group and how far they are from the reference group'),
    query: rangeQuery,
    response: api.fairnessReport,
    handle: async ({ services, params, query }) =>
      fairnessReport(await inputOf(services, params.model, query, summaryWindows)),
  }),

  jsonRoute({
    ...report('performance', 'How right the model is, from the outcomes that are known'),
    query: rangeQuery,
    response: api.performanceReport,
    handle({ services, params, query }) {
      const settings = knownModel(services.settings, params.model);
      return services.store.read(async (transaction) => {
        const input = await readReportInput(services, transaction, settings, query, summaryWindows);
        const earlier = await readFinalBefore(transaction, input, summaryWindows);
        const segments = await readSegmentWindows(transaction, input, [...earlier, ...input.profiles]);
        return performanceReport({ ...input, earlier, segments });
      });
    },
  }),

  jsonRoute({
    ...report(
      'weak-segments',
      'In which segments the model is worse than elsewhere: searched for, and tested on other rows',
    ),
    query: rangeQuery,
    response: api.weakSegmentReport,
    handle: ({ services, params, query }) =>
      services.store.read(async (transaction) => {
        const settings = knownModel(services.settings, params.model);
        const input = await readSearchedWindows(services, transaction, settings, query);
        const key = { model: settings.name, environment: settings.environment, version: input.version };
        const record = input.segment === undefined ? await readSegmentRecord(transaction, key) : undefined;
        return weakSegmentReport({ ...input, record: record ?? null });
      }),
  }),

  jsonRoute({
    ...report('usage', 'What the calls of a language model take: tokens, cost and time, window by window'),
    query: rangeQuery,
    response: api.usageReport,
    handle: async ({ services, params, query }) =>
      usageReport(await inputOf(services, params.model, query, driftWindows)),
  }),
];

function report(name: string, summary: string) {
  return {
    method: 'GET' as const,
    path: `/v1/models/:model/${name}`,
    summary,
    access: { kind: 'read' as const },
    errors: ['UNKNOWN_MODEL', 'UNKNOWN_VERSION', 'UNKNOWN_SEGMENT', 'NOT_FOUND'] as const,
    params: modelParams,
  };
}

function inputOf(services: Services, model: string, query: ReportQuery, defaultWindows: number) {
  const settings = knownModel(services.settings, model);
  return services.store.read((transaction) => readReportInput(services, transaction, settings, query, defaultWindows));
}

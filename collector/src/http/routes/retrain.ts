import { z } from 'zod';
import { PlumblineError } from '../../errors.ts';
import { readJob, readJobs, type StoredRetrainJob } from '../../retrain/index.ts';
import { systemActor } from '../../rollout/actor.ts';
import { retrainJob, retrainJobList, retrainStatusRequest } from '../api.ts';
import { bearerOf } from '../identity/tokens.ts';
import { newestFirstKey, pageOf, pageQuery } from '../page.ts';
import { type JsonRoute, jsonRoute } from '../route.ts';
import { knownModel } from './known-model.ts';

const jobParams = z.strictObject({ job: z.string().min(1).max(128) });

export const retrainRoutes: readonly JsonRoute[] = [
  jsonRoute({
    method: 'GET',
    path: '/v1/retrain-jobs',
    summary: 'Retrain jobs, the latest request first',
    access: { kind: 'read' },
    errors: ['UNKNOWN_MODEL'],
    query: pageQuery.extend({ model: z.string().optional() }),
    response: retrainJobList,
    async handle({ services, query }) {
      const filter = query.model === undefined ? {} : { model: knownModel(services.settings, query.model).name };
      const found = await services.store.read((transaction) => readJobs(transaction, filter));
      return pageOf(found.map(bodyOf), ({ requestedAt, id }) => newestFirstKey(requestedAt, id), query);
    },
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/retrain-jobs/:job',
    summary: 'One retrain job',
    access: { kind: 'read' },
    errors: ['NOT_FOUND'],
    params: jobParams,
    response: retrainJob,
    async handle({ services, params }) {
      const stored = await services.store.read((transaction) => readJob(transaction, params.job));
      if (stored === undefined) {
        throw new PlumblineError('NOT_FOUND', 'there is no such retrain job');
      }
      return bodyOf(stored);
    },
  }),

  jsonRoute({
    method: 'POST',
    path: '/v1/retrain-jobs/:job/status',
    summary: 'A trainer reports on its job; success registers the version it made',
    access: { kind: 'object-token' },
    errors: ['BAD_SIGNATURE', 'NOT_FOUND', 'REFUSED', 'BAD_ARTEFACT', 'CONFLICT'],
    params: jobParams,
    body: retrainStatusRequest,
    response: retrainJob,
    async handle({ services, params, body, headers, announce }) {
      const token = bearerOf(headers.authorization) ?? '';
      const stored = await services.store.transaction(() =>
        services.retrain.report(params.job, token, reportOf(body), async (_transaction, job) => {
          if (body.state === 'succeeded') {
            const settings = knownModel(services.settings, job.model);
            await services.rollout.register(systemActor('retrain'), settings, body.result, `retrain:${job.id}`);
          }
        }),
      );
      announce('retrain', stored.job.model);
      return bodyOf(stored);
    },
  }),
];

function bodyOf({ job, revision }: StoredRetrainJob) {
  return {
    ...job,
    ...{ externalRunId: null, reasons: [], guards: [], outcome: null },
    ...{ approvalExpiresAt: null, silentAfter: null, deadlineAt: null },
    revision,
  };
}

function reportOf(body: z.output<typeof retrainStatusRequest>) {
  return body.state === 'succeeded'
    ? { state: body.state, result: { version: body.result.version, digest: body.result.digest } }
    : body;
}

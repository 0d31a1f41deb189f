import { z } from 'zod';
import { readAlertsOfModel } from '../../alert/index.ts';
import { PlumblineError } from '../../errors.ts';
import { readJob, readJobs } from '../../retrain/index.ts';
import { systemActor } from '../../rollout/actor.ts';
import { listVersionsSeen } from '../../store/history.ts';
import {
  actionRequests,
  actionResult,
  retrainJob,
  retrainJobList,
  retrainRecommendation,
  retrainStatusRequest,
} from '../api.ts';
import { bearerOf } from '../identity/tokens.ts';
import { newestFirstKey, pageOf, pageQuery } from '../page.ts';
import { type JsonRoute, jsonRoute } from '../route.ts';
import { championOf } from '../views/champion.ts';
import { retrainJobBody } from '../views/retrain-body.ts';
import { action, known } from './action.ts';
import { knownModel, modelParams } from './known-model.ts';

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
      const bodies = found.map((stored) => retrainJobBody(stored, services.settings.models));
      return pageOf(bodies, ({ requestedAt, id }) => newestFirstKey(requestedAt, id), query);
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
      return retrainJobBody(stored, services.settings.models);
    },
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/models/:model/retrain',
    summary: 'Should a model be trained again, and may it be now? Reasons with scores, guards with what they saw',
    access: { kind: 'read' },
    errors: ['UNKNOWN_MODEL'],
    params: modelParams,
    response: retrainRecommendation,
    async handle({ services, params }) {
      const settings = knownModel(services.settings, params.model);
      return services.store.read(async (transaction) => {
        const { version, state, lastEventAt } = await championOf(services, transaction, settings);
        if (version === null) {
          const nothing = { version, verdict: 'none' as const, score: 0, reasons: [], guards: [] };
          return { model: settings.name, ...nothing, job: null, possibleAt: null };
        }
        const { name: model, environment } = settings;
        const seen = await listVersionsSeen(transaction, { model, environment });
        const alerts = (await readAlertsOfModel(transaction, { model, environment })).map(({ alert }) => alert);
        const situation = {
          alerts,
          rolloutActive: state.rollout !== null,
          servesSince: seen.find((one) => one.version === version)?.firstEventAt ?? null,
        };
        const now = lastEventAt ?? services.clock();
        const { trigger: _, ...recommendation } = await services.retrain.recommend(
          transaction,
          settings,
          version,
          situation,
          now,
        );
        return { model, version, ...recommendation };
      });
    },
  }),

  jsonRoute({
    ...action('cancel-retrain', 'End a retrain job before its time; its trainer is told', 'job'),
    errors: ['NOT_FOUND'],
    params: jobParams,
    body: actionRequests['cancel-retrain'],
    response: actionResult,
    async handle({ services, actor, params, body, control, announce }) {
      const { expectedRevision, idempotencyKey: requestId } = known(control);
      const { job, revision } = await services.retrain.cancel(actor, params.job, body.reason, {
        expectedRevision,
        requestId,
      });
      announce('retrain', job.model);
      return { revision, outcome: 'done' as const, text: `Retrain job ${job.id} is cancelled`, approval: null };
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
      return retrainJobBody(stored, services.settings.models);
    },
  }),
];

function reportOf(body: z.output<typeof retrainStatusRequest>) {
  return body.state === 'succeeded'
    ? { state: body.state, result: { version: body.result.version, digest: body.result.digest } }
    : body;
}

import { z } from 'zod';
import { PlumblineError } from '../../errors.ts';
import { readJobs } from '../../retrain/index.ts';
import { registerRequest, versionDetail, versionList } from '../api.ts';
import type { Services } from '../ports.ts';
import { type JsonRoute, jsonRoute } from '../route.ts';
import { instancesOf } from '../views/instances.ts';
import { observedTraffic } from '../views/observed-traffic.ts';
import { approvalOfJob } from '../views/retrain-approval.ts';
import { knownModel, modelParams } from './known-model.ts';

export const versionRoutes: readonly JsonRoute[] = [
  jsonRoute({
    method: 'GET',
    path: '/v1/models/:model/versions',
    summary: 'Versions with their gates and evaluations, what serves now and what waits for people',
    access: { kind: 'read' },
    errors: ['UNKNOWN_MODEL'],
    params: modelParams,
    response: versionList,
    handle({ services, params }) {
      const settings = knownModel(services.settings, params.model);
      return services.store.read(async (transaction) => {
        const { approvals, ...control } = await services.rollout.versions(transaction, settings);
        const jobs = await readJobs(transaction, { model: settings.name });
        return {
          model: settings.name,
          ...control,
          observed: await observedTraffic(transaction, settings),
          instances: instancesOf(services, settings),
          approvals: [...approvals, ...jobs.flatMap((stored) => approvalOfJob(stored, settings) ?? [])],
        };
      });
    },
  }),

  jsonRoute({
    method: 'POST',
    path: '/v1/models/:model/versions',
    summary:
      'Registers a version whose artefact was uploaded; with held-out rows it is then evaluated beside the champion',
    access: { kind: 'scope', scope: 'versions:register' },
    errors: ['UNKNOWN_MODEL', 'BAD_ARTEFACT', 'NOT_FOUND', 'CONFLICT', 'REFUSED'],
    params: modelParams,
    body: registerRequest,
    response: versionDetail,
    status: 201,
    async handle({ services, actor, params, body, announce }) {
      const settings = knownModel(services.settings, params.model);
      await services.rollout.register(actor, settings, body, 'api');
      announce('version', settings.name);
      return readVersion(services, settings.name, body.version);
    },
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/models/:model/versions/:version',
    summary: 'One version',
    access: { kind: 'read' },
    errors: ['UNKNOWN_MODEL', 'UNKNOWN_VERSION'],
    params: modelParams.extend({ version: z.string().min(1).max(64) }),
    response: versionDetail,
    handle: ({ services, params }) => readVersion(services, params.model, params.version),
  }),
];

async function readVersion(services: Services, model: string, version: string) {
  const settings = knownModel(services.settings, model);
  const { versions } = await services.store.read((transaction) => services.rollout.versions(transaction, settings));
  const found = versions.find((candidate) => candidate.version === version);
  if (found === undefined) {
    throw new PlumblineError('UNKNOWN_VERSION', 'the model has no version of that name');
  }
  return found;
}

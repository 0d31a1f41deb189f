import { z } from 'zod';
import { readSilences } from '../../alert/index.ts';
import { PlumblineError } from '../../errors.ts';
import { actionRequests, actionResult, silenceList } from '../api.ts';
import { newestFirstKey, pageOf, pageQuery } from '../page.ts';
import { type JsonRoute, jsonRoute } from '../route.ts';
import { silenceBody } from '../views/alert-body.ts';
import { championOf } from '../views/champion.ts';
import { action, known } from './action.ts';
import { knownModel, modelParams } from './known-model.ts';

export const silenceRoutes: readonly JsonRoute[] = [
  jsonRoute({
    method: 'GET',
    path: '/v1/silences',
    summary: 'Silences, the latest end first',
    access: { kind: 'read' },
    errors: ['UNKNOWN_MODEL'],
    query: pageQuery.extend({
      model: z.string().optional(),
      state: z.enum(['waiting', 'active', 'ended']).optional(),
    }),
    response: silenceList,
    async handle({ services, query }) {
      const model = query.model === undefined ? undefined : knownModel(services.settings, query.model).name;
      const stored = await services.store.read(readSilences);
      const bodies = stored
        .map(({ value, revision }) => silenceBody(value, revision, services.clock()))
        .filter((one) => model === undefined || one.model === model)
        .filter((one) => query.state === undefined || one.state === query.state);
      return pageOf(bodies, ({ endsAt, id }) => newestFirstKey(endsAt, id), query);
    },
  }),

  jsonRoute({
    ...action('silence', 'Tell nobody of certain alerts of a model until a time', 'model'),
    errors: ['UNKNOWN_MODEL'],
    params: modelParams,
    body: actionRequests.silence,
    response: actionResult,
    async handle({ services, actor, params, body, control, announce }) {
      const { expectedRevision, idempotencyKey } = known(control);
      const settings = knownModel(services.settings, params.model);
      const { state } = await services.store.read((transaction) => championOf(services, transaction, settings));
      if (state.revision !== expectedRevision) {
        throw new PlumblineError(
          'STALE_REVISION',
          `the model is at revision ${state.revision}, not ${expectedRevision}`,
          { details: { revision: state.revision } },
        );
      }
      const { silence } = await services.silences.start(
        actor,
        { model: settings.name, environment: settings.environment, ...body },
        idempotencyKey,
      );
      announce('alert', settings.name);
      return {
        revision: state.revision,
        outcome: 'done' as const,
        text: `Silent until ${new Date(silence.endsAt).toISOString()}`,
        approval: null,
        id: silence.id,
      };
    },
  }),

  jsonRoute({
    ...action('unsilence', 'End a silence before its time', 'silence'),
    errors: ['NOT_FOUND'],
    params: z.strictObject({ silence: z.string().min(1).max(128) }),
    body: actionRequests.unsilence,
    response: actionResult,
    async handle({ services, actor, params, body, control, announce }) {
      const { expectedRevision, idempotencyKey } = known(control);
      const { silence, revision } = await services.silences.end(actor, params.silence, body.reason, {
        expectedRevision,
        requestId: idempotencyKey,
      });
      announce('alert', silence.model);
      return { revision, outcome: 'done' as const, text: 'The silence has ended', approval: null, id: silence.id };
    },
  }),
];

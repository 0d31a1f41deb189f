import { changeReference, referenceOfRange } from '../../alert/index.ts';
import { PlumblineError } from '../../errors.ts';
import { encodeReference } from '../../profile/index.ts';
import { readReference } from '../../store/history.ts';
import { actionRequests, actionResult, referenceFile } from '../api.ts';
import { type JsonRoute, jsonRoute } from '../route.ts';
import { championOf } from '../views/champion.ts';
import { sliceAsked } from '../views/report-input.ts';
import { action, known } from './action.ts';
import { knownModel, modelParams } from './known-model.ts';
import { rangeQuery } from './range-query.ts';

export const referenceRoutes: readonly JsonRoute[] = [
  jsonRoute({
    method: 'GET',
    path: '/v1/models/:model/reference',
    summary: 'What a version is compared with, or with a range of time what its windows would make, as a file',
    // It holds counts of small groups, and sampled rows where the settings keep any: for those who may set it.
    access: { kind: 'verb', verb: 'set-reference' },
    errors: ['UNKNOWN_MODEL', 'UNKNOWN_VERSION', 'UNKNOWN_SEGMENT', 'NOT_FOUND', 'REFUSED'],
    params: modelParams,
    query: rangeQuery,
    response: referenceFile,
    async handle({ services, params, query }) {
      const settings = knownModel(services.settings, params.model);
      const { from, to } = query;
      if (from === undefined && to !== undefined)
        throw new PlumblineError('BAD_REQUEST', 'query.from: missing beside to');
      const reference = await services.store.read(async (transaction) => {
        const key = sliceAsked(await championOf(services, transaction, settings), settings, query);
        return from === undefined
          ? readReference(transaction, key)
          : (await referenceOfRange(transaction, settings, key, { from, to })).reference;
      });
      if (reference === undefined) throw new PlumblineError('NOT_FOUND', 'the version has no reference yet');
      return referenceFile.parse(JSON.parse(encodeReference(reference)));
    },
  }),

  jsonRoute({
    ...action('set-reference', 'Make stored windows what a version is compared with from the next window on', 'model'),
    errors: ['UNKNOWN_MODEL', 'UNKNOWN_VERSION', 'UNKNOWN_SEGMENT'],
    params: modelParams,
    body: actionRequests['set-reference'],
    response: actionResult,
    async handle({ services, actor, params, body, control, announce }) {
      const { expectedRevision, idempotencyKey: requestId } = known(control);
      const settings = knownModel(services.settings, params.model);
      const { revision, made } = await services.store.transaction(async (transaction) => {
        const champion = await championOf(services, transaction, settings);
        const { revision } = champion.state;
        if (revision !== expectedRevision) {
          throw new PlumblineError('STALE_REVISION', `the model is at revision ${revision}, not ${expectedRevision}`, {
            details: { revision },
          });
        }
        const change = { actor: actor.subject, at: services.clock(), reason: body.reason, requestId };
        const key = sliceAsked(champion, settings, body);
        return { revision, made: await changeReference(transaction, settings, key, body, change) };
      });
      announce('version', settings.name);
      const { id } = made.reference;
      const text = `Compared with ${made.rows} rows of ${made.windows} windows, ${timeText(made.from)} to ${timeText(made.to)}, from the next one on (${id.slice(0, 15)})`;
      return { revision, outcome: 'done' as const, text, approval: null, id };
    },
  }),
];

function timeText(time: number): string {
  return new Date(time).toISOString();
}

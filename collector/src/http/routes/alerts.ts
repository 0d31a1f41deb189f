import { z } from 'zod';
import { readAlert, readAlerts, type StoredAlert } from '../../alert/index.ts';
import { PlumblineError } from '../../errors.ts';
import { alarmCertificates, alert, alertList, alertState } from '../api.ts';
import { newestFirstKey, pageOf, pageQuery } from '../page.ts';
import { type JsonRoute, jsonRoute } from '../route.ts';
import { knownModel } from './known-model.ts';

export const alertRoutes: readonly JsonRoute[] = [
  jsonRoute({
    method: 'GET',
    path: '/v1/alerts',
    summary: 'Alerts, the latest change first',
    access: { kind: 'read' },
    errors: ['UNKNOWN_MODEL'],
    query: pageQuery.extend({
      model: z.string().optional(),
      state: alertState.optional(),
    }),
    response: alertList,
    async handle({ services, query }) {
      if (query.model !== undefined) {
        knownModel(services.settings, query.model);
      }
      const found = await services.store.read((transaction) =>
        readAlerts(transaction, {
          ...(query.model === undefined ? {} : { model: query.model }),
          ...(query.state === undefined ? {} : { state: query.state }),
        }),
      );
      const bodies = found.map(bodyOf);
      return pageOf(bodies, ({ changedAt, id }) => newestFirstKey(changedAt, id), query);
    },
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/alerts/:alert',
    summary: 'One alert',
    access: { kind: 'read' },
    errors: ['NOT_FOUND'],
    params: z.strictObject({ alert: z.string().min(1).max(128) }),
    response: alert,
    async handle({ services, params }) {
      const stored = await services.store.read((transaction) => readAlert(transaction, params.alert));
      if (stored === undefined) {
        throw new PlumblineError('NOT_FOUND', 'there is no such alert');
      }
      return bodyOf(stored);
    },
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/alerts/:alert/certificates',
    summary: 'What the alarms of an alert were computed from',
    access: { kind: 'read' },
    errors: ['NOT_FOUND'],
    params: z.strictObject({ alert: z.string().min(1).max(128) }),
    response: alarmCertificates,
    async handle({ services, params }) {
      const stored = await services.store.read((transaction) => readAlert(transaction, params.alert));
      if (stored === undefined) {
        throw new PlumblineError('NOT_FOUND', 'there is no such alert');
      }
      return { certificates: stored.alert.findings.flatMap(({ evidence }) => evidence?.proof ?? []) };
    },
  }),
];

function bodyOf({ alert, revision }: StoredAlert) {
  return {
    ...alert,
    ...{ silence: null, inhibitedBy: null, heldState: null, expected: null, notifiedAt: null },
    revision,
  };
}

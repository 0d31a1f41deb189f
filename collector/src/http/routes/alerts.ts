import { z } from 'zod';
import { readAlert, readAlertHistory, readAlerts, readAlertsOfModel, type StoredAlert } from '../../alert/index.ts';
import { PlumblineError } from '../../errors.ts';
import type { Finding } from '../../monitor/finding.ts';
import type { ReadTransaction } from '../../store/port.ts';
import { alarmCertificates, alert, alertChanges, alertHistory, alertList, alertState } from '../api.ts';
import { maySeeHiddenGroups } from '../identity/access.ts';
import { afterOf, defaultPageSize, newestFirstKey, pageOf, pageOfRead, pageQuery } from '../page.ts';
import { type JsonRoute, jsonRoute } from '../route.ts';
import { alertBodies } from '../views/alert-body.ts';
import { changesAround, readSurroundings } from '../views/alert-changes.ts';
import { knownModel } from './known-model.ts';

const alertParams = z.strictObject({ alert: z.string().min(1).max(128) });

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
      const settings = query.model === undefined ? null : knownModel(services.settings, query.model);
      return services.store.read(async (transaction) => {
        const all = await (settings === null
          ? readAlerts(transaction)
          : readAlertsOfModel(transaction, { model: settings.name, environment: settings.environment }));
        const found = all.filter(({ alert: { state } }) => query.state === undefined || state === query.state);
        const page = pageOf(found, ({ alert: one }) => newestFirstKey(one.changedAt, one.id), query);
        return { ...page, items: await alertBodies(services, transaction, page.items) };
      });
    },
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/alerts/:alert',
    summary: 'One alert',
    access: { kind: 'read' },
    errors: ['NOT_FOUND'],
    params: alertParams,
    response: alert,
    async handle({ services, params }) {
      return services.store.read(async (transaction) => {
        const [body] = await alertBodies(services, transaction, [await knownAlert(transaction, params.alert)]);
        // One alert in, one body out.
        return body!;
      });
    },
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/alerts/:alert/history',
    summary: 'What became of an alert, the latest first',
    access: { kind: 'read' },
    errors: ['NOT_FOUND'],
    params: alertParams,
    query: pageQuery,
    response: alertHistory,
    async handle({ services, params, query }) {
      const after = afterOf(query);
      const limit = query.limit ?? defaultPageSize;
      const found = await services.store.read(async (transaction) => {
        await knownAlert(transaction, params.alert);
        return readAlertHistory(transaction, params.alert, {
          before: after === undefined ? undefined : Number(after),
          limit: limit + 1,
        });
      });
      const { items, nextCursor } = pageOfRead(found, limit, ({ sequence }) => String(sequence));
      return { items: items.map(({ sequence: _, ...event }) => event), nextCursor };
    },
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/alerts/:alert/changes',
    summary: 'What changed in the day before an alert fired, and since, the nearest first',
    access: { kind: 'read' },
    errors: ['NOT_FOUND'],
    params: alertParams,
    response: alertChanges,
    handle: ({ services, params }) =>
      services.store.read(async (transaction) => {
        const { alert: found } = await knownAlert(transaction, params.alert);
        return changesAround(transaction, found, await readSurroundings(transaction, found));
      }),
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/alerts/:alert/certificates',
    summary: 'What the alarms of an alert were computed from; of hidden groups for the role approver alone',
    access: { kind: 'read' },
    errors: ['NOT_FOUND'],
    params: alertParams,
    response: alarmCertificates,
    async handle({ services, params, actor }) {
      const { alert: found } = await services.store.read((transaction) => knownAlert(transaction, params.alert));
      const proven = found.findings.filter(({ evidence }) => evidence?.proof !== undefined);
      const withheld = maySeeHiddenGroups(actor) ? [] : proven.filter(isOfHiddenGroup);
      const shown = proven.filter((finding) => !withheld.includes(finding));
      return {
        certificates: shown.flatMap(({ evidence }) => evidence?.proof ?? []),
        withheld: withheld.map(({ signal, from }) => ({ signal, from })),
      };
    },
  }),
];

/** A group that is hidden has no rows in its finding; the certificate would count them. */
function isOfHiddenGroup({ kind, rows }: Finding): boolean {
  return kind === 'fairness' && rows === 0;
}

async function knownAlert(transaction: ReadTransaction, id: string): Promise<StoredAlert> {
  const stored = await readAlert(transaction, id);
  if (stored === undefined) {
    throw new PlumblineError('NOT_FOUND', 'there is no such alert');
  }
  return stored;
}
